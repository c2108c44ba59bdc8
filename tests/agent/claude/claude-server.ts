// A loopback server that speaks the Messages API's wire format, answering from a script, and remembers what it was sent.

export interface ReceivedRequest {
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: bodies are matched against literals
  readonly body: any
}

/** A content block as Claude would write it; `json` replaces a tool's input with exactly this text. */
export type Written =
  | { readonly text: string }
  | { readonly thinking: string }
  | {
      readonly call: string
      readonly input?: unknown
      readonly json?: string
      readonly id?: string
    }

/** What the server does with one request. */
export type Scripted =
  | { readonly say: readonly Written[]; readonly stop?: string; readonly inputTokens?: number }
  | {
      readonly status: number
      readonly type: string
      readonly message?: string
      readonly headers?: Record<string, string>
    }
  /** Raw bytes of a stream; `hang` leaves it open after them. */
  | { readonly raw: string; readonly hang?: boolean }

export type Script = readonly Scripted[] | ((request: ReceivedRequest, index: number) => Scripted)

export interface ClaudeServer {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** Streams that were still open when the client went away. */
  readonly hungUp: () => number
  /** A new script; its first entry answers the next request. */
  play(script: Script): void
  stop(): Promise<void>
}

export function startClaudeServer(): ClaudeServer {
  let script: Script = []
  let requests: ReceivedRequest[] = []
  let hungUp = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 30,
    async fetch(request) {
      if (new URL(request.url).pathname !== '/v1/messages') {
        return new Response(null, { status: 404 })
      }
      const received = { headers: request.headers, body: await request.json() }
      requests.push(received)
      const index = requests.length - 1
      const scripted = typeof script === 'function' ? script(received, index) : script[index]
      if (scripted === undefined) return failure(500, 'api_error', 'the script is over')
      if ('status' in scripted) {
        return failure(scripted.status, scripted.type, scripted.message, scripted.headers)
      }
      if ('raw' in scripted) {
        return eventStream(scripted.raw, scripted.hang === true, () => {
          hungUp++
        })
      }
      const { say, stop, inputTokens } = scripted
      return eventStream(wireOf(say, stop, inputTokens, `msg_${index}`), false, () => undefined)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    get requests() {
      return requests
    },
    hungUp: () => hungUp,
    play(next) {
      script = next
      requests = []
      hungUp = 0
    },
    stop: () => server.stop(true),
  }
}

/** All events of an answer, in the order and form of the API. */
export function wireOf(
  say: readonly Written[],
  stop?: string,
  inputTokens = 100,
  id = 'msg_0',
): string {
  const calls = say.some((block) => 'call' in block)
  return [
    messageStart(id, inputTokens),
    event('ping', {}),
    ...say.map((block, index) => blockEvents(block, index)),
    event('message_delta', {
      delta: { stop_reason: stop ?? (calls ? 'tool_use' : 'end_turn'), stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event('message_stop', {}),
  ].join('')
}

export function messageStart(id = 'msg_0', inputTokens = 100): string {
  return event('message_start', {
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: inputTokens,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 1,
      },
    },
  })
}

export function event(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

/** Texts arrive in small pieces, as they do from the API. */
export function blockEvents(block: Written, index: number): string {
  const start = (content_block: unknown) => event('content_block_start', { index, content_block })
  const delta = (fields: unknown) => event('content_block_delta', { index, delta: fields })
  const stop = event('content_block_stop', { index })
  if ('text' in block) {
    const pieces = block.text.match(/[\s\S]{1,7}/g) ?? []
    const deltas = pieces.map((text) => delta({ type: 'text_delta', text }))
    return start({ type: 'text', text: '' }) + deltas.join('') + stop
  }
  if ('thinking' in block) {
    return (
      start({ type: 'thinking', thinking: '', signature: '' }) +
      delta({ type: 'thinking_delta', thinking: block.thinking }) +
      delta({ type: 'signature_delta', signature: 'signed' }) +
      stop
    )
  }
  const json = block.json ?? JSON.stringify(block.input ?? {})
  const pieces = json.match(/[\s\S]{1,9}/g) ?? []
  const id = block.id ?? `toolu_${index}`
  return (
    start({ type: 'tool_use', id, name: block.call, input: {} }) +
    pieces.map((partial_json) => delta({ type: 'input_json_delta', partial_json })).join('') +
    stop
  )
}

function failure(
  status: number,
  type: string,
  message = type,
  headers?: Record<string, string>,
): Response {
  return Response.json(
    { type: 'error', error: { type, message }, request_id: 'req_test' },
    { status, headers: { 'request-id': 'req_test', ...(headers ?? { 'retry-after-ms': '1' }) } },
  )
}

function eventStream(text: string, hang: boolean, onHangUp: () => void): Response {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      if (!hang) controller.close()
    },
    cancel: onHangUp,
  })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}
