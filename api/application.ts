// Puts the routes on Elysia and a frame around each: guard, request id, failures, log line, metrics.

import { Elysia } from 'elysia'
import { EngineFailure } from '#core/engine/engine-failure.ts'
import type { Failure } from '#core/errors.ts'
import type { Principal } from '#core/operations/operation.ts'
import type { PrincipalAnswer } from '#core/people/keyring.ts'
import { type RateTaken, tooFast } from '#core/people/rate-limits.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { type Exchange, elapsedMs, type Reply, type Services } from './exchange.ts'
import { errorResponse, type FailureWriter, INTERNAL_FAILURE } from './http/errors.ts'
import type { Guard } from './http/security.ts'
import { inferenceFailure } from './inference/failures.ts'
import { describeError, type RequestLine } from './logging.ts'
import type { Route } from './route.ts'

const PATH_PARAMETER = /\{(\w+)\}/g
/** Ids of callers that may stand in headers, logs and answers as they are. */
const REQUEST_ID = /^[\w.-]{1,128}$/
const ANY_METHOD_ROUTE = '/*'
/** Stands in logs and metrics for every path that no route claims. */
const UNMATCHED = '(none)'

/** Serves what no route claims; null where it has nothing either. */
export type Page = (request: Request) => Response | null | Promise<Response | null>

/** Answers every method at its address; its streams may stay open for as long as the client listens. */
export type Mount = (request: Request, principal: Principal) => Promise<Response>

/** A mount that proves for itself who sent each request, by a signature over it: a platform has no key of ours. */
export type SignedMount = (request: Request) => Promise<Response>

export interface Frame {
  readonly services: Services
  readonly guard: Guard
  readonly principalOf: (request: Request) => PrincipalAnswer
  readonly newRequestId: () => string
  readonly page: Page | null
  readonly mounts: Readonly<Record<string, Mount>>
  readonly signedMounts: Readonly<Record<string, SignedMount>>
  /** True from the moment the server is asked to stop: what still comes is answered, and its connection closed. */
  draining: boolean
}

export function createApplication(routes: readonly Route[], frame: Frame): Elysia {
  const app = new Elysia()
  for (const route of routes) {
    const handle = frameHandler(route, frame)
    // Destructured on purpose: Elysia reads this function's text to learn what it need not prepare.
    app.route(
      route.method,
      elysiaPath(route.path),
      ({ request, params }) => handle(request, params),
      {
        config: {},
        parse: 'none',
      },
    )
  }
  for (const [path, methods] of methodsByPath(routes)) {
    const writeFailure = routes.find((route) => route.path === path)?.writeFailure
    const refuse = frameHandler(wrongMethod(path, methods, writeFailure), frame)
    app.all(elysiaPath(path), ({ request }) => refuse(request, {}), { parse: 'none' })
  }
  for (const [path, mount] of Object.entries(frame.mounts)) {
    const handle = frameHandler(mounted(path, mount), frame)
    app.all(path, ({ request }) => handle(request, {}), { parse: 'none' })
  }
  for (const [path, mount] of Object.entries(frame.signedMounts)) {
    const route = { ...mounted(path, mount), signed: true }
    const handle = frameHandler(route, frame)
    app.all(path, ({ request }) => handle(request, {}), { parse: 'none' })
  }
  const fallback = frameHandler(unknownRoute(frame), frame)
  app.all(ANY_METHOD_ROUTE, ({ request }) => fallback(request, {}), { parse: 'none' })
  return app
}

function elysiaPath(path: string): string {
  return path.replace(PATH_PARAMETER, ':$1')
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}

type Handler = (request: Request, parameters: Readonly<Record<string, string>>) => Promise<Response>

interface FramedRoute extends Pick<Route, 'method' | 'path' | 'handle' | 'open' | 'writeFailure'> {
  /** Neither the guard's names nor keys are asked for. */
  readonly signed?: boolean
}

function frameHandler(route: FramedRoute, frame: Frame): Handler {
  const { services } = frame
  const { ports, load } = services
  const { writeFailure = errorResponse } = route
  const count = services.metrics.route(route.path)
  // Every prediction passes here: nothing is allocated or asked that an answer does not need.
  return async (request, parameters) => {
    const requestId = requestIdOf(request) ?? frame.newRequestId()
    const asked = route.signed === true ? null : frame.principalOf(request)
    const principal = asked instanceof Promise ? await asked.catch(unreadableKeys) : asked
    const exchange: Exchange = {
      request,
      parameters,
      requestId,
      principal: principal ?? NOBODY,
      startedMs: ports.monotonicMs(),
      services,
      facts: { model: null, modelVersion: null, rows: null },
      held: false,
    }
    load.inFlight += 1
    load.lastStartedMs = exchange.startedMs
    let reply: Reply
    let pace: RateTaken = null
    try {
      let refusal = refuse(request, principal, route, frame)
      if (refusal === null && principal !== null && ports.rates !== undefined) {
        const taken = ports.rates.take(principal, 'request')
        pace = taken instanceof Promise ? await taken : taken
        if (pace?.isAllowed === false) refusal = tooFast('request', pace)
      }
      reply = refusal === null ? await route.handle(exchange) : { ok: false, failure: refusal }
    } catch (error) {
      reply = { ok: false, failure: failureOf(error, exchange) }
    } finally {
      if (!exchange.held) load.inFlight -= 1
    }
    const failure = reply instanceof Response || reply.ok ? null : reply.failure
    const response = respond(reply, requestId, writeFailure)
    if (pace !== null) tellPace(response.headers, pace)
    if (frame.draining) response.headers.set('connection', 'close')
    count(request.method, response.status)
    report(exchange, route.path, response.status, failure?.code ?? null)
    return response
  }
}

