// Numbers in rows and columns, the plainest form that fitted parameters take.

/** Doubles, row-major: the element of row r and column c is `data[r * columns + c]`. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}
