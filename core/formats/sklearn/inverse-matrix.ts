// Inverts the small matrices that fitted objects keep: covariances of columns.

import type { Matrix } from '#core/pipeline/matrix.ts'

/** A tenth of a second's work; larger covariances are of no table that is measured so. */
export const MAX_INVERTED = 512

/** By Gauss and Jordan with the largest pivot; null for a matrix that has no inverse, or is larger than that. */
export function invert({ rows: size, data }: Matrix): Matrix | null {
  if (size > MAX_INVERTED) return null
  const rows: Float64Array[] = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: 2 * size }, (__, column) =>
      column < size ? (data[row * size + column] as number) : column - size === row ? 1 : 0,
    ),
  )
  for (let step = 0; step < size; step++) {
    const sizeOf = (row: number) => Math.abs(rows[row]?.[step] ?? 0)
    let best = step
    for (let row = step + 1; row < size; row++) if (sizeOf(row) > sizeOf(best)) best = row
    const pivotRow = rows[best] as Float64Array
    rows[best] = rows[step] as Float64Array
    rows[step] = pivotRow
    const pivot = pivotRow[step] as number
    if (!(Math.abs(pivot) > 0)) return null
    for (let column = 0; column < 2 * size; column++) {
      pivotRow[column] = (pivotRow[column] as number) / pivot
    }
    rows.forEach((row, at) => {
      const factor = row[step] as number
      if (at === step || factor === 0) return
      for (let column = 0; column < 2 * size; column++) {
        row[column] = (row[column] as number) - factor * (pivotRow[column] as number)
      }
    })
  }
  const inverse = new Float64Array(size * size)
  rows.forEach((row, at) => {
    inverse.set(row.subarray(size), at * size)
  })
  return { rows: size, columns: size, data: inverse }
}
