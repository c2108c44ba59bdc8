// Predictors that compare a row with stored ones: nearest neighbours, support vectors with kernels, cluster centres.

import type { Matrix } from './matrix.ts'

export type DistancePredictor = NearestNeighbours | KernelMachine | ClusterCentres

export type Metric =
  | { readonly kind: 'euclidean' | 'manhattan' | 'chebyshev' | 'cosine' | 'hamming' }
  | { readonly kind: 'minkowski'; readonly power: number }

export interface NearestNeighbours {
  readonly kind: 'neighbours'
  readonly points: Matrix
  readonly count: number
  readonly metric: Metric
  readonly weights: 'uniform' | 'distance'
  /** Class code of each point, or its values [points, outputs]. */
  readonly targets:
    | { readonly kind: 'classes'; readonly codes: Int32Array; readonly classCount: number }
    | { readonly kind: 'values'; readonly values: Matrix }
}

export interface KernelMachine {
  readonly kind: 'kernel'
  readonly kernel:
    | { readonly kind: 'linear' }
    | { readonly kind: 'rbf'; readonly gamma: number }
    | {
        readonly kind: 'poly'
        readonly gamma: number
        readonly degree: number
        readonly coef0: number
      }
    | { readonly kind: 'sigmoid'; readonly gamma: number; readonly coef0: number }
  readonly vectors: Matrix
  /** libsvm's layout: [classes - 1, vectors] for a classifier, [1, vectors] for a regression. */
  readonly dualCoefficients: Matrix
  readonly intercept: Float64Array
  readonly target:
    | {
        readonly kind: 'classes'
        /** Support vectors of each class, in the order of `vectors`. */
        readonly vectorCounts: Int32Array
        /** Platt's parameters of each pair of classes, or null where it was trained without probabilities. */
        readonly platt: { readonly a: Float64Array; readonly b: Float64Array } | null
        readonly breakTies: boolean
      }
    | { readonly kind: 'value' }
}

/** The nearest centre's number is the label; no probabilities. */
export interface ClusterCentres {
  readonly kind: 'centres'
  readonly centres: Matrix
}
