// The closed list of ways an operation can fail, and the value that carries one.

export const ERROR_CODES = [
  'malformed_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'needs_confirmation',
  'too_large',
  'unsupported_file',
  'invalid_input',
  'unreadable_model',
  'rate_limited',
  'unavailable',
  'cancelled',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** One fact about what is wrong; `path` names a field (`features.tenure`, `rows[3].price`) or is ''. */
export interface FailureDetail {
  readonly path: string
  readonly message: string
}

/** What went wrong, in words for the person who asked. Never holds a stack trace, a file path of this machine or a row. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly details: readonly FailureDetail[]
  /** With `rate_limited`: whole seconds until it may work. */
  readonly retryAfterSeconds?: number
  /** With `needs_confirmation`: what says yes to the question in `message`, once and until then (ISO 8601). */
  readonly confirmation?: { readonly token: string; readonly expiresAt: string }
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export function succeed<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function fail(
  code: ErrorCode,
  message: string,
  details: readonly FailureDetail[] = [],
): Outcome<never> {
  return { ok: false, failure: { code, message, details } }
}

/** Inputs of a model stand under this in an operation's input; nobody types it. */
const FEATURES_PREFIX = 'features.'

/** The failure as it is said to people who wrote names and values, not JSON: `tenure` instead of `features.tenure`. */
export function inWords(failure: Failure): Failure {
  let { message } = failure
  const details = failure.details.map((detail) => {
    const { path } = detail
    if (!path.startsWith(FEATURES_PREFIX)) return detail
    const name = path.slice(FEATURES_PREFIX.length)
    message = message.replaceAll(path, name)
    return { ...detail, path: name }
  })
  return { ...failure, message, details }
}

/**
 * The details that the message does not already tell. Two fields often have the same problem, so a detail counts as told
 * only with the field it is about; where it is the only detail, its words alone are enough.
 */
export function untoldDetails({ message, details }: Failure): readonly FailureDetail[] {
  return details.filter(({ path, message: fact }) => {
    const told = path === '' || details.length === 1 ? fact : `${path} ${fact}`
    return !message.includes(told)
  })
}
