import { describe, expect, test } from 'bun:test'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { FitContext } from '#core/training/learner.ts'
import { sparseDesign } from '#core/training/learners/design.ts'
import { minimise } from '#core/training/learners/lbfgs.ts'
import {
  fitLogisticDesign,
  fitLogisticRegression,
} from '#core/training/learners/logistic-regression.ts'
import { fitNearestNeighbours } from '#core/training/learners/nearest-neighbours.ts'
import { fitRidge } from '#core/training/learners/ridge.ts'
import { predictRows } from '#core/training/predict.ts'
import { createRandom } from '#core/training/random.ts'
import expected from './expected.json'

function contextWith(signal = new AbortController().signal): FitContext {
  return { random: createRandom(1), signal, progress: () => {} }
}

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float64Array.from(rows.flat()) }
}

function largestGap(actual: ArrayLike<number>, wanted: readonly number[]): number {
  expect(actual.length).toBe(wanted.length)
  return Math.max(
    ...wanted.map((value, at) => {
      return Math.abs((actual[at] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))
    }),
  )
}

/** Every entry, zeros too: what matters is that both ways of counting agree. */
function sparse({ rows, columns, data }: Matrix) {
  return sparseDesign({
    rows,
    columns,
    start: Int32Array.from({ length: rows + 1 }, (_, row) => row * columns),
    column: Int32Array.from({ length: data.length }, (_, at) => at % columns),
    value: data,
  })
}

describe('logistic regression finds the coefficients that scikit-learn finds', () => {
  const options = { maxIterations: 5_000, tolerance: 1e-9 }

  test.each(expected.logistic)('$name', async (wanted) => {
    const features = matrixOf(wanted.features)
    const target = { codes: Int32Array.from(wanted.codes), classCount: wanted.class_count }
    const dense = await fitLogisticRegression(
      features,
      { kind: 'classes', ...target },
      { ...options, c: wanted.c },
      contextWith(),
    )
    const thin = await fitLogisticDesign(
      sparse(features),
      target,
      { ...options, c: wanted.c },
      contextWith(),
    )
    for (const { predictor, converged } of [dense, thin]) {
      expect(converged).toBe(true)
      expect(largestGap(predictor.coefficients.data, wanted.coefficients)).toBeLessThan(1e-4)
      expect(largestGap(predictor.intercept, wanted.intercept)).toBeLessThan(1e-4)
    }
  })

  test('and says when it ran out of iterations', async () => {
    const [first] = expected.logistic
    if (first === undefined) throw new Error('there is a first case')
    const fitted = await fitLogisticRegression(
      matrixOf(first.features),
      { kind: 'classes', codes: Int32Array.from(first.codes), classCount: 2 },
      { c: 1, maxIterations: 2, tolerance: 1e-9 },
      contextWith(),
    )
    expect(fitted).toMatchObject({ converged: false, iterations: 2 })
  })

  test('and stops when told to, with the reason it was given', async () => {
    const [first] = expected.logistic
    if (first === undefined) throw new Error('there is a first case')
    const controller = new AbortController()
    const context: FitContext = {
      ...contextWith(controller.signal),
      progress: (fraction) => {
        if (fraction > 0) controller.abort(new Error('enough'))
      },
    }
    const fit = fitLogisticRegression(
      matrixOf(first.features),
      { kind: 'classes', codes: Int32Array.from(first.codes), classCount: 2 },
      { c: 1, maxIterations: 100, tolerance: 0 },
      context,
    )
    expect(fit).rejects.toThrow('enough')
  })
})

test('a minimum is found at the end of a long curved valley', async () => {
  const valley = (point: Float64Array, gradient: Float64Array) => {
    const [x = 0, y = 0] = point
    gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x)
    gradient[1] = 200 * (y - x * x)
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2
  }
  const options = { maxIterations: 200, tolerance: 1e-9 }
  const found = await minimise(valley, Float64Array.of(-1.2, 1), options, contextWith())
  expect(found.converged).toBe(true)
  expect(largestGap(found.point, [1, 1])).toBeLessThan(1e-8)
  expect(found.iterations).toBeLessThan(60)
})

describe('ridge regression solves what scikit-learn solves', () => {
  test.each(expected.ridge)(
    '$name',
    async ({ features, values, alpha, coefficients, intercept }) => {
      const target = { kind: 'values', values: Float64Array.from(values) } as const
      const { predictor } = await fitRidge(matrixOf(features), target, { alpha }, contextWith())
      expect(largestGap(predictor.coefficients.data, coefficients)).toBeLessThan(1e-9)
      expect(largestGap(predictor.intercept, [intercept])).toBeLessThan(1e-9)
    },
  )
})

describe('nearest neighbours answer as scikit-learn has them answer', () => {
  test.each(expected.neighbours)('$name', async (wanted) => {
    const weights = wanted.weights === 'distance' ? 'distance' : 'uniform'
    const classCount = wanted.class_count
    const { predictor } = await fitNearestNeighbours(
      matrixOf(wanted.features),
      classCount === null
        ? { kind: 'values', values: Float64Array.from(wanted.target) }
        : { kind: 'classes', codes: Int32Array.from(wanted.target), classCount },
      { neighbours: wanted.neighbours, weights },
      contextWith(),
    )
    const answer = predictRows(predictor, matrixOf(wanted.new))
    expect(largestGap(answer.data, wanted.answer)).toBeLessThan(1e-12)
  })
})
