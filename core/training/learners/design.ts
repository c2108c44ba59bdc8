// The features that a linear model learns from, dense or sparse, behind the two products that its gradient takes.

import type { Matrix } from '#core/pipeline/matrix.ts'

/** Rows that are mostly zeros: the entries of row r are `start[r]` to `start[r + 1]`, columns ascending. */
export interface SparseMatrix {
  readonly rows: number
  readonly columns: number
  readonly start: Int32Array
  readonly column: Int32Array
  readonly value: Float64Array
}

/**
 * `weights` is [groups, columns] and `margins` [rows, groups], both row-major. `multiply` overwrites `margins` with the
 * products of the rows; `multiplyTransposed` overwrites `weights` with the sums of rows times their margins.
 */
export interface Design {
  readonly rows: number
  readonly columns: number
  multiply(weights: Float64Array, groups: number, margins: Float64Array): void
  multiplyTransposed(margins: Float64Array, groups: number, weights: Float64Array): void
}

export function denseDesign({ rows, columns, data }: Matrix): Design {
  return {
    rows,
    columns,
    multiply(weights, groups, margins) {
      for (let row = 0; row < rows; row++) {
        const at = row * columns
        for (let group = 0; group < groups; group++) {
          const from = group * columns
          let sum = 0
          for (let column = 0; column < columns; column++) {
            sum += (data[at + column] as number) * (weights[from + column] as number)
          }
          margins[row * groups + group] = sum
        }
      }
    },
    multiplyTransposed(margins, groups, weights) {
      weights.fill(0, 0, groups * columns)
      for (let row = 0; row < rows; row++) {
        const at = row * columns
        for (let group = 0; group < groups; group++) {
          const margin = margins[row * groups + group] as number
          const from = group * columns
          for (let column = 0; column < columns; column++) {
            weights[from + column] =
              (weights[from + column] as number) + margin * (data[at + column] as number)
          }
        }
      }
    },
  }
}

export function sparseDesign({ rows, columns, start, column, value }: SparseMatrix): Design {
  return {
    rows,
    columns,
    multiply(weights, groups, margins) {
      for (let row = 0; row < rows; row++) {
        const end = start[row + 1] as number
        for (let group = 0; group < groups; group++) {
          const from = group * columns
          let sum = 0
          for (let entry = start[row] as number; entry < end; entry++) {
            sum += (value[entry] as number) * (weights[from + (column[entry] as number)] as number)
          }
          margins[row * groups + group] = sum
        }
      }
    },
    multiplyTransposed(margins, groups, weights) {
      weights.fill(0, 0, groups * columns)
      for (let row = 0; row < rows; row++) {
        const end = start[row + 1] as number
        for (let group = 0; group < groups; group++) {
          const margin = margins[row * groups + group] as number
          const from = group * columns
          for (let entry = start[row] as number; entry < end; entry++) {
            const at = from + (column[entry] as number)
            weights[at] = (weights[at] as number) + margin * (value[entry] as number)
          }
        }
      }
    },
  }
}
