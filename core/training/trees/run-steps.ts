// Runs a fit that is written as steps: at once, or with room for other work between them.

import type { Outcome } from '#core/errors.ts'
import { checkpoint, type FitContext } from '../learner.ts'

/** Yields the share that is done after each piece of work, 0 … 1. */
export type FitSteps<Fitted> = Generator<number, Outcome<Fitted>, void>

/** Runs without a break; throws the signal's reason where it is aborted between two steps. */
export function runAtOnce<Fitted>(steps: FitSteps<Fitted>, context: FitContext): Outcome<Fitted> {
  for (;;) {
    context.signal.throwIfAborted()
    const step = steps.next()
    if (step.done) return finish(step.value, context)
    context.progress(step.value)
  }
}

/** Lets other work in after each step, Ctrl-C too; rejects with the signal's reason when aborted. */
export async function runInterruptibly<Fitted>(
  steps: FitSteps<Fitted>,
  context: FitContext,
): Promise<Outcome<Fitted>> {
  context.signal.throwIfAborted()
  for (;;) {
    const step = steps.next()
    if (step.done) return finish(step.value, context)
    await checkpoint(context, step.value)
  }
}

function finish<Fitted>(outcome: Outcome<Fitted>, context: FitContext): Outcome<Fitted> {
  if (outcome.ok) context.progress(1)
  return outcome
}
