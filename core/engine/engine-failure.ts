// A run that could not be had, for a reason that the person who asked is told as any other failure.

import type { Failure } from '#core/errors.ts'

/** Thrown by `predict` of versions that run elsewhere: `unavailable`, or `invalid_input` where the rows were refused there. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}
