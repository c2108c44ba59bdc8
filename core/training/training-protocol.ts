// What the server and its training process say to each other; bytes travel beside these as a frame's body.

import type { Failure } from '#core/errors.ts'
import type { Trained, TrainingJob } from './automatic.ts'

/** The body is the table. One question a process: it ends after its answer. */
export interface TrainingQuestion {
  readonly job: TrainingJob
  readonly parleyVersion: string
}

export type TrainingAnswer =
  | { readonly kind: 'progress'; readonly fraction: number; readonly message: string }
  /** The body is the model's file. */
  | { readonly kind: 'trained'; readonly trained: Trained }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The learner itself broke; the text is for the log alone. */
  | { readonly kind: 'broke'; readonly fault: string }

/** Room for heads: a job's names, and a report with the labels and residuals of a run. */
export const TRAINING_HEAD_BYTES = 16 * 1024 * 1024
