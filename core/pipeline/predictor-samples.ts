// What a predictor itself knows of the values that its columns had in training: stored rows, means of classes, thresholds.

import type { Matrix } from './matrix.ts'
import type { Predictor } from './pipeline.ts'
import {
  type ColumnSample,
  flagSample,
  isFlag,
  MAX_LOOKED_AT,
  pointSamples,
  rangeSample,
  roundTo,
} from './samples.ts'

type Samples = readonly (ColumnSample | null)[]

/** One sample a column that something is known about. Members of other predictors are not asked: each has its own table. */
export function predictorSamples(predictor: Predictor): Samples {
  switch (predictor.kind) {
    case 'neighbours':
    case 'neighbours-within':
      return pointSamples(predictor.points)
    case 'kernel':
      return pointSamples(predictor.vectors)
    case 'forest':
      return thresholdSamples(predictor.trees)
    case 'margins':
      return predictor.model.kind === 'trees' ? thresholdSamples(predictor.model.trees) : []
    case 'gaussian-bayes': {
      const { logPrior, means, variances } = predictor
      return classSamples(logPrior, means, (at) => variances.data[at] ?? Number.NaN)
    }
    case 'quadratic': {
      const { logPrior, means } = predictor
      const variances = predictor.rotations.map((rotation, index) =>
        rotatedVariances(rotation, predictor.scalings[index]),
      )
      return classSamples(
        logPrior,
        means,
        (at) => variances[Math.floor(at / means.columns)]?.[at % means.columns] ?? Number.NaN,
      )
    }
    case 'centres':
      return centreSamples(predictor.centres)
    case 'interpolation':
      return [rangeSample(predictor.x[0] ?? Number.NaN, predictor.x.at(-1) ?? Number.NaN)]
    default:
      return []
  }
}

/** Thresholds that are looked at: the middle of the first trees' is near the middle of all. */
const MAX_THRESHOLDS = MAX_LOOKED_AT * 8

/** A tree over doubles, or one over float32, which keeps its thresholds with its leaves' values. */
interface SplittingTree {
  readonly left: Int32Array
  readonly feature: Int32Array
  readonly threshold?: Float64Array
  readonly value?: Float32Array
  readonly categories: ReadonlyMap<number, unknown>
}

/** The middle of the thresholds that trees compare a column with; they tell nothing of its ends. */
function thresholdSamples(trees: readonly SplittingTree[]): Samples {
  const thresholds: number[][] = []
  let left = MAX_THRESHOLDS
  for (const tree of trees) {
    const splits = tree.threshold ?? tree.value
    for (let node = 0; node < tree.left.length && left > 0; node++, left--) {
      const feature = tree.feature[node] ?? -1
      const threshold = splits?.[node] ?? Number.NaN
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
    const span = (values.at(-1) ?? 0) - (values[0] ?? 0)
    return { example: isWhole ? Math.floor(middle) : roundTo(middle, span) }
  })
}

/** What the library adds to each variance is a thousand-millionth of the largest one; columns of zeros and ones are near it. */
const ADDED_VARIANCE = 1e-6

/**
 * Means [classes, columns] and the variance at each place of them. The ends are one standard deviation from the outermost
 * means: values that did occur, while a wider range would tell of ages below zero.
 */
function classSamples(
  logPrior: Float64Array,
  { rows, columns, data }: Matrix,
  varianceAt: (place: number) => number,
): Samples {
  const priors = logPrior.map(Math.exp)
  const total = priors.reduce((sum, prior) => sum + prior, 0)
  return Array.from({ length: columns }, (_, column) => {
    let mean = 0
    let squares = 0
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let row = 0; row < rows; row++) {
      const at = row * columns + column
      const own = data[at] ?? Number.NaN
      const variance = varianceAt(at)
      const share = (priors[row] ?? 0) / total
      mean += share * own
      squares += share * (variance + own * own)
      low = Math.min(low, own - Math.sqrt(variance))
      high = Math.max(high, own + Math.sqrt(variance))
    }
    const variance = squares - mean * mean
    if (isFlag(mean, variance, ADDED_VARIANCE)) return flagSample(mean)
    return spreadSample(mean, low, high)
  })
}

/** The variances of columns that a rotation [columns, rank] makes of those along its axes. */
function rotatedVariances(
  { rows, columns, data }: Matrix,
  scaling: Float64Array = new Float64Array(),
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let variance = 0
    for (let axis = 0; axis < columns; axis++) {
      variance += (data[row * columns + axis] ?? 0) ** 2 * (scaling[axis] ?? 0)
    }
    return variance
  })
}

/** Each centre is a mean of rows, so that the values in training went further than the outermost ones. */
function centreSamples({ rows, columns, data }: Matrix): Samples {
  return Array.from({ length: columns }, (_, column) => {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    let sum = 0
    for (let row = 0; row < rows; row++) {
      const value = data[row * columns + column] ?? Number.NaN
      low = Math.min(low, value)
      high = Math.max(high, value)
      sum += value
    }
    return spreadSample(sum / rows, low, high)
  })
}

/** Null for numbers that are none. */
function spreadSample(mean: number, low: number, high: number): ColumnSample | null {
  const span = high - low
  if (!Number.isFinite(mean) || !Number.isFinite(span)) return null
  if (span <= 0) return { example: roundTo(mean, 0) }
  return {
    minimum: roundTo(low, span / 2),
    maximum: roundTo(high, span / 2),
    example: roundTo(mean, span / 2),
  }
}
