// Transformers of columns: scalers, imputers, encoders, projections, selections.

import type { EncodedColumn, OneHotColumn } from './categories.ts'
import type { Matrix } from './matrix.ts'

export type Preprocessor = Scaler | Imputer | Encoder | Rearranger

/** Numbers to as many numbers. */
export type Scaler =
  /** ((x - subtract) / divide) * multiply + add, then clipped; null leaves a part out. Vectors have one number a column. */
  | {
      readonly kind: 'scale'
      readonly subtract: Float64Array | null
      readonly divide: Float64Array | null
      readonly multiply: Float64Array | null
      readonly add: Float64Array | null
      readonly clip: readonly [number, number] | null
    }
  /**
   * Each row divided by its norm; a norm of 0, or one below `least`, counts as 1. `largest` is the largest value, `max` the
   * largest magnitude.
   */
  | {
      readonly kind: 'normalize'
      readonly norm: 'l1' | 'l2' | 'max' | 'largest'
      readonly least?: number
    }
  /** The power transforms of Yeo and Johnson or of Box and Cox, one lambda a column. */
  | {
      readonly kind: 'power'
      readonly method: 'yeo-johnson' | 'box-cox'
      readonly lambdas: Float64Array
    }
  /**
   * Piecewise linear from each column's quantiles [references, columns] to `references`; `normal` goes on to the normal
   * distribution. A value within `tolerance` of the first or last quantile is at the end, 0 or 1; where
   * there is one, no place lies nearer to the ends than it.
   */
  | {
      readonly kind: 'quantile'
      readonly tolerance: number
      readonly quantiles: Matrix
      readonly references: Float64Array
      readonly output: 'uniform' | 'normal'
    }
  | { readonly kind: 'function'; readonly name: FunctionName }
  /** 1 where the value is greater, else 0. */
  | { readonly kind: 'binarize'; readonly threshold: number }

/** A scale that leaves everything out. */
export const PLAIN_SCALE = {
  kind: 'scale',
  subtract: null,
  divide: null,
  multiply: null,
  add: null,
  clip: null,
} as const satisfies Scaler

export const FUNCTION_NAMES = [
  ...(['log', 'log1p', 'log2', 'log10', 'exp', 'expm1', 'exp2', 'sqrt', 'cbrt', 'square'] as const),
  ...(['abs', 'negative', 'reciprocal', 'sign', 'floor', 'ceil', 'rint', 'trunc'] as const),
  ...(['sin', 'cos', 'tan', 'arcsin', 'arccos', 'arctan'] as const),
  ...(['sinh', 'cosh', 'tanh', 'arcsinh', 'arccosh', 'arctanh'] as const),
  ...(['expit', 'logit', 'sublinear'] as const),
] as const

/**
 * numpy's functions by their names there, and scipy's `expit` (1 / (1 + exp(-x))) and `logit`, the way back from it;
 * `sublinear` is 1 + ln(x), and 0 for 0.
 */
export type FunctionName = (typeof FUNCTION_NAMES)[number]

/** What fills in for missing values, and what tells of them. */
export type Imputer =
  | {
      readonly kind: 'impute'
      /** The value that counts as missing: NaN, a number or a text such as the missing one. */
      readonly missing: number | string
      /** One a column that stays, with its position before; the others are left out. */
      readonly columns: readonly { readonly column: number; readonly fill: number | string }[]
    }
  /** 1 where one of these columns is missing, else 0. */
  | {
      readonly kind: 'missing-indicator'
      readonly missing: number | string
      readonly columns: readonly number[]
      /** Of what these columns are; null where the file does not say. */
      readonly type: 'number' | 'text' | null
    }
  /** A missing number becomes the mean of the nearest rows that have it, by the distances over what both have. */
  | {
      readonly kind: 'impute-nearest'
      /** Rows with NaN where a value was missing. */
      readonly points: Matrix
      readonly count: number
      readonly weights: 'uniform' | 'distance'
      readonly missing: number
      /** Columns that stay; of one that is never filled in, nothing but missing values was known. */
      readonly columns: readonly number[]
    }

/** Categories to numbers. */
export type Encoder =
  | { readonly kind: 'one-hot'; readonly columns: readonly OneHotColumn[] }
  /** Each category has numbers of its own: its rank, or what was learnt of the target. */
  | { readonly kind: 'encode'; readonly columns: readonly EncodedColumn[] }
  /**
   * The number of the bin that a value falls into, one list of inner edges a column; `tolerant` adds a hundred-thousandth to
   * the value first, as scikit-learn did before 1.1. `one-hot` gives a column a bin.
   */
  | {
      readonly kind: 'bins'
      readonly edges: readonly Float64Array[]
      readonly tolerant: boolean
      readonly encode: 'ordinal' | 'one-hot'
    }
  /** One column, a key, becomes the columns of the table's row for it; keys that are not in `keys` take the row `fallback`, or are refused before the graph where it is null. */
  | {
      readonly kind: 'lookup'
      readonly keys: readonly string[]
      readonly table: Matrix
      readonly fallback: Float64Array | null
    }

/** Other columns than before. */
export type Rearranger =
  /** (x - mean) · components^T, each result divided by `divide`; `components` has one row a result. */
  | {
      readonly kind: 'project'
      readonly mean: Float64Array | null
      readonly components: Matrix
      readonly divide: Float64Array | null
    }
  /** The euclidean distance to each of these centres, one row each. */
  | { readonly kind: 'distances'; readonly centres: Matrix }
  /** Keeps these columns in this order. */
  | { readonly kind: 'select'; readonly columns: readonly number[] }
  /** Products of up to `highest` columns, in the order of itertools' combinations, from `lowest` on; 1 first where `bias` is true. */
  | {
      readonly kind: 'polynomial'
      readonly lowest: number
      readonly highest: number
      /** True where no column is multiplied by itself. */
      readonly interactionsOnly: boolean
      readonly bias: boolean
    }
  /** Basis splines: between two knots of a column each result is a polynomial of the distance from the first of them. */
  | { readonly kind: 'splines'; readonly columns: readonly SplineColumn[] }

export interface SplineColumn {
  /** Ascending; values below the first belong to the first interval, values above the last to the last. */
  readonly knots: Float64Array
  /** For each interval one row of `outputs` · (degree + 1) coefficients, from the constant up. */
  readonly coefficients: Matrix
  readonly outputs: number
}
