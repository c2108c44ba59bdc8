// Columns of a table as ranks of their float32 values, so that growing a tree sorts small whole numbers.

import type { Matrix } from '#core/pipeline/matrix.ts'

/** Values closer than this are one value: no threshold can be trusted to part them after rounding to float32. */
const TIE_DISTANCE = 1e-7

export interface RankedColumn {
  /** For each row the rank of its value, 0 … count - 1, or `count` where the value is missing. */
  readonly ranks: Int32Array
  readonly count: number
  readonly hasMissing: boolean
  /** Smallest and largest value of each rank; they differ only where close values were taken for one. */
  readonly low: Float64Array
  readonly high: Float64Array
}

export function rankColumns(matrix: Matrix): RankedColumn[] {
  return Array.from({ length: matrix.columns }, (_, column) => rankColumn(matrix, column))
}

function rankColumn({ rows, columns, data }: Matrix, column: number): RankedColumn {
  const values = new Float32Array(rows)
  for (let row = 0; row < rows; row++) values[row] = data[row * columns + column] as number
  // Typed arrays sort NaN to the end.
  const sorted = values.slice().sort()
  let known = rows
  while (known > 0 && Number.isNaN(sorted[known - 1])) known--
  const { low, high } = findDistinct(sorted.subarray(0, known))
  const ranks = new Int32Array(rows)
  for (let row = 0; row < rows; row++) ranks[row] = findRank(high, values[row] as number)
  return { ranks, count: low.length, hasMissing: known < rows, low, high }
}

function findDistinct(sorted: Float32Array): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(sorted.length)
  const high = new Float64Array(sorted.length)
  let count = 0
  for (const value of sorted) {
    if (count > 0 && value <= (high[count - 1] as number) + TIE_DISTANCE) high[count - 1] = value
    else {
      low[count] = value
      high[count] = value
      count++
    }
  }
  return { low: low.slice(0, count), high: high.slice(0, count) }
}

/** The first rank whose largest value reaches `value`; a missing value gets the number of ranks. */
function findRank(high: Float64Array, value: number): number {
  if (Number.isNaN(value)) return high.length
  let first = 0
  let last = high.length - 1
  while (first < last) {
    const middle = (first + last) >>> 1
    if (value <= (high[middle] as number)) last = middle
    else first = middle + 1
  }
  return first
}
