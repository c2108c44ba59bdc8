// A loopback server that speaks Slack's Web API, file store, response addresses and socket mode, and holds every request to Slack's limits.

import type { Server, ServerWebSocket } from 'bun'
import { sign } from '#bots/slack/verify.ts'
import { problemsOf } from './limit-check.ts'

type Json = Record<string, unknown>

export interface Recorded {
  readonly method: string
  readonly args: Json
}

/** A message as people see it, whichever way it was made. */
export interface SeenMessage {
  readonly ts: string
  readonly channel: string
  readonly thread: string | null
  text: string
  blocks: Json[]
  /** The one person who sees it; null for everybody. */
  readonly onlyFor: string | null
  isStreaming: boolean
}

export interface UploadedFile {
  readonly name: string
  readonly channel: string
  readonly thread: string | null
  readonly text: string
}

export const TEAM = 'T0TEAM'
export const BOT = 'U0BOT'
export const BOT_TOKEN = 'xoxb-test'
export const SIGNING_SECRET = 'signing-secret'

export interface FakeSlack {
  /** With a slash at the end, as `SLACK_API_URL`. */
  readonly apiUrl: string
  readonly origin: string
  readonly requests: readonly Recorded[]
  readonly messages: readonly SeenMessage[]
  readonly files: readonly UploadedFile[]
  readonly views: readonly Json[]
  /** What a request broke of Slack's limits; must stay empty. */
  readonly problems: readonly string[]
  /** The next calls of a method are answered with this error; `ratelimited` as HTTP 429. */
  failNext(method: string, error: string, times?: number): void
  /** A file in the file store; the answer is what an event says of it. */
  addFile(
    name: string,
    content: string | Uint8Array<ArrayBuffer>,
    options?: { brokenOff?: 'missing' | 'sign-in' },
  ): Json
  groups: Json[]
  nextTs(): string
  /** Over the socket; resolves with the acknowledgement's payload. */
  deliverBySocket(type: string, payload: Json): Promise<unknown>
  readonly connections: number
  /** Ends the connection as Slack does when it moves clients to another machine. */
  dropSocket(): void
  count(method: string): number
  close(): Promise<void>
}

interface SocketData {
  readonly id: number
}

/** One clock for all, so that two servers over one registry never give the same time to two messages. */
let clock = 1_700_000_000

