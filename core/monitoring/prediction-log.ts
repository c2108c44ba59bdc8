// The port to the log of predictions: what was answered when, what turned out to be true, and the rows where that is asked for.

import type { Row } from '#core/model.ts'

/** What was answered or turned out to be true: a class, or a number. */
export type LoggedValue = string | number

export interface LoggedPrediction {
  /** The request's id; `#2` follows for the third row of a request with many. */
  readonly id: string
  readonly model: string
  readonly version: number
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly answer: LoggedValue
  /** Of the positive class, where there is one; else null. */
  readonly probability: number | null
  /** Null where rows are not kept. */
  readonly row: Row | null
}

export interface PostedOutcome {
  readonly id: string
  readonly actual: LoggedValue
}

/** A prediction of which the truth is known. */
export interface Judged {
  readonly answer: LoggedValue
  readonly actual: LoggedValue
}

export interface PredictionLog {
  /** One transaction; an id that is there keeps what it has. */
  write(predictions: readonly LoggedPrediction[]): void
  /** Newest first. */
  recent(model: string, version: number, limit: number): readonly LoggedPrediction[]
  /** The ids that were found; a second outcome for one replaces the first. */
  addOutcomes(model: string, outcomes: readonly PostedOutcome[], atMs: number): readonly string[]
  /** Newest first. */
  judged(model: string, version: number, limit: number): readonly Judged[]
  /** Removes what is older, and the oldest beyond `most`. */
  sweep(beforeMs: number, most: number): void
  forget(model: string): void
  close(): void
}
