// How a failure looks over HTTP: one table of statuses and one body.

import type { ErrorCode, Failure } from '#core/errors.ts'

/** The contract with outsiders; pinned by a test. */
export const STATUS_OF = {
  malformed_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  needs_confirmation: 409,
  too_large: 413,
  unsupported_file: 415,
  invalid_input: 422,
  unreadable_model: 422,
  rate_limited: 429,
  unavailable: 503,
  // Either the client is gone and nobody reads this, or the server is stopping.
  cancelled: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** The body of every error. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly details: readonly { readonly path: string; readonly message: string }[]
    readonly request_id: string
    /** With `needs_confirmation`: sent back with the same request, it says yes; once, and until `expires_at`. */
    readonly confirmation?: string
    readonly expires_at?: string
  }
}

export function errorBody(failure: Failure, requestId: string): ErrorBody {
  const { code, message, details, confirmation } = failure
  const error = { code, message, details, request_id: requestId }
  if (confirmation === undefined) return { error }
  return {
    error: { ...error, confirmation: confirmation.token, expires_at: confirmation.expiresAt },
  }
}

/** Headers every answer carries: never sniffed, never kept by a cache that did not ask. */
export const BASE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const

export function errorResponse(
  failure: Failure,
  requestId: string,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response {
  return new Response(JSON.stringify(errorBody(failure, requestId)), {
    status: options.status ?? STATUS_OF[failure.code],
    headers: { ...errorHeaders(failure, requestId), ...options.headers },
  })
}

/** Writes a failure as an answer; what a route of another protocol has instead of `errorResponse`. */
export type FailureWriter = typeof errorResponse

/** What goes along with a failure, whatever its body. */
export function errorHeaders(failure: Failure, requestId: string): Record<string, string> {
  const headers: Record<string, string> = {
    ...BASE_HEADERS,
    'content-type': 'application/json',
    'x-request-id': requestId,
  }
  if (failure.code === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="Parley"'
  if (failure.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(failure.retryAfterSeconds)
  }
  // What is left of a refused body is not read: the connection cannot carry another request.
  if (failure.code === 'too_large') headers['connection'] = 'close'
  return headers
}

/** What is said of a fault that is ours; the facts are in the log under the request's id. */
export const INTERNAL_FAILURE: Failure = {
  code: 'internal',
  message: 'Something went wrong on our side. The log has it under this request id.',
  details: [],
}
