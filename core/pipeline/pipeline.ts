// A fitted pipeline as data: what scikit-learn's objects, and Parley's own training, come to before they become a graph.

import type { LinearModel, TreeEnsemble } from '#core/formats/description.ts'
import type { CombinedPredictor } from './combined.ts'
import type { DistancePredictor } from './distances.ts'
import type { LinearPredictor } from './linear.ts'
import type { Preprocessor } from './preprocessing.ts'
import type { ProbabilisticPredictor } from './probabilistic.ts'
import type { TextTransformer } from './text.ts'
import type { TreePredictor } from './trees.ts'

/**
 * A table goes in, a table comes out. Its columns are doubles (NaN is a missing value) or texts; a transformer names them
 * by position, counted in the table that reaches it.
 */
export type Transformer = Composition | Preprocessor | TextTransformer

/** Transformers made of others. */
export type Composition =
  | { readonly kind: 'identity' }
  /** One after another. */
  | { readonly kind: 'sequence'; readonly steps: readonly Transformer[] }
  /** Each part sees only its columns (a position may occur in several); the results stand side by side, times `weight`. */
  | { readonly kind: 'columns'; readonly parts: readonly ColumnPart[] }

export interface ColumnPart {
  readonly columns: readonly number[]
  readonly transformer: Transformer
  /** Factor on the part's results; 1 where there is none. */
  readonly weight: number
}

/** A table goes in, an answer for each row comes out. */
export type Predictor =
  | {
      /** A pipeline: transformers, then a predictor. */
      readonly kind: 'chain'
      readonly steps: readonly Transformer[]
      readonly predictor: Predictor
    }
  | LinearPredictor
  | TreePredictor
  | DistancePredictor
  | ProbabilisticPredictor
  | CombinedPredictor
  /** A model over float32 features that another reader described: XGBoost inside a pipeline. */
  | {
      readonly kind: 'margins'
      readonly model: TreeEnsemble | LinearModel
      readonly missingValue: number | null
      /** Number of classes, or null for a regression. */
      readonly classCount: number | null
    }

/** The whole of a fitted pipeline over the description's inputs, column i of the table being input i. */
export interface PipelineModel {
  readonly kind: 'pipeline'
  readonly predictor: Predictor
}
