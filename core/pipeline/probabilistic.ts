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
      readonly layers: readonly { readonly weights: Matrix; readonly bias: Float64Array }[]
      readonly activation: 'relu' | 'tanh' | 'logistic' | 'identity'
      readonly output: 'sigmoid' | 'softmax' | 'identity'
    }
  /** The same answer for every row. */
  | {
      readonly kind: 'constant'
      readonly probabilities: Float64Array | null
      readonly values: Float64Array | null
    }
