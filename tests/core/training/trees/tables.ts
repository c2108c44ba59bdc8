// Tables, targets and contexts for the tests of trees, and what scikit-learn made of the same rows.

import { join } from 'node:path'
import { z } from 'zod'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { FitContext, Target } from '#core/training/learner.ts'
import { createRandom, type Random } from '#core/training/random.ts'

export function contextOf(seed: number | string, changes: Partial<FitContext> = {}): FitContext {
  const { signal } = new AbortController()
  return { random: createRandom(seed), signal, progress() {}, ...changes }
}

export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    data: Float64Array.from(rows.flat()),
  }
}

export function valuesOf(values: Iterable<number>): Target {
  return { kind: 'values', values: Float64Array.from(values) }
}

export function classesOf(codes: Iterable<number>): Target & { readonly kind: 'classes' } {
  const list = Int32Array.from(codes)
  return { kind: 'classes', codes: list, classCount: Math.max(...list) + 1 }
}

/** Standard normal features, and a signal of the first two with some noise. */
export function drawTable(rows: number, columns: number, random: Random) {
  const data = Float64Array.from({ length: rows * columns }, () => random.normal())
  const signal = Float64Array.from({ length: rows }, (_, row) => {
    const first = data[row * columns] ?? 0
    const second = data[row * columns + 1] ?? 0
    return first - 2 * second + 0.3 * random.normal()
  })
  return { features: { rows, columns, data }, signal }
}

export function hideSome(features: Matrix, share: number, random: Random): Matrix {
  return {
    ...features,
    data: features.data.map((value) => (random.next() < share ? Number.NaN : value)),
  }
}

/** The share of rows whose likeliest class is theirs. */
export function accuracyOf({ columns, data }: Matrix, codes: Int32Array): number {
  const right = codes.filter((code, row) => {
    const probabilities = [...data.subarray(row * columns, (row + 1) * columns)]
    return probabilities.indexOf(Math.max(...probabilities)) === code
  })
  return right.length / codes.length
}

export function determinationOf(predictions: Float64Array, values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const residual = values.reduce(
    (sum, value, row) => sum + (value - (predictions[row] ?? 0)) ** 2,
    0,
  )
  return 1 - residual / values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** Numbers as the make script lists them: null is a missing value. */
const numbers = z.array(
  z.union([
    z.number(),
    z.null().transform(() => Number.NaN),
    z.literal('Infinity').transform(() => Number.POSITIVE_INFINITY),
  ]),
)

async function readGolden(name: string): Promise<unknown> {
  return await Bun.file(join(import.meta.dir, 'fixtures', `${name}.golden.json`)).json()
}

export async function readGoldenTrees() {
  const one = z.object({
    name: z.string(),
    target: numbers,
    left: numbers,
    right: numbers,
    feature: numbers,
    threshold: numbers,
    missingLeft: numbers,
    impurity: numbers,
    samples: numbers,
    weightedSamples: numbers,
    values: numbers,
    importances: numbers,
  })
  return z.object({ rows: numbers, cases: z.array(one) }).parse(await readGolden('trees'))
}

export async function readGoldenBoosting() {
  const one = z.object({
    name: z.string(),
    target: numbers,
    predictions: numbers,
    newPredictions: numbers,
  })
  const shape = z.object({ rows: numbers, newRows: numbers, cases: z.array(one) })
  return shape.parse(await readGolden('boosting'))
}

export function tableOf(data: readonly number[], columns: number): Matrix {
  return { rows: data.length / columns, columns, data: Float64Array.from(data) }
}

/** The largest difference between two lists of numbers, 0 where both have the same infinity; Infinity where lengths differ. */
export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let index = 0; index < one.length; index++) {
    const left = one[index] as number
    const right = other[index] as number
    if (left !== right) largest = Math.max(largest, Math.abs(left - right))
    if (Number.isNaN(left - right) && left !== right) return Number.POSITIVE_INFINITY
  }
  return largest
}
