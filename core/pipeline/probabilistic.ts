// Predictors of probabilities from densities and layers: naive Bayes, discriminant analysis, neural networks, constants.

import type { Matrix } from './matrix.ts'

export type ProbabilisticPredictor =
  /** log prior + sum over columns of the log density of a normal distribution; rows are classes. */
  | {
      readonly kind: 'gaussian-bayes'
      readonly logPrior: Float64Array
      readonly means: Matrix
      readonly variances: Matrix
    }
  /** log prior + sum over columns of what is known of the column's category, [categories, classes] each. */
  | {
      readonly kind: 'categorical-bayes'
      readonly logPrior: Float64Array
      readonly columns: readonly Matrix[]
    }
  /** Quadratic discriminant: one rotation [columns, rank] and scalings [rank] a class, means [classes, columns]. */
  | {
      readonly kind: 'quadratic'
      readonly logPrior: Float64Array
      readonly means: Matrix
      readonly rotations: readonly Matrix[]
      readonly scalings: readonly Float64Array[]
    }
  | {
      readonly kind: 'layers'
      /** Weights [inputs, outputs] of each layer and its bias [outputs]. */
      readonly layers: readonly Layer[]
      readonly activation: 'relu' | 'tanh' | 'logistic' | 'identity'
      /** Classifiers: `sigmoid` (one output, probability of the second class), `softmax`. Regressions: `identity`, `exp`. */
      readonly output: 'sigmoid' | 'softmax' | 'identity' | 'exp'
    }
  /** One column, piecewise linear between increasing points; beyond them constant, or without an answer. */
  | {
      readonly kind: 'interpolation'
      readonly x: Float64Array
      readonly y: Float64Array
      readonly beyond: 'constant' | 'none'
    }
  /** The same answer for every row. */
  | {
      readonly kind: 'constant'
      readonly probabilities: Float64Array | null
      readonly values: Float64Array | null
    }

export interface Layer {
  readonly weights: Matrix
  readonly bias: Float64Array
}
