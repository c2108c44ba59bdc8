// The port to inference: a loaded version validates rows and predicts them.

import type { Outcome } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import type { Prediction, Signature } from '#core/model.ts'
import type { PhraseModel } from '#core/phrases/phrase-model.ts'

/** What the engine needs to load a version. */
export interface LoadableModel {
  /** A graph, or the archive of a language model. */
  readonly onnx: Uint8Array
  readonly signature: Signature
  readonly binding: TensorBinding
}

/** Rows after validation: columns by tensor, ready to run. Opaque to everyone but the engine that made it. */
export interface EncodedRows {
  readonly count: number
  readonly columns: readonly (
    | Float32Array
    | Float64Array
    | BigInt64Array
    | Int32Array
    | Uint8Array
    | string[]
  )[]
}

/** A version in memory. Stays usable until every holder has called `release`. */
export interface LoadedModel {
  readonly signature: Signature
  /** How rows run: `compiled` code where the check at load agreed with onnxruntime, else `onnxruntime`; `remote` on another server. */
  readonly backend: 'compiled' | 'onnxruntime' | 'remote'
  /** All problems of all rows at once, paths such as `tenure` (one row) or `instances[2].tenure`. Order of keys does not matter. */
  encode(
    rows: readonly Readonly<Record<string, unknown>>[],
    pathPrefix: (row: number) => string,
  ): Outcome<EncodedRows>
  /** Encodes what can be encoded; for batches where a bad row is reported and the rest still scored. */
  encodeEach(rows: readonly Readonly<Record<string, unknown>>[]): {
    encoded: EncodedRows
    good: readonly number[]
    problems: ReadonlyMap<number, readonly { path: string; message: string }[]>
  }
  /**
   * Requests that arrive in one tick run as one batch; large batches run in a worker. Few compiled rows are there at
   * once; failures are always a promise's.
   */
  predict(rows: EncodedRows, signal?: AbortSignal): Predicted | Promise<Predicted>
  /** Suggestions with other wishes than the defaults; of models that fill blanks alone. */
  readonly phrases?: PhraseModel
}

type Predicted = readonly Prediction[]

export interface Engine {
  /** Creates the session, checks that a first prediction works and that compiled code agrees. */
  load(model: LoadableModel): Promise<Outcome<LoadedModel & { close(): Promise<void> }>>
  close(): Promise<void>
}
