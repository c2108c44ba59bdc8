// Predictors that compare a row with stored ones: nearest neighbours, support vectors with kernels, cluster centres.

import type { Matrix } from './matrix.ts'

export type DistancePredictor = NearestNeighbours | NeighboursWithin | KernelMachine | NearestCentre

/**
 * How far two rows x and y are apart. `cosine` is 1 minus the cosine, `correlation` the same of rows less their own means;
 * `hamming` the share of columns that differ; `minkowski` (Σ w |x - y|^power)^(1 / power); `canberra` Σ |x - y| / (|x| + |y|),
 * where two zeros add nothing; `mahalanobis` the root of (x - y) · inverse · (x - y); `haversine` the angle between two places
 * on a sphere, from latitude and longitude in radians; `nan-euclidean` the euclidean distance over the columns that both rows
 * have, scaled up to all of them.
 */
export type Metric =
  | { readonly kind: 'euclidean' }
  | { readonly kind: 'squared-euclidean' }
  | { readonly kind: 'manhattan' }
  | { readonly kind: 'chebyshev' }
  | { readonly kind: 'cosine' }
  | { readonly kind: 'correlation' }
  | { readonly kind: 'hamming' }
  /** Without `weights` every column counts 1. */
  | {
      readonly kind: 'minkowski'
      readonly power: number
      readonly weights: Float64Array | null
    }
  | { readonly kind: 'canberra' }
  /** Σ |x - y| divided by Σ (|x| + |y|), as scikit-learn has it, or by Σ |x + y|, as scipy has it. */
  | { readonly kind: 'bray-curtis'; readonly divisor: 'sizes' | 'sums' }
  | { readonly kind: 'mahalanobis'; readonly inverse: Matrix }
  | { readonly kind: 'haversine' }
  | { readonly kind: 'nan-euclidean' }
  | { readonly kind: 'flags'; readonly rule: FlagRule }

/** scipy's names of distances between rows of true and false, where every number but 0 is true. */
export const FLAG_RULES = [
  ...(['jaccard', 'matching', 'dice', 'kulsinski', 'rogerstanimoto', 'russellrao'] as const),
  ...(['sokalmichener', 'sokalsneath', 'yule'] as const),
] as const

export type FlagRule = (typeof FLAG_RULES)[number]

/** Class code of each point, or its values [points, outputs]. */
export type NeighbourTargets =
  | { readonly kind: 'classes'; readonly codes: Int32Array; readonly classCount: number }
  | { readonly kind: 'values'; readonly values: Matrix }

/**
 * The mean of the `count` nearest points' values, or their shares of the classes; equally far points come in the order of
 * `points`. With the weights `distance` each counts by 1 / distance, and only those at distance 0 where there are any.
 */
export interface NearestNeighbours {
  readonly kind: 'neighbours'
  readonly points: Matrix
  readonly count: number
  readonly metric: Metric
  readonly weights: 'uniform' | 'distance'
  readonly targets: NeighbourTargets
}

/** As nearest neighbours, of all points no further than `radius`; a row without any has no answer. */
export interface NeighboursWithin {
  readonly kind: 'neighbours-within'
  readonly points: Matrix
  readonly radius: number
  readonly metric: Metric
  readonly weights: 'uniform' | 'distance'
  readonly values: Matrix
}

export type Kernel =
  | { readonly kind: 'linear' }
  | { readonly kind: 'rbf'; readonly gamma: number }
  | {
      readonly kind: 'poly'
      readonly gamma: number
      readonly degree: number
      readonly coef0: number
    }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly coef0: number }

export interface KernelMachine {
  readonly kind: 'kernel'
  readonly kernel: Kernel
  readonly vectors: Matrix
  /** libsvm's layout: [classes - 1, vectors] for a classifier, else [1, vectors]. */
  readonly dualCoefficients: Matrix
  /** libsvm's sign: one for each pair of classes (0-1, 0-2, … 1-2, …), added to the sum; else a single one. */
  readonly intercept: Float64Array
  readonly target: KernelTarget
}

export type KernelTarget =
  | {
      readonly kind: 'classes'
      /** Support vectors of each class, in the order of `vectors`. */
      readonly vectorCounts: Int32Array
      /** Platt's parameters of each pair of classes, or null where it was trained without probabilities. */
      readonly platt: { readonly a: Float64Array; readonly b: Float64Array } | null
      /** The label is the class of the largest score, not the one with the most votes. */
      readonly breakTies: boolean
      /** One score a class, or one a pair of classes. */
      readonly scores: 'classes' | 'pairs'
    }
  | { readonly kind: 'value' }
  /** Two classes, outliers first: a row with a positive sum is no outlier. */
  | { readonly kind: 'inlier' }

/** The label is the number of the nearest centre. */
export interface NearestCentre {
  readonly kind: 'centres'
  readonly centres: Matrix
  readonly metric: Metric
  /** Probabilities from the squared distances of columns divided by `scale`; null where there are none. */
  readonly posterior: CentrePosterior | null
}

export interface CentrePosterior {
  readonly scale: Float64Array
  readonly logPrior: Float64Array
  /** False where the classes are equally likely: the label is then that of the nearest centre as the columns are. */
  readonly decidesLabel: boolean
}
