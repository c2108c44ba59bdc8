// A test build of the server for the published conformance suite: `bun tests/mcp/conformance/serve.ts`, then
// `bunx --bun @modelcontextprotocol/conformance server --url URL/mcp --requirements 2026-07-28`.

import { createTestPorts, deploySamples } from '../../support/ports.ts'
import { startMcpServer } from '../support.ts'
import { withFixtures } from './fixtures.ts'

const ports = await createTestPorts()
await deploySamples(ports)
const server = startMcpServer(ports, { wrap: withFixtures })
process.stdout.write(`${server.url}\n`)
await new Promise((resolve) => process.once('SIGTERM', resolve))
await server.close()
await ports.close()