export function startFakeSlack(): FakeSlack {
  const requests: Recorded[] = []
  const messages: SeenMessage[] = []
  const files: UploadedFile[] = []
  const views: Json[] = []
  const problems: string[] = []
  const failures = new Map<string, string[]>()
  const stored = new Map<
    string,
    { name: string; content: string | Uint8Array<ArrayBuffer>; broken: string | null }
  >()
  const uploads = new Map<string, { name: string; text: string }>()
  const acknowledged = new Map<string, (payload: unknown) => void>()
  const sockets = new Set<ServerWebSocket<SocketData>>()
  const groups: Json[] = []
  let connections = 0
  const nextTs = () => {
    clock += 1
    return `${clock}.000100`
  }
  const find = (args: Json) =>
    messages.find(({ ts, channel }) => ts === args['ts'] && channel === args['channel'])

  function post(args: Json, onlyFor: string | null, isStreaming = false): SeenMessage {
    const message: SeenMessage = {
      ts: nextTs(),
      channel: String(args['channel']),
      thread: typeof args['thread_ts'] === 'string' ? args['thread_ts'] : null,
      text: String(args['markdown_text'] ?? args['text'] ?? ''),
      blocks: asBlocks(args['blocks']),
      onlyFor,
      isStreaming,
    }
    messages.push(message)
    return message
  }

  const METHODS: Record<string, (args: Json) => Json> = {
    'auth.test': () => ({
      user_id: BOT,
      bot_id: 'B0BOT',
      team_id: TEAM,
      team: 'Team',
      user: 'parley',
    }),
    'apps.connections.open': () => ({ url: `ws://127.0.0.1:${server.port}/link` }),
    'chat.postMessage': (args) => ({ ts: post(args, null).ts, channel: args['channel'] }),
    'chat.postEphemeral': (args) => ({ message_ts: post(args, String(args['user'])).ts }),
    'chat.update': (args) => {
      const message = find(args)
      if (message === undefined) return failure('message_not_found')
      message.text = String(args['text'] ?? message.text)
      message.blocks = asBlocks(args['blocks'])
      return { ts: message.ts }
    },
    'chat.startStream': (args) => ({ ts: post(args, null, true).ts, channel: args['channel'] }),
    'chat.appendStream': (args) => {
      const message = find(args)
      if (message?.isStreaming !== true) return failure('message_not_in_streaming_state')
      message.text += String(args['markdown_text'] ?? '')
      return { ts: message.ts }
    },
    'chat.stopStream': (args) => {
      const message = find(args)
      if (message?.isStreaming !== true) return failure('message_not_in_streaming_state')
      message.text += String(args['markdown_text'] ?? '')
      message.blocks = asBlocks(args['blocks'])
      message.isStreaming = false
      return { ts: message.ts }
    },
    'assistant.threads.setStatus': () => ({}),
    'assistant.threads.setSuggestedPrompts': () => ({}),
    'agents.sessions.setStatus': () => ({}),
    'views.open': ({ view }) => {
      views.push(asJson(view))
      return { view: { id: `V${views.length}` } }
    },
    'views.update': ({ view, view_id: id }) => {
      views.push(asJson(view))
      return { view: { id } }
    },
    'files.info': ({ file }) => ({ file: fileOf(String(file)) }),
    'files.getUploadURLExternal': ({ filename }) => {
      const id = `F0UP${uploads.size}`
      uploads.set(id, { name: String(filename), text: '' })
      return { upload_url: `${origin}/upload/${id}`, file_id: id }
    },
    'files.completeUploadExternal': (args) => {
      const done = Array.isArray(args['files']) ? args['files'].map(asJson) : []
      for (const { id } of done) {
        const upload = uploads.get(String(id))
        if (upload === undefined) return failure('file_not_found')
        files.push({
          ...upload,
          channel: String(args['channel_id']),
          thread: typeof args['thread_ts'] === 'string' ? args['thread_ts'] : null,
        })
      }
      return { files: done }
    },
    'conversations.history': ({ latest }) => ({ messages: [{ ts: latest, files: lastFiles }] }),
    'conversations.replies': ({ latest }) => ({ messages: [{ ts: latest, files: lastFiles }] }),
    'usergroups.list': () => ({ usergroups: groups }),
  }
  let lastFiles: Json[] = []

  function fileOf(id: string): Json {
    const { name = 'file', content = '' } = stored.get(id) ?? {}
    return {
      id,
      name,
      size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
      url_private: `${origin}/files/${id}`,
    }
  }

  async function callMethod(method: string, request: Request): Promise<Response> {
    const args = await readArgs(request)
    const planned = failures.get(method)?.shift()
    requests.push({ method, args })
    if (planned === 'ratelimited') {
      return new Response('{"ok":false,"error":"ratelimited"}', {
        status: 429,
        headers: { 'retry-after': '1' },
      })
    }
    if (planned !== undefined) return Response.json(failure(planned))
    problems.push(...problemsOf(method, args))
    const handler = METHODS[method]
    if (handler === undefined) {
      problems.push(`${method} is not spoken here`)
      return Response.json(failure('unknown_method'))
    }
    return Response.json({ ok: true, ...handler(args) })
  }

  function readFile(request: Request, id: string): Response {
    const file = stored.get(id)
    if (
      request.headers.get('authorization') !== `Bearer ${BOT_TOKEN}` ||
      file?.broken === 'sign-in'
    ) {
      return new Response('<html>Sign in to Slack</html>', {
        headers: { 'content-type': 'text/html' },
      })
    }
    if (file === undefined || file.broken === 'missing')
      return new Response('gone', { status: 404 })
    return new Response(new Blob([file.content]), {
      headers: { 'content-type': 'application/octet-stream' },
    })
  }

  const server: Server<SocketData> = Bun.serve<SocketData>({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request, self) {
      const { pathname } = new URL(request.url)
      const [, area = '', rest = ''] = pathname.split('/')
      if (area === 'link') {
        connections += 1
        return self.upgrade(request, { data: { id: connections } })
          ? undefined
          : new Response('not a socket', { status: 400 })
      }
      if (area === 'files') return readFile(request, rest)
      if (area === 'upload') {
        const upload = uploads.get(rest)
        if (upload !== undefined)
          uploads.set(rest, { ...upload, text: await uploadedText(request) })
        return new Response('OK')
      }
      if (area === 'hooks') {
        const body = asJson(await request.json())
        requests.push({ method: 'response_url', args: body })
        problems.push(...problemsOf('response_url', body))
        post({ ...body, channel: rest }, 'asker')
        return new Response('ok')
      }
      return callMethod(rest, request)
    },
    websocket: {
      open(socket) {
        sockets.add(socket)
        socket.send(JSON.stringify({ type: 'hello', num_connections: 1, debug_info: {} }))
      },
      message(_, text) {
        const { envelope_id: id, payload } = JSON.parse(String(text))
        acknowledged.get(id)?.(payload)
      },
      close(socket) {
        sockets.delete(socket)
      },
    },
  })
  const origin = `http://127.0.0.1:${server.port}`

  return {
    apiUrl: `${origin}/api/`,
    origin,
    requests,
    messages,
    files,
    views,
    problems,
    groups,
    nextTs,
    get connections() {
      return connections
    },
    failNext(method, error, times = 1) {
      failures.set(method, [...(failures.get(method) ?? []), ...Array(times).fill(error)])
    },
    addFile(name, content, { brokenOff } = {}) {
      const id = `F0${stored.size}`
      stored.set(id, { name, content, broken: brokenOff ?? null })
      lastFiles = [fileOf(id)]
      return fileOf(id)
    },
    deliverBySocket(type, payload) {
      const id = crypto.randomUUID()
      const [socket] = sockets
      if (socket === undefined) throw new Error('nobody is connected')
      const { promise, resolve } = Promise.withResolvers<unknown>()
      acknowledged.set(id, resolve)
      socket.send(
        JSON.stringify({ type, envelope_id: id, payload, accepts_response_payload: true }),
      )
      return promise
    },
    dropSocket() {
      for (const socket of sockets) socket.terminate()
    },
    count: (method) => requests.filter((one) => one.method === method).length,
    close: () => server.stop(true),
  }
}

