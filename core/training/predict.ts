// What a freshly fitted model says about rows, to judge it before anything is written.

import type { NearestNeighbours } from '#core/pipeline/distances.ts'
import type { LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { type Design, denseDesign } from './learners/design.ts'
import { predictTrees, type TrainedPredictor } from './trees/predict-trees.ts'

export type FittedPredictor = LinearPredictor | NearestNeighbours | TrainedPredictor

/** Probabilities [rows, classes], or values [rows, 1]. */
export function predictRows(predictor: FittedPredictor, features: Matrix): Matrix {
  switch (predictor.kind) {
    case 'linear':
      return predictLinear(predictor, denseDesign(features))
    case 'neighbours':
      return predictNeighbours(predictor, features)
    case 'forest':
      return predictTrees(predictor, features)
  }
}

/** The same for a linear model over sparse rows. */
export function predictLinear(
  { coefficients, intercept, link }: LinearPredictor,
  design: Design,
): Matrix {
  const groups = coefficients.rows
  const margins = new Float64Array(design.rows * groups)
  design.multiply(coefficients.data, groups, margins)
  for (let index = 0; index < margins.length; index++) {
    margins[index] = (margins[index] as number) + (intercept[index % groups] as number)
  }
  if (link === 'identity') return { rows: design.rows, columns: groups, data: margins }
  return groups === 1 ? sigmoidPairs(margins) : softmaxRows(margins, groups)
}

function sigmoidPairs(margins: Float64Array): Matrix {
  const data = new Float64Array(margins.length * 2)
  margins.forEach((margin, row) => {
    data[row * 2] = 1 / (1 + Math.exp(margin))
    data[row * 2 + 1] = 1 / (1 + Math.exp(-margin))
  })
  return { rows: margins.length, columns: 2, data }
}

function softmaxRows(margins: Float64Array, columns: number): Matrix {
  const data = new Float64Array(margins.length)
  for (let at = 0; at < margins.length; at += columns) {
    const row = margins.subarray(at, at + columns)
    const most = row.reduce((left, right) => Math.max(left, right))
    const powers = row.map((margin) => Math.exp(margin - most))
    const sum = powers.reduce((left, right) => left + right)
    powers.forEach((power, column) => {
      data[at + column] = power / sum
    })
  }
  return { rows: margins.length / columns, columns, data }
}

function predictNeighbours(predictor: NearestNeighbours, features: Matrix): Matrix {
  const { targets, count, weights } = predictor
  const columns = targets.kind === 'classes' ? targets.classCount : targets.values.columns
  const data = new Float64Array(features.rows * columns)
  const nearest: Nearest = { places: new Int32Array(count), distances: new Float64Array(count) }
  for (let row = 0; row < features.rows; row++) {
    findNearest(predictor.points, features, row, nearest)
    const shares = sharesOf(nearest.distances, weights)
    for (let index = 0; index < count; index++) {
      const place = nearest.places[index] as number
      const share = shares[index] as number
      if (targets.kind === 'classes') {
        const at = row * columns + (targets.codes[place] as number)
        data[at] = (data[at] as number) + share
        continue
      }
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column
        const value = targets.values.data[place * columns + column] as number
        data[at] = (data[at] as number) + share * value
      }
    }
  }
  return { rows: features.rows, columns, data }
}

interface Nearest {
  readonly places: Int32Array
  /** Squared, ascending. */
  readonly distances: Float64Array
}

function findNearest(points: Matrix, features: Matrix, row: number, nearest: Nearest): void {
  const { places, distances } = nearest
  const { columns, data } = points
  const from = row * columns
  const last = distances.length - 1
  distances.fill(Number.POSITIVE_INFINITY)
  for (let point = 0; point < points.rows; point++) {
    const at = point * columns
    const limit = distances[last] as number
    let distance = 0
    for (let column = 0; column < columns && distance < limit; column++) {
      const gap = (features.data[from + column] as number) - (data[at + column] as number)
      distance += gap * gap
    }
    if (distance >= limit) continue
    let place = last
    for (; place > 0 && (distances[place - 1] as number) > distance; place--) {
      distances[place] = distances[place - 1] as number
      places[place] = places[place - 1] as number
    }
    distances[place] = distance
    places[place] = point
  }
}

/** Parts of 1; points at no distance at all outweigh every other. */
function sharesOf(squares: Float64Array, weights: NearestNeighbours['weights']): Float64Array {
  if (weights === 'uniform') return new Float64Array(squares.length).fill(1 / squares.length)
  const hasExact = squares.some((square) => square === 0)
  const weighed = squares.map((square) => (hasExact ? Number(square === 0) : 1 / Math.sqrt(square)))
  const sum = weighed.reduce((left, right) => left + right)
  return weighed.map((weight) => weight / sum)
}
