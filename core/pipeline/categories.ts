// The values of categorical columns as encoders know them.

/** Known values of one column. A missing value is a category where `values` holds NaN or the missing text. */
export type Categories =
  | { readonly type: 'text'; readonly values: readonly string[] }
  /** `boolean` is a column of 0 and 1 that people fill with true and false. */
  | { readonly type: 'number' | 'boolean'; readonly values: Float64Array }

export interface OneHotColumn {
  readonly categories: Categories
  /** Result of each category, 0 ≤ output < width; -1 where it is the one that all zeros stand for. */
  readonly outputs: Int32Array
  readonly width: number
  /** Where a value beyond the categories goes: to all zeros (-1), to a result, or it is refused before the graph. */
  readonly unknown: number | 'refused'
}

export interface EncodedColumn {
  readonly categories: Categories
  /** Numbers of each category, `width` a category. */
  readonly table: Float64Array
  readonly width: number
  /** Numbers of a value beyond the categories; null where it is refused before the graph. */
  readonly unknown: Float64Array | null
}
