// Real clients of both generations against the real server, over HTTP and over standard input and output.

import {
  Client,
  LOG_LEVEL_META_KEY,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OlderStdio } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as OlderHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { modelDocument } from '#api/openapi/model-document.ts'
import { createServer, type ServerOptions } from '#api/server.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { Backend } from '#mcp/backend.ts'
import { createMcpEndpoint } from '#mcp/endpoint.ts'
import type { UrlFetcher } from '#mcp/files/fetch-url.ts'
import { createOwnBackend } from '#mcp/own-backend.ts'
import { ROOT, smallAgent } from '../api/support.ts'
import { silentLogger } from '../support/silent-logger.ts'

export const ERAS = ['2026-07-28', '2025-11-25'] as const
export type Era = (typeof ERAS)[number]

export interface McpTestServer {
  readonly url: string
  close(): Promise<void>
}

/** The server as `parley serve` builds it, on a free port. */
export function startMcpServer(
  ports: Ports,
  options: Pick<ServerOptions, 'principalOf'> & {
    readonly fetchUrl?: UrlFetcher
    readonly wrap?: (backend: Backend) => Backend
  } = {},
): McpTestServer {
  const { fetchUrl, wrap = (backend) => backend, ...rest } = options
  const own = createOwnBackend({
    ports,
    openApiOf: modelDocument,
    ...(fetchUrl !== undefined && { fetchUrl }),
  })
  const endpoint = createMcpEndpoint({
    backend: wrap(own),
    version: '0.0.0-test',
    logger: silentLogger,
    now: ports.now,
    randomId: ports.randomId,
    loopback: true,
  })
  const server = createServer({
    ports,
    agent: smallAgent(ports),
    port: 0,
    mounts: { '/mcp': endpoint.fetch },
    ...rest,
  })
  return {
    url: server.url,
    async close() {
      await endpoint.close()
      await server.stop({ drainMs: 50 })
    },
  }
}

export type Input = Readonly<Record<string, unknown>>

/** How a client's person answers a form; null where the client cannot show one. */
export type Person = (form: { readonly message: string; readonly requestedSchema: Input }) => {
  readonly action: 'accept' | 'decline' | 'cancel'
  readonly content?: Input
}

export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
  readonly data: unknown
  readonly error: { readonly code: string; readonly message: string } | null
  readonly links: readonly string[]
}

/** What the tests need of a client, whichever generation it is. */
export interface TestClient {
  readonly era: Era
  readonly protocol: string | undefined
  call(
    name: string,
    given: Input,
    options?: { onProgress?: (message: string | undefined) => void; signal?: AbortSignal },
  ): Promise<ToolAnswer>
  tools(): Promise<readonly Tool[]>
  resources(): Promise<readonly { uri: string; name: string }[]>
  read(uri: string): Promise<string>
  complete(
    prompt: string,
    argument: string,
    value: string,
    context?: Input,
  ): Promise<readonly string[]>
  /** The same for a variable in the template of an address. */
  completeAddress(template: string, variable: string, value: string): Promise<readonly string[]>
  templates(): Promise<
    readonly { uriTemplate: string; name: string; mimeType?: string | undefined }[]
  >
  prompts(): Promise<readonly string[]>
  prompt(name: string, given: Readonly<Record<string, string>>): Promise<string>
  /** Asks to be told of calls, from this level on; what it was told is in `told`. */
  listen(level: 'info' | 'warning'): Promise<void>
  readonly told: readonly {
    readonly level: string
    readonly logger?: string | undefined
    readonly data?: unknown
  }[]
  /** Resolves at the next notice that the tools changed. */
  toolsChanged(): Promise<void>
  close(): Promise<void>
}

export interface Tool {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly inputSchema: Input
  readonly outputSchema?: Input | undefined
  readonly annotations?: Input | undefined
  readonly icons?: readonly unknown[] | undefined
}

interface ConnectOptions {
  readonly person?: Person
  readonly headers?: Readonly<Record<string, string>>
}

const INFO = { name: 'parley-tests', version: '1.0.0' }

export function connectHttp(
  url: string,
  era: Era,
  { person, headers = {} }: ConnectOptions = {},
): Promise<TestClient> {
  const address = new URL('/mcp', url)
  const requestInit = { headers: { ...headers } }
  return era === '2026-07-28'
    ? connectNewer(new StreamableHTTPClientTransport(address, { requestInit }), person)
    : connectOlder(new OlderHttp(address, { requestInit }), person)
}

/** `parley mcp` as a client starts it. */
export function connectStdio(
  era: Era,
  options: ConnectOptions & {
    readonly words?: readonly string[]
    readonly environment: Readonly<Record<string, string>>
  },
): Promise<TestClient> {
  const command = {
    command: process.execPath,
    args: [`${ROOT}/bin/parley.ts`, 'mcp', ...(options.words ?? [])],
    env: { PATH: process.env['PATH'] ?? '', ...options.environment },
    cwd: ROOT,
  }
  return era === '2026-07-28'
    ? connectNewer(new StdioClientTransport(command), options.person)
    : connectOlder(new OlderStdio(command), options.person)
}

