// A run of rows on its way from a table's reader through the model to the same table's writer.

import type { Prediction, Scalar, Signature } from '#core/model.ts'

export type FeatureRow = Readonly<Record<string, Scalar>>

/** A format is a generator of these: it reads as they are asked for, which is what bounds memory. */
export interface Chunk {
  readonly rows: readonly FeatureRow[]
  /** Rows that are wrong before any model sees them (a cell too few, broken JSON), by their place in `rows`. */
  readonly problems: ReadonlyMap<number, string>
  /** Where each row begins: its line in the file, counted from 1 (in Parquet the row's number). */
  readonly lines: readonly number[]
  /** The rows with what became of them, in the table's own format; the first chunk begins the file, the last ends it. */
  write(outcomes: readonly RowOutcome[]): Uint8Array | Promise<Uint8Array>
}

export type RowOutcome =
  | { readonly ok: true; readonly prediction: Prediction }
  | { readonly ok: false; readonly line: number; readonly message: string }

export interface TableOptions {
  readonly signature: Signature
  /** Whether an `error` column says which rows failed; else the batch ends at the first. */
  readonly reportErrors: boolean
  readonly signal: AbortSignal
}
