// What a script learns from how parley ends.

import type { ErrorCode } from '#core/errors.ts'

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  invalidInput: 4,
  unreadableFile: 5,
  refused: 6,
  interrupted: 130,
} as const

const BY_ERROR = {
  malformed_request: EXIT.usage,
  unauthorized: EXIT.refused,
  forbidden: EXIT.refused,
  not_found: EXIT.notFound,
  conflict: EXIT.refused,
  needs_confirmation: EXIT.refused,
  too_large: EXIT.unreadableFile,
  unsupported_file: EXIT.unreadableFile,
  invalid_input: EXIT.invalidInput,
  unreadable_model: EXIT.unreadableFile,
  rate_limited: EXIT.failed,
  unavailable: EXIT.failed,
  cancelled: EXIT.interrupted,
  internal: EXIT.failed,
} as const satisfies Record<ErrorCode, number>

/** The process's exit code for a failed operation. */
export function exitCodeOf(code: ErrorCode): number {
  return BY_ERROR[code]
}