function failure(error: string): Json {
  return { ok: false, error }
}

/** Web API calls are forms whose lists and objects are JSON, as the SDK sends them. */
async function readArgs(request: Request): Promise<Json> {
  const form = new URLSearchParams(await request.text())
  return Object.fromEntries([...form].map(([key, value]) => [key, decode(key, value)]))
}

const NUMBERS = new Set(['limit', 'length'])

function decode(key: string, value: string): unknown {
  if (value.startsWith('{') || value.startsWith('[')) {
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }
  if (value === 'true' || value === 'false') return value === 'true'
  return NUMBERS.has(key) ? Number(value) : value
}

async function uploadedText(request: Request): Promise<string> {
  const bytes = await request.arrayBuffer()
  return new TextDecoder().decode(bytes)
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function asBlocks(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(asJson) : []
}

/** A request as Slack signs it; `atMs` and `secret` to get it wrong. */
export function signedRequest(
  url: string,
  body: { readonly json: unknown } | { readonly form: Readonly<Record<string, string>> },
  options: { readonly atMs?: number; readonly secret?: string; readonly retry?: number } = {},
): Request {
  const isForm = 'form' in body
  const rawBody = isForm ? new URLSearchParams(body.form).toString() : JSON.stringify(body.json)
  const timestamp = String(Math.floor((options.atMs ?? Date.now()) / 1000))
  return new Request(url, {
    method: 'POST',
    body: rawBody,
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(options.secret ?? SIGNING_SECRET, timestamp, rawBody),
      ...(options.retry === undefined ? {} : { 'x-slack-retry-num': String(options.retry) }),
    },
  })
}
