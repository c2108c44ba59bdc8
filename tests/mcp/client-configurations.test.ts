// What README.md and docs/mcp.md tell people to paste into their clients starts a server that lists its tools.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { z } from 'zod'
import { ROOT } from '../api/support.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'
import { type McpTestServer, startMcpServer } from './support.ts'

const PATIENCE_MS = 30_000
const DOCUMENTS = ['README.md', 'docs/mcp.md'] as const
const JSON_BLOCK = /```json\n([\s\S]*?)\n```/g
const INLINE = /`(\{ "mcpServers"[^`]*\})`/g
/** Up to the end of the line, or of the code that it stands in. */
const CLAUDE_CODE = /claude mcp add (?<words>[^`\n]+)/g
const WORDS_OF_SHELL = /"[^"]*"|\S+/g

const local = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
})
const remote = z.strictObject({ url: z.url() })
const configuration = z.strictObject({
  mcpServers: z.strictObject({ parley: z.union([local, remote]) }),
})

type Start = z.output<typeof local>

interface Documented {
  readonly document: string
  readonly starts: readonly Start[]
  readonly addresses: readonly string[]
}

async function read(document: string): Promise<Documented> {
  const text = await Bun.file(join(ROOT, document)).text()
  const blocks = [...text.matchAll(JSON_BLOCK), ...text.matchAll(INLINE)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes('mcpServers'))
    .map((block) => configuration.parse(JSON.parse(block)).mcpServers.parley)
  const commands = [...text.matchAll(CLAUDE_CODE)].map(({ groups }): readonly string[] =>
    [...(groups?.['words'] ?? '').matchAll(WORDS_OF_SHELL)].map(([word]) => word),
  )
  const afterDashes = commands.flatMap((words) => {
    const [command, ...args] = words.slice(words.indexOf('--') + 1)
    return words.includes('--') && command !== undefined ? [{ command, args: [...args] }] : []
  })
  return {
    document,
    starts: [...blocks.filter((one) => 'command' in one), ...afterDashes],
    addresses: [
      ...blocks.flatMap((one) => ('url' in one ? [one.url] : [])),
      ...commands.flatMap((words) => words.filter((word) => word.startsWith('http://127.'))),
    ],
  }
}

let folder: string
let ports: TestPorts
let server: McpTestServer
const documented: Documented[] = []
/** The same words in both documents are started once. */
const seen = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-configured-'))
  await mkdir(join(folder, 'models'))
  ports = await createTestPorts()
  server = startMcpServer(ports)
  for (const document of DOCUMENTS) documented.push(await read(document))
})
afterAll(async () => {
  await server.close()
  await ports.close()
  await rm(folder, { recursive: true, force: true })
})

/** The paths that a reader replaces, and Bun where this test has it; every other word stays. */
function adapt(word: string): string {
  return word
    .replace('/path/to/parley/data', join(folder, 'data'))
    .replace('/path/to/parley', ROOT)
    .replace('/path/to/models', join(folder, 'models'))
}

async function toolsOf(transport: StdioClientTransport | StreamableHTTPClientTransport) {
  const client = new Client({ name: 'parley-tests', version: '1' })
  await client.connect(transport)
  const { tools } = await client.listTools()
  await client.close()
  return tools
}

describe.each([...DOCUMENTS])('%s', (document) => {
  const own = () => documented.find((one) => one.document === document)

  test(
    'has configurations that start Parley with files by path',
    async () => {
      const starts = own()?.starts ?? []
      // Claude Desktop, Cursor and Claude Code; the README has the first two in one.
      expect(starts).toHaveLength(document === 'README.md' ? 2 : 3)
      for (const { command, args, env = {} } of starts) {
        expect(command).toBe('bun')
        const start = {
          command: process.execPath,
          args: args.map(adapt),
          env: {
            PATH: process.env['PATH'] ?? '',
            // Away from a server that may run here, and from this repository's own data.
            PORT: '1',
            PARLEY_DATA: join(folder, 'elsewhere'),
            ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, adapt(value)])),
          },
          cwd: folder,
        }
        if (seen.has(JSON.stringify(start))) continue
        seen.add(JSON.stringify(start))
        const tools = await toolsOf(new StdioClientTransport(start))
        expect(tools.map(({ name }) => name)).toContain('deploy_model')
        const deploy = tools.find(({ name }) => name === 'deploy_model')
        expect(Object.keys(deploy?.inputSchema.properties ?? {})).toContain('path')
      }
    },
    PATIENCE_MS,
  )

  test('has addresses of a running server that answer', async () => {
    const addresses = own()?.addresses ?? []
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) {
      expect(address).toStartWith('http://127.0.0.1:3000/')
      const url = new URL(new URL(address).pathname, server.url)
      const tools = await toolsOf(new StreamableHTTPClientTransport(url))
      expect(tools.map(({ name }) => name)).toContain('deploy_model')
    }
  })
})
