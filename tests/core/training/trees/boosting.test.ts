// Boosted trees: the same answers as scikit-learn's, what holds of every tree, and what is refused.

import { describe, expect, test } from 'bun:test'
import { createRandom } from '#core/training/random.ts'
import { boostingSteps, type FittedBoosting, fitBoosting } from '#core/training/trees/boosting.ts'
import { BOOSTING_DEFAULTS, type BoostingOptions } from '#core/training/trees/boosting-options.ts'
import { isDone } from '#core/training/trees/early-stopping.ts'
import { predictTrees } from '#core/training/trees/predict-trees.ts'
import { runInterruptibly } from '#core/training/trees/run-steps.ts'
import {
  accuracyOf,
  classesOf,
  contextOf,
  determinationOf,
  drawTable,
  hideSome,
  largestDifference,
  matrixOf,
  readGoldenBoosting,
  tableOf,
  valuesOf,
} from './tables.ts'

type Fit = Parameters<typeof fitBoosting>

function fit(features: Fit[0], target: Fit[1], options: Fit[2] = {}, seed = 1): FittedBoosting {
  const outcome = fitBoosting(features, target, options, contextOf(seed))
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

const golden = await readGoldenBoosting()

/** As in the make script. */
const GOLDEN_OPTIONS: Record<string, Partial<BoostingOptions>> = {
  'squared-error': { l2: 1.5 },
  poisson: { loss: 'poisson', maxDepth: 3 },
  'two classes': { maxBins: 20 },
  'three classes': {},
}

describe('boosting', () => {
  test.each(golden.cases)("answers as scikit-learn's: $name", (expected) => {
    const isClasses = expected.name.endsWith('classes')
    const target = isClasses ? classesOf(expected.target) : valuesOf(expected.target)
    const common = { earlyStopping: false, categorical: [2, 3], iterations: 30, maxLeaves: 12 }
    const features = tableOf(golden.rows, 5)
    const { predictor } = fit(features, target, { ...common, ...GOLDEN_OPTIONS[expected.name] })
    const predicted = predictTrees(predictor, features).data
    expect(largestDifference(predicted, expected.predictions)).toBeLessThan(1e-9)
    const newRows = tableOf(golden.newRows, 5)
    const predictedNew = predictTrees(predictor, newRows).data
    expect(largestDifference(predictedNew, expected.newPredictions)).toBeLessThan(1e-9)
  })

  test('lowers the absolute error below what half the squared error leaves, where outliers spoil that', () => {
    const random = createRandom('outliers')
    const { features, signal } = drawTable(800, 4, random)
    const spoiled = signal.map((value) =>
      random.next() < 0.1 ? value + 300 * random.normal() : value,
    )
    const missBy = (loss: BoostingOptions['loss']) => {
      const { predictor } = fit(features, valuesOf(spoiled), { loss, iterations: 60 })
      const predictions = predictTrees(predictor, features).data
      return predictions.reduce((sum, value, row) => sum + Math.abs(value - (signal[row] ?? 0)), 0)
    }
    expect(missBy('absolute-error')).toBeLessThan(missBy('squared-error') / 4)
  })

  test('steps to the median of a leaf where the absolute error counts', () => {
    const features = matrixOf(Array.from({ length: 60 }, (_, row) => [row % 2]))
    const targets = Array.from({ length: 60 }, (_, row) =>
      row < 4 ? 9e5 : row % 2 === 0 ? 300 : 7,
    )
    const options = { loss: 'absolute-error', iterations: 1, learningRate: 1 } as const
    const { predictor } = fit(features, valuesOf(targets), options)
    expect([...predictTrees(predictor, matrixOf([[0], [1]])).data]).toEqual([300, 7])
  })

  test('starts several classes from margins around zero', () => {
    const { predictor } = fit(matrixOf([[1], [2], [3], [4]]), classesOf([0, 1, 2, 2]))
    const [first, second, third] = predictor.base
    expect((first ?? 1) + (second ?? 1) + (third ?? 1)).toBeCloseTo(0, 12)
    expect((third ?? 0) - (first ?? 0)).toBeCloseTo(Math.log(2), 12)
  })

  test('waits as long as one of the last losses is better than the one before them', () => {
    const rules = { ...BOOSTING_DEFAULTS, patience: 3, tolerance: 0.01 }
    expect(isDone([1, 2, 2], rules)).toBe(false)
    expect(isDone([1, 2, 2, 2], rules)).toBe(true)
    expect(isDone([1, 0.5, 2, 2], rules)).toBe(false)
    expect(isDone([1, 0.995, 2, 2], rules)).toBe(true)
    expect(isDone([1, 0.5, 2, 2, 2], rules)).toBe(true)
  })

  test('is the same for the same seed, and with rows held out another for another', () => {
    const { features, signal } = drawTable(300, 4, createRandom('seeds'))
    const options = { iterations: 5, earlyStopping: true }
    const first = fit(features, valuesOf(signal), options)
    expect(fit(features, valuesOf(signal), options)).toEqual(first)
    expect(fit(features, valuesOf(signal), options, 2)).not.toEqual(first)
  })

  test('stops when the rows held out gain nothing more', () => {
    const random = createRandom('noise')
    const { features } = drawTable(500, 4, random)
    const coin = classesOf(Array.from({ length: 500 }, () => random.below(2)))
    const options = { earlyStopping: true, patience: 5, iterations: 200 }
    const { iterations, validationLosses, predictor } = fit(features, coin, options)
    expect(iterations).toBeLessThan(60)
    expect(predictor.trees).toHaveLength(iterations)
    expect(validationLosses).toHaveLength(iterations + 1)
    const losses = validationLosses ?? []
    const before = losses.at(-6) ?? 0
    expect(Math.min(...losses.slice(-5))).toBeGreaterThanOrEqual(before - 1e-7)
  })

  test('holds rows out by itself only where there are many', () => {
    const small = drawTable(200, 2, createRandom('few'))
    expect(
      fit(small.features, valuesOf(small.signal), { iterations: 2 }).validationLosses,
    ).toBeNull()
    const large = drawTable(10_001, 2, createRandom('many'))
    const { validationLosses } = fit(large.features, valuesOf(large.signal), { iterations: 2 })
    expect(validationLosses).toHaveLength(3)
  })

  test('learns classes and values with missing numbers', () => {
    const train = drawTable(2000, 6, createRandom('train'))
    const fresh = drawTable(1000, 6, createRandom('test'))
    const holed = hideSome(train.features, 0.05, createRandom('holes'))
    const code = (value: number) => (value > 1 ? 2 : value > -1 ? 1 : 0)
    const classes = fit(holed, classesOf(Int32Array.from(train.signal, code)))
    const predicted = predictTrees(classes.predictor, fresh.features)
    expect(accuracyOf(predicted, Int32Array.from(fresh.signal, code))).toBeGreaterThan(0.84)
    const values = fit(holed, valuesOf(train.signal))
    const margins = predictTrees(values.predictor, fresh.features).data
    expect(determinationOf(margins, fresh.signal)).toBeGreaterThan(0.93)
  })

  test('keeps the leaves of each tree to their number, depth and least size', () => {
    const { features, signal } = drawTable(700, 5, createRandom('limits'))
    const holed = hideSome(features, 0.1, createRandom('holes'))
    const options = { maxLeaves: 9, maxDepth: 4, minSamplesLeaf: 13, iterations: 15 }
    const { predictor, statistics } = fit(holed, valuesOf(signal), options)
    predictor.trees.forEach(({ left, right, cover }, index) => {
      const samples = statistics[index]?.samples ?? new Int32Array(0)
      const depths = new Map([[0, 0]])
      expect(samples[0]).toBe(700)
      expect(cover).toEqual(Float64Array.from(samples))
      expect(left.filter((child) => child === -1).length).toBeLessThanOrEqual(9)
      left.forEach((child, node) => {
        const depth = depths.get(node) ?? Number.NaN
        expect(depth).toBeLessThanOrEqual(4)
        if (child === -1) {
          expect(samples[node]).toBeGreaterThanOrEqual(13)
          return
        }
        const other = right[node] ?? -1
        depths.set(child, depth + 1).set(other, depth + 1)
        expect((samples[child] ?? 0) + (samples[other] ?? 0)).toBe(samples[node] ?? -1)
      })
    })
  })

  test('lists the categories of the side that missing and unknown ones do not take', () => {
    const codes = Array.from({ length: 400 }, (_, row) => [row % 8 === 7 ? Number.NaN : row % 8])
    const isHigh = (row: number) => [1, 4, 7].includes(row % 8)
    const target = valuesOf(codes.map((_, row) => (isHigh(row) ? 10 : 0)))
    const options = { categorical: [0], maxLeaves: 2, iterations: 1, learningRate: 1 }
    const { predictor } = fit(matrixOf(codes), target, options)
    expect(predictor.trees[0]?.categories.get(0)).toEqual(Int32Array.of(0, 2, 3, 5, 6))
    expect(predictor.trees[0]?.missingLeft[0]).toBe(0)
    const asked = matrixOf([[1], [4], [0], [6], [Number.NaN], [99], [-3]])
    expect([...predictTrees(predictor, asked).data].map(Math.round)).toEqual([
      10, 10, 0, 0, 10, 10, 10,
    ])
  })

  test('finds the columns that matter, and never splits on columns that are constant or all missing', () => {
    const { features, signal } = drawTable(500, 2, createRandom('columns'))
    const wide = matrixOf(
      Array.from(signal, (_, row) => [
        Number.NaN,
        features.data[2 * row] ?? 0,
        7,
        features.data[2 * row + 1] ?? 0,
      ]),
    )
    const { importances } = fit(wide, valuesOf(signal))
    expect(importances[0]).toBe(0)
    expect(importances[2]).toBe(0)
    expect(importances[3] ?? 0).toBeGreaterThan(importances[1] ?? 0)
    expect(importances.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  test('predicts a constant target, and the share of classes where rows are too few to split', () => {
    const constant = fit(matrixOf([[1], [2], [3]]), valuesOf([5, 5, 5]))
    expect(predictTrees(constant.predictor, matrixOf([[9]])).data[0]).toBeCloseTo(5, 12)
    const few = fit(matrixOf([[1], [2], [3], [4]]), classesOf([0, 1, 1, 1]))
    expect(predictTrees(few.predictor, matrixOf([[1]])).data[1]).toBeCloseTo(0.75, 12)
  })

  test('draws the rows for its quantiles where there are very many', () => {
    const rows = 200_001
    const data = Float64Array.from({ length: rows }, (_, row) => row / rows)
    const target = valuesOf(data.map((value) => (value > 0.3 ? 1 : 0)))
    const options = { iterations: 1, learningRate: 1, maxLeaves: 2, earlyStopping: false }
    const { predictor } = fit({ rows, columns: 1, data }, target, options)
    expect(Math.abs((predictor.trees[0]?.threshold[0] ?? 0) - 0.3)).toBeLessThan(0.005)
  })

  test('tells how far it is and stops where it is told to, also while other work is let in', async () => {
    const { features, signal } = drawTable(200, 2, createRandom('abort'))
    const run = async (interruptibly: boolean) => {
      const told: number[] = []
      const controller = new AbortController()
      const progress = (fraction: number) => {
        told.push(fraction)
        if (told.length === 2) controller.abort(new Error('enough'))
      }
      const context = contextOf(1, { signal: controller.signal, progress })
      const options = { iterations: 10 }
      const target = valuesOf(signal)
      const fitting = interruptibly
        ? runInterruptibly(boostingSteps(features, target, options, context.random), context)
        : Promise.try(() => fitBoosting(features, target, options, context))
      expect(fitting).rejects.toThrow('enough')
      await fitting.catch(() => null)
      return told
    }
    expect(await run(false)).toEqual([0.1, 0.2])
    expect(await run(true)).toEqual([0.1, 0.2])
  })

  test('comes to the same in steps as at once', async () => {
    const { features, signal } = drawTable(200, 2, createRandom('steps'))
    const steps = boostingSteps(features, valuesOf(signal), { iterations: 4 }, createRandom(1))
    const outcome = await runInterruptibly(steps, contextOf(1))
    expect(outcome).toEqual({ ok: true, value: fit(features, valuesOf(signal), { iterations: 4 }) })
  })
})
