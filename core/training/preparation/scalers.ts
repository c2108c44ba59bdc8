// Brings columns of numbers to a common size.

import type { Matrix } from '#core/pipeline/matrix.ts'
import { quantile } from '../profile.ts'

export type FittedScaler =
  | {
      readonly kind: 'standard'
      readonly mean: Float64Array
      readonly variance: Float64Array
      /** Standard deviation, 1 for a column that does not vary. */
      readonly scale: Float64Array
      readonly rows: number
    }
  | {
      readonly kind: 'robust'
      /** Medians. */
      readonly center: Float64Array
      /** Quarter to three quarters, 1 where they are equal. */
      readonly scale: Float64Array
    }

export type ScalerKind = FittedScaler['kind']

/** Columns without missing values. */
export function fitScaler(kind: ScalerKind, features: Matrix): FittedScaler {
  const columns = Array.from({ length: features.columns }, (_, column) =>
    columnOf(features, column),
  )
  return kind === 'standard' ? fitStandard(columns, features.rows) : fitRobust(columns)
}

function fitStandard(columns: readonly Float64Array[], rows: number): FittedScaler {
  const mean = Float64Array.from(columns, meanOf)
  const variance = Float64Array.from(columns, (values, column) => {
    const middle = mean[column] as number
    return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / rows
  })
  const scale = variance.map((spread, column) => {
    // Rounding gives a constant column a spread of its own; scikit-learn draws the same line.
    const rounding =
      rows * Number.EPSILON * spread + (rows * (mean[column] as number) * Number.EPSILON) ** 2
    return spread <= rounding ? 1 : Math.sqrt(spread)
  })
  return { kind: 'standard', mean, variance, scale, rows }
}

function fitRobust(columns: readonly Float64Array[]): FittedScaler {
  const sorted = columns.map((values) => Float64Array.from(values).sort())
  return {
    kind: 'robust',
    center: Float64Array.from(sorted, (values) => quantile(values, 0.5)),
    scale: Float64Array.from(sorted, (values) => {
      const range = quantile(values, 0.75) - quantile(values, 0.25)
      return range < 10 * Number.EPSILON ? 1 : range
    }),
  }
}

/** In place. */
export function applyScaler(scaler: FittedScaler, { columns, data }: Matrix): void {
  const middle = scaler.kind === 'standard' ? scaler.mean : scaler.center
  for (let index = 0; index < data.length; index++) {
    const column = index % columns
    data[index] =
      ((data[index] as number) - (middle[column] as number)) / (scaler.scale[column] as number)
  }
}

export function columnOf({ rows, columns, data }: Matrix, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => data[row * columns + column] as number)
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