function respond(reply: Reply, requestId: string, writeFailure: FailureWriter): Response {
  if (reply instanceof Response) return reply
  return reply.ok ? reply.value : writeFailure(reply.failure, requestId)
}

/** Never acted for: a refused request has no principal, and its handler does not run. */
const NOBODY: Principal = { id: 'nobody', role: 'viewer', surface: 'rest' }

/** Stands for whoever sent a key while keys could not be looked up. */
const UNKNOWN: Principal = { ...NOBODY, id: 'unknown' }

function unreadableKeys(): Principal {
  return UNKNOWN
}

function refuse(
  request: Request,
  principal: Principal | null,
  { path, open = false, signed = false }: Pick<FramedRoute, 'path' | 'open' | 'signed'>,
  frame: Frame,
): Failure | null {
  // Whoever spreads requests over servers learns from this one answer to send no more; the rest are still served.
  if (frame.draining && path.startsWith(HEALTH_PATH)) return STOPPING
  if (signed) return null
  const refusal = frame.guard(request)
  if (refusal !== null || open) return refusal
  if (principal === UNKNOWN) return KEYS_UNREADABLE
  return principal === null ? UNAUTHORIZED : null
}

/** As the IETF's drafts name them, so that clients can slow down before they are told to. */
function tellPace(headers: Headers, pace: NonNullable<RateTaken>): void {
  headers.set('ratelimit-limit', String(pace.limit))
  headers.set('ratelimit-remaining', String(pace.remaining))
  headers.set('ratelimit-reset', String(pace.resetSeconds))
}

const KEYS_UNREADABLE: Failure = {
  code: 'unavailable',
  message: 'Keys cannot be looked up now. Try again in a moment.',
  details: [],
}

const HEALTH_PATH = '/health'

const STOPPING: Failure = {
  code: 'unavailable',
  message: 'The server is stopping. Try again in a moment.',
  details: [],
}

const UNAUTHORIZED: Failure = {
  code: 'unauthorized',
  message:
    'This needs an API key that is neither expired nor revoked: send "Authorization: Bearer parley_…". `parley keys create` makes one.',
  details: [],
}

function requestIdOf(request: Request): string | null {
  const given = request.headers.get('x-request-id')
  return given !== null && REQUEST_ID.test(given) ? given : null
}

/** What is said of something thrown: a bug, unless the client went away or the storage is out of order. */
function failureOf(error: unknown, exchange: Exchange): Failure {
  if (exchange.request.signal.aborted) {
    return { code: 'cancelled', message: 'The request was broken off.', details: [] }
  }
  if (error instanceof RegistryUnavailable) {
    return { code: 'unavailable', message: error.message, details: [] }
  }
  if (error instanceof EngineFailure) return error.failure
  exchange.services.ports.logger.error(
    { request_id: exchange.requestId, ...describeError(error) },
    'request failed',
  )
  return INTERNAL_FAILURE
}

const INTERNAL_STATUS = 500

function report(exchange: Exchange, route: string, status: number, code: string | null): void {
  const { facts, services } = exchange
  const { logger } = services.ports
  if (logger.ignoresInfo === true && status < INTERNAL_STATUS) return
  const line: RequestLine = {
    request_id: exchange.requestId,
    method: exchange.request.method,
    route,
    status,
    latency_ms: elapsedMs(exchange),
  }
  if (facts.model !== null) line.model = facts.model
  if (facts.modelVersion !== null) line.model_version = facts.modelVersion
  if (facts.rows !== null) line.rows = facts.rows
  if (code !== null) line.code = code
  if (status >= INTERNAL_STATUS) logger.error(line, 'request')
  else logger.info(line, 'request')
}

function wrongMethod(
  path: string,
  methods: readonly string[],
  writeFailure: FailureWriter = errorResponse,
): FramedRoute {
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return {
    method: 'GET',
    path,
    writeFailure,
    handle: (exchange) =>
      writeFailure(
        {
          code: 'malformed_request',
          message: `This address takes ${methods.join(' and ')}, not ${exchange.request.method}.`,
          details: [],
        },
        exchange.requestId,
        { status: 405, headers: { allow: allowed.join(', ') } },
      ),
  }
}

function mounted(path: string, mount: Mount): Pick<Route, 'method' | 'path' | 'handle'> {
  return {
    method: 'POST',
    path,
    async handle({ request, principal, services }) {
      services.keepOpen(request)
      return mount(request, principal)
    },
  }
}

const NOTHING_HERE: Failure = {
  code: 'not_found',
  message: 'There is nothing at this address. GET /docs shows what there is.',
  details: [],
}

/** Clients of the protocol read its own form of errors, also where they ask for what is not there. */
function isInference(request: Request): boolean {
  return new URL(request.url).pathname.startsWith('/v2/')
}

/** The page is open, so that it can ask for a key. */
function unknownRoute(frame: Frame): FramedRoute {
  return {
    method: 'GET',
    path: UNMATCHED,
    open: true,
    async handle({ request, requestId }) {
      const page = request.method === 'GET' ? await frame.page?.(request) : null
      if (page !== null && page !== undefined) return page
      return isInference(request)
        ? inferenceFailure(NOTHING_HERE, requestId)
        : { ok: false, failure: NOTHING_HERE }
    },
  }
}
