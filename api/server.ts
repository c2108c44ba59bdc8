// The HTTP server: starts listening, answers every route, and stops without dropping what is in flight.

import type { Agent } from '#agent/turn.ts'
import type { Logger, Ports, Principal } from '#core/operations/operation.ts'
import type { PrincipalAnswer } from '#core/people/keyring.ts'
import {
  createApplication,
  type Frame,
  type Mount,
  type Page,
  type SignedMount,
} from './application.ts'
import { errorResponse, INTERNAL_FAILURE } from './http/errors.ts'
import { createGuard } from './http/security.ts'
import { DEFAULT_DRAIN_MS, DEFAULT_LIMITS, IDLE_TIMEOUT_SECONDS, type Limits } from './limits.ts'
import { createMetrics } from './metrics.ts'
import { createRoutes } from './routes.ts'

export interface ServerOptions {
  readonly ports: Ports
  readonly agent: Agent
  /** Default: the ports' logger. */
  readonly logger?: Logger
  /** The chat page and its files. */
  readonly page?: Page
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
  readonly maximumUploadBytes?: number
  readonly limits?: Partial<Limits>
  /** Who asks; null answers 401. By default everyone on this machine is its owner. */
  readonly principalOf?: (request: Request) => PrincipalAnswer
  /** Names under which a proxy in front of a server on loopback is reached. */
  readonly allowedHosts?: readonly string[]
  /** Parley's own version, for documents. */
  readonly version?: string
  /** Other surfaces at addresses of their own, such as `/mcp`, behind the same guard and the same keys. */
  readonly mounts?: Readonly<Record<string, Mount>>
  /** Addresses that platforms send signed requests to, such as `/slack/events`; in front of guard and keys. */
  readonly signedMounts?: Readonly<Record<string, SignedMount>>
}

export interface ParleyServer {
  /** `http://127.0.0.1:3000`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Answers a request as the network would get it. */
  fetch(request: Request): Promise<Response>
  /**
   * Answers what still comes and closes each connection behind its answer, until nothing has come for a moment or a second
   * is over; then accepts no more, lets what is in flight end for up to `drainMs` in all, and closes.
   */
  stop(options?: { drainMs?: number }): Promise<void>
}

const LOCAL: Principal = { id: 'local', role: 'admin', surface: 'rest' }
/** How often a stopping server looks whether it is done. */
const DRAIN_POLL_MS = 10
/** Requests that were on their way when the stop began arrive within it: a round trip in one data centre, with room. */
const QUIET_MS = 100
/** Clients that keep opening new connections must not keep a server from stopping. */
const MAXIMUM_LINGER_MS = 1_000

/** Throws what `Bun.serve` throws where the address is taken. */
export function createServer(options: ServerOptions): ParleyServer {
  const host = options.host ?? '127.0.0.1'
  const stopping = new AbortController()
  const frame = createFrame(options, host, stopping.signal, (request) => {
    server.timeout(request, 0)
  })
  const app = createApplication(createRoutes(), frame)
  const fetch = (request: Request): Promise<Response> => Promise.resolve(app.fetch(request))
  const server = Bun.serve({
    hostname: host,
    port: options.port,
    fetch: app.fetch,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    // Each route has its own limit and answers in our shape; Bun's would cut without a word.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    // Outside development Bun shares a port by default: a second server would silently take half of the requests.
    reusePort: false,
    error: () => errorResponse(INTERNAL_FAILURE, frame.newRequestId()),
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    port: server.port ?? options.port,
    fetch,
    async stop({ drainMs = DEFAULT_DRAIN_MS } = {}) {
      frame.draining = true
      const { load } = frame.services
      const clock = options.ports.monotonicMs
      const startedMs = clock()
      const deadlineMs = startedMs + drainMs
      // Closing at once would cut off requests that lie unread in open connections: Bun ends the idle ones without a look.
      const lingerEndMs = startedMs + Math.min(drainMs, MAXIMUM_LINGER_MS)
      while (clock() < lingerEndMs && clock() - load.lastStartedMs < QUIET_MS)
        await Bun.sleep(DRAIN_POLL_MS)
      const closed = server.stop(false)
      while (load.inFlight > 0 && clock() < deadlineMs) await Bun.sleep(DRAIN_POLL_MS)
      stopping.abort()
      // One more turn of the loop lets streams that just ended send their last bytes.
      await Bun.sleep(DRAIN_POLL_MS)
      await server.stop(true)
      await closed
    },
  }
}

function createFrame(
  options: ServerOptions,
  host: string,
  stopping: AbortSignal,
  keepOpen: (request: Request) => void,
): Frame {
  const ports =
    options.logger === undefined ? options.ports : { ...options.ports, logger: options.logger }
  // Request ids are names, not secrets: a random start and a counter cost nothing on the way of a prediction.
  const prefix = ports.randomId().slice(0, 12)
  let counter = 0
  const uploadBytes = options.maximumUploadBytes
  return {
    services: {
      ports,
      agent: options.agent,
      limits: {
        ...DEFAULT_LIMITS,
        ...options.limits,
        ...(uploadBytes !== undefined && { uploadBytes }),
      },
      metrics: createMetrics(),
      version: options.version ?? '0.1.0',
      stopping,
      keepOpen,
      load: { inFlight: 0, lastStartedMs: Number.NEGATIVE_INFINITY },
    },
    guard: createGuard({ boundHost: host, allowedHosts: options.allowedHosts ?? [] }),
    principalOf: options.principalOf ?? (() => LOCAL),
    newRequestId: () => {
      counter += 1
      return `${prefix}-${counter.toString(36)}`
    },
    page: options.page ?? null,
    mounts: options.mounts ?? {},
    signedMounts: options.signedMounts ?? {},
    draining: false,
  }
}
