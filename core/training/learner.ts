// What every learner takes and gives, and how a long fit stays interruptible.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Random } from './random.ts'

/** What is to be predicted, one entry a row. */
export type Target =
  /** `codes[row]` is the place of the row's class among `classCount`. */
  | { readonly kind: 'classes'; readonly codes: Int32Array; readonly classCount: number }
  | { readonly kind: 'values'; readonly values: Float64Array }

export interface FitContext {
  readonly random: Random
  readonly signal: AbortSignal
  /** How much of this fit is done, 0..1. */
  readonly progress: (fraction: number) => void
}

/** A learner: features [rows, columns] and their target to whatever was learned. Rejects with the signal's reason when aborted. */
export type Fit<Options, Fitted> = (
  features: Matrix,
  target: Target,
  options: Options,
  context: FitContext,
) => Promise<Fitted>

/** Between two pieces of work: tells how far the fit is, lets other work in (Ctrl-C too) and stops where it was aborted. */
export async function checkpoint(context: FitContext, fraction: number): Promise<void> {
  context.progress(fraction)
  await new Promise<void>((resolve) => setImmediate(resolve))
  context.signal.throwIfAborted()
}
