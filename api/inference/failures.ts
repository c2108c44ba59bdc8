// How a failure looks in the Open Inference Protocol: {"error": "…"} and a status of its own table.

import { type ErrorCode, type Failure, untoldDetails } from '#core/errors.ts'
import { errorHeaders } from '../http/errors.ts'

/**
 * The protocol knows 400 for a request that cannot be served as it is; clients of other servers look for it where the rest
 * of the API says 422. The contract with outsiders; pinned by a test.
 */
export const INFERENCE_STATUS_OF = {
  malformed_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  needs_confirmation: 409,
  too_large: 413,
  unsupported_file: 400,
  invalid_input: 400,
  unreadable_model: 400,
  rate_limited: 429,
  unavailable: 503,
  cancelled: 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

export function inferenceFailure(
  failure: Failure,
  requestId: string,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response {
  return new Response(JSON.stringify({ error: inOneText(failure) }), {
    status: options.status ?? INFERENCE_STATUS_OF[failure.code],
    headers: { ...errorHeaders(failure, requestId), ...options.headers },
  })
}

/** Problems that one text lists. */
const MAX_PROBLEMS = 10

/** The protocol has one text for everything, so the problems that the message does not tell stand behind it. */
function inOneText(failure: Failure): string {
  const untold = untoldDetails(failure)
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${path} ${message}`.trim())
  return untold.length === 0 ? failure.message : `${failure.message} Also: ${untold.join('; ')}.`
}
