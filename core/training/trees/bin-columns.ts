// Columns of a table as at most 255 bins each, cut at quantiles; a category is a bin of its own.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Random } from '../random.ts'

/** A bin is a byte, and one number is kept for missing values. */
export const MAX_BINS = 255

/** Quantiles of more rows than this are taken from so many drawn ones. */
const MAX_QUANTILE_ROWS = 200_000

export interface BinnedColumn {
  /** For each row its bin, 0 … count - 1, or `count` where the value is missing. */
  readonly bins: Uint8Array
  readonly count: number
  readonly hasMissing: boolean
  /** A value belongs to the first bin whose threshold reaches it; the last bin has none. Empty for categories. */
  readonly thresholds: Float64Array
  /** The code of each bin, ascending; null where the column is a number. */
  readonly codes: Int32Array | null
}

/** Bins every column; `categories` holds the codes of those that are categories, and null for numbers. */
export function binColumns(
  matrix: Matrix,
  categories: readonly (Int32Array | null)[],
  maxBins: number,
  random: Random,
): BinnedColumn[] {
  const { rows, columns, data } = matrix
  const sample =
    rows > MAX_QUANTILE_ROWS
      ? Int32Array.from({ length: MAX_QUANTILE_ROWS }, () => random.below(rows))
      : null
  return categories.map((codes, column) => {
    const values = new Float64Array(rows)
    for (let row = 0; row < rows; row++) values[row] = data[row * columns + column] as number
    if (codes !== null) return binCategories(values, codes)
    const seen =
      sample === null ? values.slice() : Float64Array.from(sample, (row) => values[row] as number)
    return binNumbers(values, findThresholds(seen, maxBins))
  })
}

/** The codes that occur in a column, ascending; negative ones are missing values. */
export function findCategories({ rows, columns, data }: Matrix, column: number): Int32Array {
  const codes = new Set<number>()
  for (let row = 0; row < rows; row++) {
    const code = Math.trunc(data[row * columns + column] as number)
    if (code >= 0) codes.add(code)
  }
  return Int32Array.from(codes).sort()
}

function binCategories(values: Float64Array, codes: Int32Array): BinnedColumn {
  const places = new Map([...codes].map((code, place) => [code, place]))
  const bins = new Uint8Array(values.length)
  values.forEach((value, row) => {
    bins[row] = places.get(Math.trunc(value)) ?? codes.length
  })
  const hasMissing = bins.includes(codes.length)
  return { bins, count: codes.length, hasMissing, thresholds: new Float64Array(0), codes }
}

function binNumbers(values: Float64Array, thresholds: Float64Array): BinnedColumn {
  const count = thresholds.length + 1
  const bins = new Uint8Array(values.length)
  let hasMissing = false
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) {
      hasMissing = true
      bins[row] = count
      continue
    }
    let first = 0
    let last = thresholds.length
    while (first < last) {
      const middle = (first + last) >>> 1
      if (value <= (thresholds[middle] as number)) last = middle
      else first = middle + 1
    }
    bins[row] = first
  }
  return { bins, count, hasMissing, thresholds, codes: null }
}

/** Sorts `values` in place. Midpoints between the distinct values where they are few, else quantiles of equal share. */
function findThresholds(values: Float64Array, maxBins: number): Float64Array {
  // Typed arrays sort NaN to the end.
  values.sort()
  let known = values.length
  while (known > 0 && Number.isNaN(values[known - 1])) known--
  const sorted = values.subarray(0, known)
  const distinct = takeDistinct(sorted, maxBins + 1)
  if (distinct.length > maxBins) return takeDistinct(findQuantiles(sorted, maxBins), maxBins)
  const midpoints = new Float64Array(Math.max(0, distinct.length - 1))
  for (let place = 0; place < midpoints.length; place++) {
    midpoints[place] = (distinct[place] as number) / 2 + (distinct[place + 1] as number) / 2
  }
  return takeDistinct(midpoints, maxBins)
}

/** The distinct numbers of a sorted list, or the first `limit` of them. */
function takeDistinct(sorted: Float64Array, limit: number): Float64Array {
  const distinct = new Float64Array(Math.min(limit, sorted.length))
  let count = 0
  for (const value of sorted) {
    if (count > 0 && value === distinct[count - 1]) continue
    if (count === limit) break
    distinct[count++] = value
  }
  return distinct.slice(0, count)
}

/** Quantiles by the inverse distribution, averaged where it has a step ("averaged_inverted_cdf" in numpy's words). */
function findQuantiles(sorted: Float64Array, bins: number): Float64Array {
  const quantiles = new Float64Array(bins - 1)
  const percent = 100 / bins
  for (let place = 0; place < quantiles.length; place++) {
    const position = sorted.length * (((place + 1) * percent) / 100) - 1
    const before = Math.floor(position)
    const upper = sorted[before + 1] as number
    quantiles[place] =
      position === before && before >= 0 ? upper - (upper - (sorted[before] as number)) / 2 : upper
  }
  return quantiles
}
