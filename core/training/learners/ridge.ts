// Ridge regression: least squares with a penalty on the coefficients, solved exactly.

import type { LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { checkpoint, type Fit } from '../learner.ts'

export interface RidgeOptions {
  /** Strength of the penalty; above 0, so that there always is one solution. */
  readonly alpha: number
}

export interface FittedRidge {
  readonly predictor: LinearPredictor
}

/** Minimises |y - Xw - b|² + alpha |w|²; the intercept goes free. */
export const fitRidge: Fit<RidgeOptions, FittedRidge> = async (
  features,
  target,
  { alpha },
  context,
) => {
  if (target.kind !== 'values') throw new Error('ridge regression predicts values')
  const { columns } = features
  const means = columnMeans(features)
  const targetMean = mean(target.values)
  await checkpoint(context, 0)
  const { products, moments } = centredProducts(features, means, target.values, targetMean)
  for (let column = 0; column < columns; column++) {
    products[column * columns + column] = (products[column * columns + column] as number) + alpha
  }
  await checkpoint(context, 0.5)
  const weights = solvePositive(products, moments)
  const offset = weights.reduce((sum, weight, column) => sum + weight * (means[column] ?? 0), 0)
  context.progress(1)
  return {
    predictor: {
      kind: 'linear',
      coefficients: { rows: 1, columns, data: weights },
      intercept: Float64Array.of(targetMean - offset),
      link: 'identity',
    },
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(columns)
  for (let index = 0; index < data.length; index++) {
    const column = index % columns
    sums[column] = (sums[column] as number) + (data[index] as number)
  }
  return sums.map((sum) => sum / rows)
}

/** XᵀX and Xᵀy of centred columns; the upper half of the first is left empty. */
function centredProducts(
  { rows, columns, data }: Matrix,
  means: Float64Array,
  values: Float64Array,
  targetMean: number,
): { products: Float64Array; moments: Float64Array } {
  const products = new Float64Array(columns * columns)
  const moments = new Float64Array(columns)
  const centred = new Float64Array(columns)
  for (let row = 0; row < rows; row++) {
    const value = (values[row] as number) - targetMean
    for (let column = 0; column < columns; column++) {
      centred[column] = (data[row * columns + column] as number) - (means[column] as number)
    }
    for (let column = 0; column < columns; column++) {
      const factor = centred[column] as number
      moments[column] = (moments[column] as number) + factor * value
      const at = column * columns
      for (let other = 0; other <= column; other++) {
        products[at + other] =
          (products[at + other] as number) + factor * (centred[other] as number)
      }
    }
  }
  return { products, moments }
}

/** Solves A x = b for a symmetric positive definite A, of which the lower half is read and overwritten (Cholesky). */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number
      for (let inner = 0; inner < column; inner++) {
        sum -= (matrix[row * size + inner] as number) * (matrix[column * size + inner] as number)
      }
      const pivot = matrix[column * size + column] as number
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / pivot
    }
  }
  const solution = Float64Array.from(right)
  for (let row = 0; row < size; row++) {
    let sum = solution[row] as number
    for (let inner = 0; inner < row; inner++) {
      sum -= (matrix[row * size + inner] as number) * (solution[inner] as number)
    }
    solution[row] = sum / (matrix[row * size + row] as number)
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = solution[row] as number
    for (let inner = row + 1; inner < size; inner++) {
      sum -= (matrix[inner * size + row] as number) * (solution[inner] as number)
    }
    solution[row] = sum / (matrix[row * size + row] as number)
  }
  return solution
}
