// A client that asks is told how its calls end, also through `parley mcp` beside a server; others are told nothing.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createTestPorts, deploySamples, type TestPorts } from '../support/ports.ts'
import {
  connectHttp,
  connectStdio,
  type Era,
  type McpTestServer,
  startMcpServer,
  type TestClient,
} from './support.ts'

let ports: TestPorts
let server: McpTestServer

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports, ['iris'])
  server = startMcpServer(ports)
})
afterAll(async () => {
  await server.close()
  await ports.close()
})

const overHttp = (era: Era) => connectHttp(server.url, era)
const throughStdio = (era: Era) =>
  connectStdio(era, { environment: { PORT: new URL(server.url).port, PARLEY_DATA: '/nowhere' } })

/** What stands between is the same for both eras: the newer one, in which it asks the server. */
const WAYS = [
  ['2026-07-28', 'over HTTP', overHttp],
  ['2025-11-25', 'over HTTP', overHttp],
  ['2025-11-25', 'through parley mcp', throughStdio],
] as const

test.each(WAYS)('in %s %s', async (era, _way, connect) => {
  const client: TestClient = await connect(era)
  await client.call('list_models', {})
  expect(client.told).toEqual([])
  await client.listen('warning')
  await client.call('list_models', {})
  await client.call('describe_model', { model: 'nobody' })
  await client.listen('info')
  await client.call('list_models', {})
  const line = {
    request_id: expect.stringMatching(/^[\da-f]{32}$/),
    duration_ms: expect.any(Number),
  }
  expect(client.told).toEqual([
    {
      level: 'warning',
      logger: 'parley',
      data: { operation: 'describe_model', outcome: 'not_found', ...line },
    },
    {
      level: 'info',
      logger: 'parley',
      data: { operation: 'list_models', outcome: 'done', ...line },
    },
  ])
  await client.close()
})
