// Forests: the same trees as scikit-learn's, what holds of every tree, and what is refused.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createRandom } from '#core/training/random.ts'
import { type FittedForest, type ForestOptions, fitForest } from '#core/training/trees/forest.ts'
import { predictTrees } from '#core/training/trees/predict-trees.ts'
import {
  accuracyOf,
  classesOf,
  contextOf,
  determinationOf,
  drawTable,
  hideSome,
  largestDifference,
  matrixOf,
  readGoldenTrees,
  tableOf,
  valuesOf,
} from './tables.ts'

type Fit = Parameters<typeof fitForest>

/** One tree without chance: all rows, all columns. */
const PLAIN: Partial<ForestOptions> = { trees: 1, bootstrap: false, maxFeatures: 1 }

function fit(features: Fit[0], target: Fit[1], options: Fit[2], seed = 1): FittedForest {
  const outcome = fitForest(features, target, options, contextOf(seed))
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

const golden = await readGoldenTrees()

describe('a single tree without chance', () => {
  test.each(golden.cases)("is scikit-learn's tree: $name", (expected) => {
    const isClasses = expected.name !== 'values'
    const target = isClasses ? classesOf(expected.target) : valuesOf(expected.target)
    const minSamplesLeaf = { values: 7, 'two classes': 12, 'three classes': 20 }[expected.name] ?? 1
    const maxDepth = isClasses ? 3 : null
    const fitted = fit(tableOf(golden.rows, 4), target, { ...PLAIN, minSamplesLeaf, maxDepth })
    const [tree] = fitted.predictor.trees
    const [statistics] = fitted.statistics
    if (tree === undefined || statistics === undefined) throw new Error('no tree')
    expect([...tree.left]).toEqual(expected.left)
    expect([...tree.right]).toEqual(expected.right)
    expect([...tree.feature]).toEqual(expected.feature)
    expect([...tree.threshold]).toEqual(expected.threshold)
    expect([...tree.missingLeft]).toEqual(expected.missingLeft)
    expect([...statistics.samples]).toEqual(expected.samples)
    expect([...statistics.weightedSamples]).toEqual(expected.weightedSamples)
    expect(largestDifference(statistics.impurity, expected.impurity)).toBeLessThan(1e-12)
    expect(largestDifference(tree.values, expected.values)).toBeLessThan(1e-12)
    expect(largestDifference(fitted.importances, expected.importances)).toBeLessThan(1e-12)
  })

  test('tells apart all rows that differ, neighbours in float32 of their size included', () => {
    // From 4 up, neighbours in float32 are further apart than values that count as one.
    const step = 2 ** -21
    const values = Array.from({ length: 200 }, (_, index) => [4 + index * step])
    const target = valuesOf(values.keys())
    const { predictor } = fit(matrixOf(values), target, PLAIN)
    expect([...predictTrees(predictor, matrixOf(values)).data]).toEqual([...values.keys()])
  })

  test('never parts values that are one number in float32', () => {
    const features = matrixOf([[1], [1 + 1e-12], [1 - 1e-12], [1]])
    const { predictor } = fit(features, valuesOf([1, 2, 3, 6]), PLAIN)
    expect(predictor.precision).toBe('float32')
    expect(predictor.trees[0]?.left).toEqual(Int32Array.of(-1))
    expect(predictTrees(predictor, features).data).toEqual(new Float64Array(4).fill(3))
    const close = fit(matrixOf([[0], [5e-8], [4e-7]]), valuesOf([1, 3, 9]), PLAIN)
    expect([...predictTrees(close.predictor, matrixOf([[0], [5e-8], [4e-7]])).data]).toEqual([
      2, 2, 9,
    ])
  })

  test('comes to every corner of a cube, where each column is constant after its split', () => {
    const corners = Array.from({ length: 256 }, (_, row) =>
      Array.from({ length: 8 }, (__, bit) => (row >> bit) & 1),
    )
    const options = { ...PLAIN, trees: 20, maxFeatures: 0.125 }
    const { predictor } = fit(matrixOf(corners), valuesOf(corners.keys()), options)
    for (const { left } of predictor.trees) expect(left).toHaveLength(511)
  })

  test('parts missing values from all others where that is what tells', () => {
    const features = matrixOf([[1], [2], [3], [4], [Number.NaN], [Number.NaN]])
    const { predictor } = fit(features, classesOf([0, 0, 0, 0, 1, 1]), PLAIN)
    expect(predictor.trees[0]?.threshold[0]).toBe(Number.POSITIVE_INFINITY)
    expect(accuracyOf(predictTrees(predictor, features), Int32Array.of(0, 0, 0, 0, 1, 1))).toBe(1)
  })

  test('sends missing values that it has never seen to the larger side', () => {
    const features = matrixOf([[1], [2], [3], [10], [11]])
    const { predictor } = fit(features, valuesOf([0, 0, 0, 5, 5]), PLAIN)
    expect(predictTrees(predictor, matrixOf([[Number.NaN]])).data[0]).toBe(0)
  })
})

describe('every tree', () => {
  const table = fc.record({
    seed: fc.integer(),
    rows: fc.integer({ min: 2, max: 120 }),
    columns: fc.integer({ min: 1, max: 4 }),
    distinct: fc.integer({ min: 1, max: 40 }),
    classCount: fc.integer({ min: 0, max: 4 }),
    missing: fc.constantFrom(0, 0.2),
    minSamplesLeaf: fc.integer({ min: 1, max: 9 }),
    maxDepth: fc.constantFrom(null, 1, 3),
    bootstrap: fc.boolean(),
  })

  test('has leaves of the least size and depth allowed, and children that add up to their parent', () => {
    fc.assert(
      fc.property(table, ({ seed, rows, columns, distinct, classCount, missing, ...options }) => {
        const random = createRandom(seed)
        const data = Float64Array.from({ length: rows * columns }, () => random.below(distinct) / 3)
        const features = hideSome({ rows, columns, data }, missing, random)
        const codes = Int32Array.from({ length: rows }, (_, row) =>
          row < classCount ? row % rows : random.below(Math.max(1, classCount)),
        )
        const isClasses = classCount > 1
        const target = isClasses
          ? ({ kind: 'classes', codes, classCount: Math.max(classCount, rows) } as const)
          : valuesOf(Array.from({ length: rows }, () => random.below(9)))
        const fitted = fit(features, target, { ...options, trees: 2 }, seed)
        fitted.predictor.trees.forEach((tree, index) => {
          const { samples, weightedSamples } = fitted.statistics[index] ?? {
            samples: [],
            weightedSamples: [],
          }
          const depths = new Map([[0, 0]])
          expect(weightedSamples[0]).toBe(rows)
          tree.left.forEach((left, node) => {
            const depth = depths.get(node) ?? Number.NaN
            expect(depth).toBeLessThanOrEqual(options.maxDepth ?? rows)
            if (left === -1) {
              if (node > 0) expect(samples[node]).toBeGreaterThanOrEqual(options.minSamplesLeaf)
              return
            }
            const right = tree.right[node] ?? -1
            depths.set(left, depth + 1).set(right, depth + 1)
            expect((samples[left] ?? 0) + (samples[right] ?? 0)).toBe(samples[node] ?? -1)
            const weight = (weightedSamples[left] ?? 0) + (weightedSamples[right] ?? 0)
            expect(weight).toBe(weightedSamples[node] ?? -1)
          })
          expect(tree.cover).toEqual(weightedSamples as Float64Array)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('gives each leaf the mean of the training rows that reach it', () => {
    const random = createRandom('means')
    const { features, signal } = drawTable(150, 3, random)
    const holed = hideSome(features, 0.15, random)
    const { predictor } = fit(holed, valuesOf(signal), { ...PLAIN, minSamplesLeaf: 6 })
    const predictions = predictTrees(predictor, holed).data
    const sums = new Map<number, { sum: number; count: number }>()
    predictions.forEach((prediction, row) => {
      const { sum, count } = sums.get(prediction) ?? { sum: 0, count: 0 }
      sums.set(prediction, { sum: sum + (signal[row] ?? 0), count: count + 1 })
    })
    expect(sums.size).toBe(predictor.trees[0]?.left.filter((left) => left === -1).length ?? 0)
    for (const [prediction, { sum, count }] of sums) expect(prediction).toBeCloseTo(sum / count, 12)
  })
})

describe('a forest', () => {
  const { features, signal } = drawTable(600, 6, createRandom('forest'))
  const codes = Int32Array.from(signal, (value) => (value > 1 ? 2 : value > -1 ? 1 : 0))

  test('is the same for the same seed, and another for another', () => {
    const target = classesOf(codes)
    const first = fit(features, target, { trees: 3 })
    expect(fit(features, target, { trees: 3 })).toEqual(first)
    expect(fit(features, target, { trees: 3 }, 2)).not.toEqual(first)
  })

  test('learns classes and values, and says how well by the rows that trees did not see', () => {
    const fresh = drawTable(600, 6, createRandom('other rows'))
    const freshCodes = Int32Array.from(fresh.signal, (value) =>
      value > 1 ? 2 : value > -1 ? 1 : 0,
    )
    const classes = fit(features, classesOf(codes), { trees: 60, outOfBag: true })
    const accuracy = accuracyOf(predictTrees(classes.predictor, fresh.features), freshCodes)
    expect(accuracy).toBeGreaterThan(0.8)
    expect(Math.abs((classes.outOfBagScore ?? 0) - accuracy)).toBeLessThan(0.06)
    const values = fit(features, valuesOf(signal), { trees: 60, outOfBag: true })
    const share = determinationOf(predictTrees(values.predictor, fresh.features).data, fresh.signal)
    expect(share).toBeGreaterThan(0.88)
    expect(Math.abs((values.outOfBagScore ?? 0) - share)).toBeLessThan(0.04)
  })

  test('finds the columns that matter', () => {
    const { importances } = fit(features, valuesOf(signal), { trees: 20 })
    expect(importances.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    expect((importances[0] ?? 0) + (importances[1] ?? 0)).toBeGreaterThan(0.9)
    expect(importances[1] ?? 0).toBeGreaterThan(importances[0] ?? 0)
  })

  test('gives probabilities that add up to one', () => {
    const { predictor } = fit(features, classesOf(codes), { trees: 7, maxDepth: 4 })
    const { data, columns } = predictTrees(predictor, features)
    for (let row = 0; row < features.rows; row++) {
      const sum = data
        .subarray(row * columns, (row + 1) * columns)
        .reduce((all, one) => all + one, 0)
      expect(sum).toBeCloseTo(1, 12)
    }
  })

  test('never splits on columns that are constant or all missing', () => {
    const useless = matrixOf(
      Array.from(signal, (value, row) => [Number.NaN, 7, value, row % 5 === 0 ? Number.NaN : 7]),
    )
    const { predictor, importances } = fit(useless, valuesOf(signal), { trees: 5 })
    for (const { feature, left } of predictor.trees) {
      const used = new Set(feature.filter((_, node) => left[node] !== -1))
      expect(used.has(0) || used.has(1)).toBe(false)
    }
    expect(importances[0]).toBe(0)
  })

  test('predicts a constant target, from single leaves', () => {
    const { predictor, importances } = fit(features, valuesOf(signal.map(() => 0.1)), { trees: 3 })
    expect(predictor.trees.map(({ left }) => left.length)).toEqual([1, 1, 1])
    expect(predictTrees(predictor, features).data[0]).toBeCloseTo(0.1, 12)
    expect(importances.every((share) => share === 0)).toBe(true)
  })

  test('tells how far it is and stops where it is told to', () => {
    const told: number[] = []
    const controller = new AbortController()
    const progress = (fraction: number) => {
      told.push(fraction)
      if (told.length === 3) controller.abort(new Error('enough'))
    }
    const context = contextOf(1, { signal: controller.signal, progress })
    expect(() => fitForest(features, classesOf(codes), { trees: 10 }, context)).toThrow('enough')
    expect(told).toEqual([0.1, 0.2, 0.3])
  })
})
