// What a fitted pipeline tells of the values that a column had in training: enough to fill a form with something sensible.

import { widthAfter } from './columns.ts'
import type { Matrix } from './matrix.ts'
import type { Predictor, Transformer } from './pipeline.ts'
import type { TreePredictor } from './trees.ts'

/** Numbers are in the units of the column; an example is a value that a row may well have. */
export interface ColumnSample {
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: number | string
}

/** Position among the inputs of each column of a table, null for a column that was calculated. */
export type Origins = readonly (number | null)[]

/** Rows of stored points and thresholds that are looked at: more say no more about the middle. */
const MAX_LOOKED_AT = 2_000

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

/** One sample a column that the predictor itself knows something about. */
export function predictorSamples(predictor: Predictor): readonly (ColumnSample | null)[] {
  switch (predictor.kind) {
    case 'neighbours':
      return pointSamples(predictor.points)
    case 'forest':
      return thresholdSamples(predictor)
    default:
      return []
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

/** The middle of the thresholds that trees compare a column with; they tell nothing of its ends. */
function thresholdSamples({ trees }: TreePredictor): readonly (ColumnSample | null)[] {
  const thresholds: number[][] = []
  let left = MAX_LOOKED_AT * 8
  for (const tree of trees) {
    for (let node = 0; node < tree.left.length && left > 0; node++, left--) {
      const feature = tree.feature[node] ?? -1
      const threshold = tree.threshold[node] ?? Number.NaN
      if ((tree.left[node] ?? -1) === -1 || feature < 0 || tree.categories.has(node)) continue
      if (!Number.isFinite(threshold)) continue
      const known = thresholds[feature] ?? []
      known.push(threshold)
      thresholds[feature] = known
    }
  }
  return Array.from(thresholds, (values) => {
    if (values === undefined) return null
    values.sort((first, second) => first - second)
    const middle = values[values.length >> 1] ?? 0
    // Between whole numbers: the column holds such.
    const isWhole = values.every((value) => value - Math.floor(value) === 0.5)
    return { example: isWhole ? Math.floor(middle) : roundTo(middle, spread(values)) }
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

function spread(sorted: readonly number[]): number {
  return (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
}

/** A mean and a standard deviation: the mean, as exact as people would say it; of a column of zeros and ones the likelier. */
export function momentSample(mean: number, variance: number | null): ColumnSample {
  if (!Number.isFinite(mean)) return {}
  const isFlag =
    variance !== null &&
    mean > 0 &&
    mean < 1 &&
    Math.abs(variance - mean * (1 - mean)) < FLAG_TOLERANCE
  if (isFlag) return { minimum: 0, maximum: 1, example: mean < 0.5 ? 0 : 1 }
  return { example: roundTo(mean, variance === null ? 0 : Math.sqrt(variance)) }
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
