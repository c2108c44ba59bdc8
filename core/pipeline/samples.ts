// What a fitted pipeline tells of the values that a column had in training: enough to fill a form with something sensible.

import { widthAfter } from './columns.ts'
import type { Matrix } from './matrix.ts'
import type { Transformer } from './pipeline.ts'

/** Numbers are in the units of the column; an example is a value that a row may well have. */
export interface ColumnSample {
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: number | string
}

/** Position among the inputs of each column of a table, null for a column that was calculated. */
export type Origins = readonly (number | null)[]

/** Rows of stored points and thresholds that are looked at: more say no more about the middle. */
export const MAX_LOOKED_AT = 2_000

/** Positions among the inputs of what comes out; only columns that are handed on as they came keep theirs. */
export function originsAfter(node: Transformer, origins: Origins): Origins {
  switch (node.kind) {
    case 'identity':
      return origins
    case 'sequence':
      return node.steps.reduce((current: Origins, step) => originsAfter(step, current), origins)
    case 'columns':
      return node.parts.flatMap(({ columns, transformer, weight }) => {
        const own = columns.map((column) => (weight === 1 ? (origins[column] ?? null) : null))
        return originsAfter(transformer, own)
      })
    case 'select':
      return node.columns.map((column) => origins[column] ?? null)
    case 'impute':
      return node.columns.map(({ column }) => origins[column] ?? null)
    case 'impute-nearest':
      return node.columns.map((column) => origins[column] ?? null)
    default:
      return new Array<null>(widthAfter(node, origins.length)).fill(null)
  }
}

/** Range and middle of stored rows. */
export function pointSamples({ rows, columns, data }: Matrix): readonly ColumnSample[] {
  const stride = Math.max(1, Math.ceil(rows / MAX_LOOKED_AT))
  return Array.from({ length: columns }, (_, column) => {
    const values: number[] = []
    for (let row = 0; row < rows; row += stride) {
      const value = data[row * columns + column]
      if (value !== undefined && Number.isFinite(value)) values.push(value)
    }
    return valuesSample(values)
  })
}

function valuesSample(values: number[]): ColumnSample {
  values.sort((first, second) => first - second)
  const [minimum] = values
  const maximum = values.at(-1)
  if (minimum === undefined || maximum === undefined) return {}
  // A value that did occur needs no rounding.
  return { minimum, maximum, example: values[values.length >> 1] ?? minimum }
}

/** A mean and a variance: the mean, as exact as people would say it; of a column of zeros and ones the likelier. */
export function momentSample(mean: number, variance: number | null): ColumnSample {
  if (!Number.isFinite(mean)) return {}
  if (variance !== null && isFlag(mean, variance)) return flagSample(mean)
  return { example: roundTo(mean, variance === null ? 0 : Math.sqrt(variance)) }
}

/** A mean and a variance that only a column of zeros and ones has; `tolerance` is what the file may have added to it. */
export function isFlag(mean: number, variance: number, tolerance = FLAG_TOLERANCE): boolean {
  return mean > 0 && mean < 1 && Math.abs(variance - mean * (1 - mean)) < tolerance
}

export function flagSample(mean: number): ColumnSample {
  return { minimum: 0, maximum: 1, example: mean < 0.5 ? 0 : 1 }
}

const FLAG_TOLERANCE = 1e-9

/** A range: its middle. */
export function rangeSample(minimum: number, maximum: number): ColumnSample {
  if (!Number.isFinite(minimum) || !Number.isFinite(maximum) || minimum > maximum) return {}
  const middle = roundTo((minimum + maximum) / 2, (maximum - minimum) / 4)
  return { minimum, maximum, example: Math.min(maximum, Math.max(minimum, middle)) }
}

const SIGNIFICANT_DIGITS = 3
const MAX_DECIMALS = 12

/** Rounded so that no more than a tenth of the spread is lost; to three digits where no spread is known. */
export function roundTo(value: number, spreadOfValues: number): number {
  if (!Number.isFinite(value)) return 0
  if (!(spreadOfValues > 0)) return Number(value.toPrecision(SIGNIFICANT_DIGITS))
  const decimals = Math.ceil(1 - Math.log10(spreadOfValues))
  return Number(value.toFixed(Math.min(MAX_DECIMALS, Math.max(0, decimals))))
}
