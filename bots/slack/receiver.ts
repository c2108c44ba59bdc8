// A Bolt receiver for any server that speaks fetch: verifies, hands on to Bolt, and answers as soon as it is acknowledged.

import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import { ACKNOWLEDGE_MS } from './limits.ts'
import { isFromSlack } from './verify.ts'

/** Slack's events are small; a modal's state is the largest. */
const MAX_BODY_BYTES = 1024 * 1024

export interface FetchReceiver extends Receiver {
  /** `POST /slack/events`: events, commands and interactions alike. */
  handle(request: Request): Promise<Response>
}

export function createFetchReceiver(options: {
  readonly signingSecret: string
  readonly now: () => number
  readonly report: (error: unknown) => void
  /** After this an event counts as acknowledged, whatever its listener does; two and a half seconds by default. */
  readonly acknowledgeMs?: number
}): FetchReceiver {
  const { acknowledgeMs = ACKNOWLEDGE_MS } = options
  let app: App | null = null
  return {
    init(initialised) {
      app = initialised
    },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    async handle(request) {
      if (request.method !== 'POST') return text(405, 'Slack sends POST.')
      const rawBody = await readBody(request)
      if (rawBody === null) return text(413, 'Too large.')
      const { signingSecret, now, report } = options
      if (!isFromSlack(request.headers, rawBody, { signingSecret, nowMs: now() })) {
        return text(401, 'The signature does not fit.')
      }
      const body = parseBody(rawBody, request.headers.get('content-type') ?? '')
      if (body === null) return text(400, 'Not understood.')
      if (body['ssl_check'] !== undefined) return text(200, '')
      if (body['type'] === 'url_verification')
        return Response.json({ challenge: body['challenge'] })
      if (app === null) return text(503, 'Not started.')
      return process(app, body, request.headers, { report, acknowledgeMs })
    },
  }
}

/** Resolves at the acknowledgement, while the work goes on. */
function process(
  app: App,
  body: Readonly<Record<string, unknown>>,
  headers: Headers,
  { report, acknowledgeMs }: { report: (error: unknown) => void; acknowledgeMs: number },
): Promise<Response> {
  return new Promise((resolve) => {
    // Acknowledged is better than sent again: what is being done must not be done twice.
    const timer = setTimeout(() => resolve(text(200, '')), acknowledgeMs)
    const answer = (response: Response) => {
      clearTimeout(timer)
      resolve(response)
    }
    const retryNum = Number(headers.get('x-slack-retry-num') ?? Number.NaN)
    const event: ReceiverEvent = {
      body: { ...body },
      ack: async (reply?: unknown) => answer(acknowledgement(reply)),
      ...(Number.isNaN(retryNum) ? {} : { retryNum }),
      retryReason: headers.get('x-slack-retry-reason') ?? '',
    }
    app.processEvent(event).then(
      () => answer(text(404, 'Nothing here answers that.')),
      (error: unknown) => {
        report(error)
        answer(text(500, ''))
      },
    )
  })
}

function acknowledgement(reply: unknown): Response {
  if (reply === undefined || reply === '') return text(200, '')
  return typeof reply === 'string' ? text(200, reply) : Response.json(reply)
}

async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Events are JSON; commands are a form; interactions are a form with JSON in `payload`. */
function parseBody(rawBody: string, contentType: string): Readonly<Record<string, unknown>> | null {
  try {
    if (!contentType.startsWith('application/x-www-form-urlencoded')) {
      return asRecord(JSON.parse(rawBody))
    }
    const form = new URLSearchParams(rawBody)
    const payload = form.get('payload')
    return payload === null ? Object.fromEntries(form) : asRecord(JSON.parse(payload))
  } catch {
    return null
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function text(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
