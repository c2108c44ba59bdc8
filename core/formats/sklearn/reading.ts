// The shape of a reader of one scikit-learn class, and what readers of composed classes need.

import type { Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import type { Origins } from '#core/pipeline/samples.ts'
import type { Budget } from '../limits.ts'
import type { PickleValue } from '../pickle/value.ts'
import type { FittedObject } from './fitted-object.ts'
import type { Samples } from './samples.ts'

/** The table that reaches an object. */
export interface TableShape {
  readonly width: number
  /** Names of the columns where the table has any: only before the first step that changes columns. */
  readonly names: readonly string[] | null
  /** Which input each column is, where it is handed on as it came; left out where nothing is known. */
  readonly origins?: Origins
  /** True where the library hands it on as a sparse matrix, whose zeros are not written. */
  readonly isSparse?: boolean
}

/** The same columns without their names, or as many other ones, kept as the table before is. */
export function namelessTable(table: TableShape, newWidth?: number): TableShape {
  if (newWidth === undefined) return { ...table, names: null }
  return { width: newWidth, names: null, ...(table.isSparse && { isSparse: true }) }
}

/** A predictor and what only its object knows. */
export interface ReadPredictor {
  readonly predictor: Predictor
  /** Class labels as texts, in the order of the probabilities; null for a regression. */
  readonly classes: readonly string[] | null
  /** Numbers a row of a regression; 1 for a classifier. */
  readonly outputs: number
  /** The library's own name of what it was trained for, where there is one worth telling. */
  readonly objective?: string
  readonly warnings?: readonly string[]
}

export interface Reading {
  readonly budget: Budget
  /** What was found out about the inputs on the way. */
  readonly samples: Samples
  /** A transformer of any known class, or 'passthrough' (None in old files); 'drop' is the caller's business. */
  readonly transformer: (
    owner: FittedObject,
    value: PickleValue | undefined,
    step: string | undefined,
    table: TableShape,
  ) => Transformer
  /** A predictor of any known class. */
  readonly predictor: (
    owner: FittedObject,
    value: PickleValue | undefined,
    step: string | undefined,
    table: TableShape,
  ) => ReadPredictor
}

export type TransformerReader = (
  object: FittedObject,
  table: TableShape,
  reading: Reading,
) => Transformer

export type PredictorReader = (
  object: FittedObject,
  table: TableShape,
  reading: Reading,
) => ReadPredictor
