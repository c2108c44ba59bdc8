// The words in which a transformer says what it does to columns.

/** What a column has to hold for the steps that it reaches. `unknown` is a column that no step looks at. */
export interface ColumnNeed {
  readonly kind: 'number' | 'text' | 'unknown'
  /** Known values of a category, as texts; a `number` with categories takes them as numbers. */
  readonly categories?: readonly string[]
  /** Categories only: true where another value is no mistake. */
  readonly open?: boolean
  /** True where a missing value is filled in or has a code of its own, so that the field may be left out. */
  readonly optional?: boolean
  /** True where an explicit missing value has a direction, though a field that was forgotten should be asked for. */
  readonly nullable?: boolean
  /** Numbers only: 0 and 1 that people give as false and true. */
  readonly boolean?: boolean
  /** True for a text that is read as words, not compared as a whole. */
  readonly prose?: boolean
}

/** One kind of transformer's effect on columns. */
export interface ColumnRules<Node> {
  /** Number of columns that come out where `width` come in. */
  readonly widthAfter: (node: Node, width: number) => number
  /** What the `width` columns before it need, given what is needed of those after it. */
  readonly needsBefore: (
    node: Node,
    width: number,
    after: readonly ColumnNeed[],
  ) => readonly ColumnNeed[]
}

export type ColumnTable<Node extends { readonly kind: string }> = {
  readonly [Kind in Node['kind']]: ColumnRules<Extract<Node, { readonly kind: Kind }>>
}

export const NUMBER: ColumnNeed = { kind: 'number' }
export const UNKNOWN: ColumnNeed = { kind: 'unknown' }
