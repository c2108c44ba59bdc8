// One request on its way through the server: what a handler gets and how it answers.

import type { Agent } from '#agent/turn.ts'
import type { Outcome } from '#core/errors.ts'
import { limitPorts } from '#core/operations/limited-ports.ts'
import type { Call, Ports, Principal } from '#core/operations/operation.ts'
import { BASE_HEADERS } from './http/errors.ts'
import type { Limits } from './limits.ts'
import type { Metrics } from './metrics.ts'

/** Built once by `createServer`; what handlers may use beside the request. */
export interface Services {
  readonly ports: Ports
  readonly agent: Agent
  readonly limits: Limits
  readonly metrics: Metrics
  readonly version: string
  /** Aborted when the time to drain is over; long answers end then. */
  readonly stopping: AbortSignal
  /** Lifts the idle timeout of a connection whose answer takes its time. */
  readonly keepOpen: (request: Request) => void
  /** Requests being answered, streams included, and when the last one came on the monotonic clock. */
  readonly load: { inFlight: number; lastStartedMs: number }
}

export interface Exchange {
  readonly request: Request
  /** Values of `{…}` in the route's path, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  readonly requestId: string
  readonly principal: Principal
  /** On the clock of `ports.monotonicMs`. */
  readonly startedMs: number
  readonly services: Services
  /** Facts for the log line, filled in by the handler. */
  readonly facts: { model: string | null; modelVersion: string | null; rows: number | null }
  /** True where the answer goes on after the handler; see `holdOpen`. */
  held: boolean
}

/** Keeps the request counted as in flight until the returned function is called; for streamed answers. */
export function holdOpen(exchange: Exchange): () => void {
  exchange.held = true
  return () => {
    exchange.services.load.inFlight -= 1
  }
}

/** An answer, or a failure that the frame turns into one. */
export type Reply = Response | Outcome<Response>

/**
 * Copied natively into each answer, which costs half of reading an object of names and values. Each answer's id is put
 * here just before it is copied: to change the copy would first make an object of it.
 */
const JSON_HEADERS = new Headers({ ...BASE_HEADERS, 'content-type': 'application/json' })

export function jsonReply(
  exchange: Exchange,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = jsonTextReply(exchange, JSON.stringify(body), status)
  for (const name in headers) response.headers.set(name, headers[name] ?? '')
  return response
}

/** The same for what is JSON already. */
export function jsonTextReply(exchange: Exchange, text: string, status = 200): Response {
  JSON_HEADERS.set('x-request-id', exchange.requestId)
  return new Response(text, { status, headers: JSON_HEADERS })
}

/** For routes that do not go through `invoke`: what does not exist for this person is not there. */
export function portsOf({ services, principal }: Exchange): Ports {
  return limitPorts(services.ports, principal)
}

/** The call an operation gets when this request asks for it. */
export function callOf(exchange: Exchange, options: { confirmed: boolean }): Call {
  return {
    principal: exchange.principal,
    requestId: exchange.requestId,
    signal: exchange.request.signal,
    // A plain HTTP answer has no place for progress; the chat stream has its own.
    progress: () => undefined,
    confirmed: options.confirmed,
    ports: exchange.services.ports,
  }
}

/** Milliseconds since the request came, to the microsecond. */
export function elapsedMs(exchange: Exchange): number {
  const elapsed = exchange.services.ports.monotonicMs() - exchange.startedMs
  return Math.round(elapsed * 1000) / 1000
}