async function connectNewer(
  transport: StreamableHTTPClientTransport | StdioClientTransport,
  person: Person | undefined,
): Promise<TestClient> {
  const notices = createNotices()
  const client = new Client(INFO, {
    capabilities: person === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: 'auto' },
    listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => notices.tell() } },
  })
  if (person !== undefined) {
    client.setRequestHandler('elicitation/create', ({ params }) => answer(person, params))
  }
  let meta: Readonly<Record<string, unknown>> = {}
  const told: TestClient['told'][number][] = []
  client.setNotificationHandler('notifications/message', ({ params }) => {
    told.push(params)
  })
  await client.connect(transport)
  return {
    era: '2026-07-28',
    told,
    async listen(level) {
      // Said with each request in this era.
      meta = { [LOG_LEVEL_META_KEY]: level }
    },
    protocol: client.getNegotiatedProtocolVersion(),
    async call(name, given, { onProgress, signal } = {}) {
      const result = await client.callTool(
        { name, arguments: { ...given }, _meta: { ...meta } },
        {
          ...(onProgress !== undefined && { onprogress: ({ message }) => onProgress(message) }),
          ...(signal !== undefined && { signal }),
        },
      )
      return readAnswer(result)
    },
    tools: async () => (await client.listTools()).tools,
    resources: async () => (await client.listResources()).resources,
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    async complete(prompt, argument, value, context) {
      const { completion } = await client.complete({
        ref: { type: 'ref/prompt', name: prompt },
        argument: { name: argument, value },
        ...(context !== undefined && { context: { arguments: toTexts(context) } }),
      })
      return completion.values
    },
    async completeAddress(template, variable, value) {
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: template },
        argument: { name: variable, value },
      })
      return completion.values
    },
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async prompt(name, given) {
      const { messages } = await client.getPrompt({ name, arguments: { ...given } })
      return messages.map(({ content }) => ('text' in content ? content.text : '')).join('\n')
    },
    toolsChanged: notices.next,
    close: () => client.close(),
  }
}

async function connectOlder(
  transport: OlderHttp | OlderStdio,
  person: Person | undefined,
): Promise<TestClient> {
  const notices = createNotices()
  const client = new OlderClient(INFO, {
    capabilities: person === undefined ? {} : { elicitation: {} },
    listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => notices.tell() } },
  })
  if (person !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(person, params))
  }
  // The older package was written without exactOptionalPropertyTypes; its own transports do not fit its own interface.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  const told: TestClient['told'][number][] = []
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    told.push(params)
  })
  return {
    era: '2025-11-25',
    told,
    async listen(level) {
      await client.setLoggingLevel(level)
    },
    protocol: transport instanceof OlderHttp ? transport.protocolVersion : undefined,
    async call(name, given, { onProgress, signal } = {}) {
      const result = await client.callTool({ name, arguments: { ...given } }, undefined, {
        ...(onProgress !== undefined && { onprogress: ({ message }) => onProgress(message) }),
        ...(signal !== undefined && { signal }),
      })
      return readAnswer(result)
    },
    tools: async () => (await client.listTools()).tools,
    resources: async () => (await client.listResources()).resources,
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    async complete(prompt, argument, value, context) {
      const { completion } = await client.complete({
        ref: { type: 'ref/prompt', name: prompt },
        argument: { name: argument, value },
        ...(context !== undefined && { context: { arguments: toTexts(context) } }),
      })
      return completion.values
    },
    async completeAddress(template, variable, value) {
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri: template },
        argument: { name: variable, value },
      })
      return completion.values
    },
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async prompt(name, given) {
      const { messages } = await client.getPrompt({ name, arguments: { ...given } })
      return messages.map(({ content }) => ('text' in content ? content.text : '')).join('\n')
    },
    toolsChanged: notices.next,
    close: () => client.close(),
  }
}

function answer(person: Person, params: Input) {
  const { message, requestedSchema } = params
  const given = person({
    message: String(message),
    requestedSchema: requestedSchema as Input,
  })
  return { action: given.action, content: { ...given.content } as Record<string, string> }
}

function toTexts(values: Input): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))
}

function textOf(contents: readonly object[]): string {
  // Bytes come in base64, and are handed on so.
  const parts = contents.map((one) => ('text' in one ? one.text : 'blob' in one ? one.blob : ''))
  return parts.map(String).join('\n')
}

function readAnswer(result: object): ToolAnswer {
  const { content, isError, structuredContent, _meta } = result as {
    content?: readonly { type: string; text?: string; uri?: string }[]
    isError?: boolean
    structuredContent?: unknown
    _meta?: Record<string, unknown>
  }
  const error = _meta?.['parley/error']
  return {
    text: (content ?? []).map(({ text }) => text ?? '').join('\n'),
    isError: isError === true,
    data: structuredContent,
    error: (error ?? null) as ToolAnswer['error'],
    links: (content ?? []).flatMap(({ uri }) => (uri === undefined ? [] : [uri])),
  }
}

function createNotices() {
  const waiting: (() => void)[] = []
  let untold = 0
  return {
    tell() {
      const next = waiting.shift()
      if (next === undefined) untold += 1
      else next()
    },
    next: () =>
      new Promise<void>((resolve) => {
        if (untold > 0) {
          untold = 0
          resolve()
        } else waiting.push(resolve)
      }),
  }
}
