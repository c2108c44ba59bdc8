// Transformers of columns: scalers, imputers, encoders, projections, selections.

import type { Matrix } from './matrix.ts'

export type Preprocessor =
  /** ((x - subtract) / divide) * multiply + add, then clipped; null leaves a part out. Vectors have one number a column. */
  | {
      readonly kind: 'scale'
      readonly subtract: Float64Array | null
      readonly divide: Float64Array | null
      readonly multiply: Float64Array | null
      readonly add: Float64Array | null
      readonly clip: readonly [number, number] | null
    }
  /** (x - mean) · components^T, each result divided by `divide`; `components` has one row a result. */
  | {
      readonly kind: 'project'
      readonly mean: Float64Array | null
      readonly components: Matrix
      readonly divide: Float64Array | null
    }
  /** Keeps these columns in this order. */
  | { readonly kind: 'select'; readonly columns: readonly number[] }
  /** One column, a key, becomes the columns of the table's row for it; keys that are not in `keys` take the row `fallback`, or are refused before the graph where it is null. */
  | {
      readonly kind: 'lookup'
      readonly keys: readonly string[]
      readonly table: Matrix
      readonly fallback: Float64Array | null
    }
