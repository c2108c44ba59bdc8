// Turns what went wrong with a request to Claude into a failure: a sentence for the person, facts for the log, no content.

import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk'
import { type ErrorCode, fail, type Outcome } from '#core/errors.ts'

interface Kind {
  readonly code: ErrorCode
  readonly message: string
}

const BY_STATUS: Readonly<Record<number, Kind>> = {
  400: { code: 'unavailable', message: 'Claude could not use the request.' },
  401: { code: 'unavailable', message: 'Claude did not accept the API key.' },
  402: { code: 'unavailable', message: 'The Claude account has no credit left.' },
  403: { code: 'unavailable', message: 'The API key may not use Claude here.' },
  404: { code: 'unavailable', message: 'The Claude model or address set up here was not found.' },
  413: { code: 'unavailable', message: 'The conversation is too long for Claude.' },
  429: { code: 'rate_limited', message: 'Claude takes no more requests right now.' },
  529: { code: 'unavailable', message: 'Claude is overloaded right now.' },
}

/** Errors that arrive inside a stream have no status, only this. */
const BY_TYPE: Readonly<Record<string, Kind | undefined>> = {
  overloaded_error: BY_STATUS[529],
  rate_limit_error: BY_STATUS[429],
  authentication_error: BY_STATUS[401],
}

const OTHERWISE: Kind = { code: 'unavailable', message: 'Claude had a problem of its own.' }
const UNREACHABLE: Kind = { code: 'unavailable', message: 'Claude could not be reached.' }
const TOO_SLOW: Kind = { code: 'unavailable', message: 'Claude took too long to answer.' }
const UNREADABLE: Kind = { code: 'unavailable', message: 'Claude’s answer could not be read.' }

export function cancelled(): Outcome<never> {
  return fail('cancelled', 'Stopped before it was done.')
}

export function tooSlow(): Outcome<never> {
  return fail(TOO_SLOW.code, TOO_SLOW.message)
}

export function failureOf(error: unknown): Outcome<never> {
  const { code, message } = kindOf(error)
  return fail(code, message)
}

function kindOf(error: unknown): Kind {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
    return TOO_SLOW
  }
  if (error instanceof APIConnectionError) return UNREACHABLE
  if (error instanceof APIError) {
    return BY_STATUS[error.status ?? 0] ?? BY_TYPE[error.type ?? ''] ?? OTHERWISE
  }
  return UNREADABLE
}

/** For the log: never the message, which may repeat what was sent, and never a header. */
export function factsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: typeof error }
  if (!(error instanceof APIError)) return { error: error.name }
  return {
    error: error.name,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.type === null ? {} : { type: error.type }),
    ...(error.requestID == null ? {} : { apiRequestId: error.requestID }),
  }
}

const TOO_LONG = /prompt is too long|context window|too many tokens/i

/** Whether leaving history out may help: the API tells this case apart only in its words. */
export function isTooLong(error: unknown): boolean {
  if (!(error instanceof APIError)) return false
  if (error.status === 413) return true
  return error.status === 400 && TOO_LONG.test(error.apiMessage ?? '')
}

const PASSING: ReadonlySet<string> = new Set(['overloaded_error', 'rate_limit_error', 'api_error'])

/**
 * Whether an answer that broke off may go better the next time. Before an answer begins the client library has
 * retried already; its errors carry a status or are about the connection.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof APIConnectionError || error instanceof APIUserAbortError) return false
  if (error instanceof APIError) {
    return error.status === undefined && PASSING.has(error.type ?? '')
  }
  return true
}
