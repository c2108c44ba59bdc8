// The endpoint as HTTP: who may connect, sessions of older clients, and what is refused.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Principal } from '#core/operations/operation.ts'
import { createMcpEndpoint } from '#mcp/endpoint.ts'
import { createOwnBackend } from '#mcp/own-backend.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../support/ports.ts'
import { silentLogger } from '../support/silent-logger.ts'
import { connectHttp, ERAS, type McpTestServer, startMcpServer } from './support.ts'

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}

const VIEWER: Principal = { id: 'key:viewer', role: 'viewer', surface: 'rest' }
const ADMIN: Principal = { id: 'key:admin', role: 'admin', surface: 'rest' }
const LIMITED: Principal = { id: 'key:some', role: 'admin', surface: 'rest', models: ['iris'] }
const DEPLOYS: Principal = { ...ADMIN, id: 'key:deploys', scopes: ['deploy_model'] }
const PEOPLE: Readonly<Record<string, Principal>> = {
  'Bearer viewer': VIEWER,
  'Bearer admin': ADMIN,
  'Bearer limited': LIMITED,
  'Bearer deploys': DEPLOYS,
}

let ports: TestPorts
let server: McpTestServer
let keyed: McpTestServer

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports)
  server = startMcpServer(ports)
  keyed = startMcpServer(ports, {
    principalOf: ({ headers }) => PEOPLE[headers.get('authorization') ?? ''] ?? null,
  })
})
afterAll(async () => {
  await server.close()
  await keyed.close()
  await ports.close()
})

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

describe('a request from elsewhere', () => {
  test.each([
    [{ host: 'evil.example' }, 'a name that an attacker pointed at this machine'],
    [{ host: 'evil.example:3000' }, 'the same with a port'],
    [{ origin: 'https://evil.example' }, 'a page of another site'],
    [{ origin: 'null' }, 'a page without an origin'],
    [{ origin: 'http://localhost.evil.example' }, 'a name that only begins like ours'],
  ])('is refused: %p (%s)', async (headers) => {
    expect((await post(server.url, INITIALIZE, headers as Record<string, string>)).status).toBe(403)
  })

  test('is refused by the endpoint itself too, also where it only reads', async () => {
    const endpoint = createMcpEndpoint({
      backend: createOwnBackend({ ports, openApiOf: () => ({}) }),
      version: '0',
      logger: silentLogger,
      now: ports.now,
      randomId: ports.randomId,
      loopback: true,
    })
    const get = (headers: Record<string, string>) =>
      endpoint.fetch(new Request('http://127.0.0.1:3000/mcp', { headers }), ADMIN)
    expect((await get({ host: '127.0.0.1:3000', origin: 'https://evil.example' })).status).toBe(403)
    expect((await get({ host: 'evil.example' })).status).toBe(403)
    expect((await get({ host: 'localhost:3000', origin: 'http://localhost:3000' })).status).toBe(
      405,
    )
    await endpoint.close()
  })

  test('passes where it names this machine', async () => {
    const { port } = new URL(server.url)
    const answer = await post(server.url, INITIALIZE, { origin: `http://127.0.0.1:${port}` })
    expect(answer.status).toBe(200)
  })
})

describe('a message that is none', () => {
  test('is refused with the protocol’s codes', async () => {
    expect((await post(server.url, '{')).status).toBe(400)
    expect((await post(server.url, INITIALIZE, { 'content-type': 'text/plain' })).status).toBe(415)
    const large = await post(server.url, { ...INITIALIZE, padding: 'x'.repeat(9 * 1024 * 1024) })
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32_000 } })
  })
})

describe('keys', () => {
  test('without a working one nobody gets in', async () => {
    expect((await post(keyed.url, INITIALIZE)).status).toBe(401)
    expect((await post(keyed.url, INITIALIZE, { authorization: 'Bearer wrong' })).status).toBe(401)
  })

  for (const era of ERAS) {
    test(`each acts with its own rights (${era})`, async () => {
      const as = (name: string) =>
        connectHttp(keyed.url, era, { headers: { authorization: `Bearer ${name}` } })
      const viewer = await as('viewer')
      const refused = await viewer.call('delete_model', { model: 'churn' })
      expect(refused).toMatchObject({ isError: true, error: { code: 'forbidden' } })
      expect(refused.text).toContain('admin')
      const read = await viewer.call('predict_iris', {
        sepal_length: 5.1,
        sepal_width: 3.5,
        petal_length: 1.4,
        petal_width: 0.2,
      })
      expect(read.isError).toBe(false)
      await viewer.close()
      const limited = await as('limited')
      const names = (await limited.tools()).map(({ name }) => name)
      expect(names.filter((name) => /^predict_(churn|iris|price)$/.test(name))).toEqual([
        'predict_iris',
      ])
      const { models } = JSON.parse(await limited.read('parley://models'))
      expect(models.map(({ name }: { name: string }) => name)).toEqual(['iris'])
      expect(limited.read('parley://models/churn/card')).rejects.toThrow()
      expect(await limited.complete('explain_a_prediction', 'model', '')).toEqual(['iris'])
      await limited.close()
    })

    test(`lists and completions name no model to who may not list them (${era})`, async () => {
      const headers = { authorization: 'Bearer deploys' }
      const client = await connectHttp(keyed.url, era, { headers })
      expect((await client.tools()).filter(({ name }) => name === 'predict_iris')).toEqual([])
      expect((await client.resources()).map(({ uri }) => uri)).toEqual(['parley://models'])
      expect(await client.complete('explain_a_prediction', 'model', '')).toEqual([])
      await client.close()
    })
  }

  test('a session belongs to who opened it', async () => {
    const opened = await post(keyed.url, INITIALIZE, { authorization: 'Bearer admin' })
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
    expect(session['mcp-session-id']).toMatch(/^[\da-f]{32}$/)
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
    const own = await post(keyed.url, list, { authorization: 'Bearer admin', ...session })
    expect(own.status).toBe(200)
    const other = await post(keyed.url, list, { authorization: 'Bearer viewer', ...session })
    expect(other.status).toBe(404)
    const unknown = await post(keyed.url, list, {
      authorization: 'Bearer admin',
      'mcp-session-id': '0'.repeat(32),
    })
    expect(unknown.status).toBe(404)
  })

  test('an older client without a session is served all the same', async () => {
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
    const answer = await post(server.url, list)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('"list_models"')
  })
})
