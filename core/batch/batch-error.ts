// What ends a batch: a failure for the person, carried through streams that can only throw.

import type { ErrorCode, Failure, FailureDetail } from '#core/errors.ts'

/** Errors a score stream with a `failure` ready to be answered. */
export class BatchError extends Error {
  override readonly name = 'BatchError'
  readonly failure: Failure

  constructor(
    message: string,
    details: readonly FailureDetail[] = [],
    code: ErrorCode = 'invalid_input',
  ) {
    super(message)
    this.failure = { code, message, details }
  }
}
