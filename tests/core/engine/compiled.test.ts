// Compiled trees and onnxruntime give what a plain walk through the description gives, on random models.

import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { LinearModel, Transform } from '#core/formats/description.ts'
import {
  describePredictor,
  type EnsembleShape,
  randomEnsemble,
  randomRows,
  seededRandom,
  walkEnsemble,
} from '../graph/random-models.ts'
import { createTestEngine, floatRows, largestError, loadDescription, numbersOf } from './loading.ts'

const compiledEngine = createTestEngine()
const sessionEngine = createTestEngine({ compile: false })
afterAll(async () => {
  await compiledEngine.close()
  await sessionEngine.close()
})

const TOLERANCE = 1e-5

const shapes: fc.Arbitrary<EnsembleShape> = fc.record({
  trees: fc.integer({ min: 0, max: 9 }),
  depth: fc.integer({ min: 0, max: 7 }),
  features: fc.integer({ min: 3, max: 6 }),
  groups: fc.integer({ min: 1, max: 4 }),
  splitChance: fc.constantFrom(0.6, 0.85, 1),
  categorical: fc.integer({ min: 0, max: 3 }),
  codes: fc.constantFrom(2, 5, 40, 90),
  vectorLeaves: fc.boolean(),
})

/** Checks both engines against the walk, and gives the largest error of each. */
async function compareEngines(shape: EnsembleShape, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const ensemble = randomEnsemble(shape, random)
  const description = describePredictor(ensemble)
  const values = randomRows(300, shape, random)
  const expected = walkEnsemble(ensemble, values)
  for (const engine of [compiledEngine, sessionEngine]) {
    const model = await loadDescription(engine, description)
    try {
      expect(model.backend).toBe(engine === compiledEngine ? 'compiled' : 'onnxruntime')
      const actual = numbersOf(await model.predict(floatRows(values, shape.features)))
      expect(largestError(actual, expected)).toBeLessThan(TOLERANCE)
      const [first] = [
        ...(await model.predict(floatRows(values.slice(0, shape.features), shape.features))),
      ]
      const alone = numbersOf(first === undefined ? [] : [first])
      expect(largestError(alone, expected.slice(0, alone.length))).toBeLessThan(TOLERANCE)
    } finally {
      await model.close()
    }
  }
}

describe('random ensembles', () => {
  test('of every shape agree with a plain walk, compiled and on onnxruntime', async () => {
    const runs = Number(process.env['PARLEY_TEST_RUNS'] ?? 60)
    await fc.assert(fc.asyncProperty(shapes, fc.integer(), compareEngines), {
      numRuns: runs,
      seed: 4,
    })
  }, 600_000)

  test.each<[string, EnsembleShape]>([
    ['a hundred full trees', { trees: 100, depth: 6, features: 20 }],
    ['lopsided trees', { trees: 30, depth: 20, features: 8, splitChance: 0.7 }],
    ['many categories', { trees: 12, depth: 4, features: 4, categorical: 4, codes: 400 }],
    ['a vector in each leaf', { trees: 7, depth: 5, features: 6, groups: 3, vectorLeaves: true }],
  ])('with %s agree', (_, shape) => compareEngines(shape, 11))
})

describe('transforms', () => {
  const shape = { trees: 6, depth: 4, features: 4 }
  const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin))
  const softmax = (margins: readonly number[]): number[] => {
    const sum = margins.reduce((total, margin) => total + Math.exp(margin), 0)
    return margins.map((margin) => Math.exp(margin) / sum)
  }
  const cases: [Transform, number, string[] | null, (margins: readonly number[]) => number[]][] = [
    ['identity', 1, null, (margins) => [...margins]],
    ['exp', 1, null, (margins) => margins.map(Math.exp)],
    ['sigmoid', 2, null, (margins) => margins.map(sigmoid)],
    ['step', 1, null, (margins) => margins.map((margin) => Number(margin > 0))],
    ['sigmoid', 1, ['No', 'Yes'], ([m = 0]) => [1 - sigmoid(m), sigmoid(m)]],
    ['step', 1, ['No', 'Yes'], ([m = 0]) => (m > 0 ? [0, 1] : [1, 0])],
    ['softmax', 3, ['a', 'b', 'c'], softmax],
  ]
  test.each(cases)('%s over %p groups, classes %p', async (transform, groups, classes, apply) => {
    const random = seededRandom(3)
    const ensemble = randomEnsemble({ ...shape, groups, transform }, random)
    const values = randomRows(200, shape, random)
    const margins = walkEnsemble(ensemble, values)
    const expected = Array.from({ length: 200 }, (_, row) =>
      apply([...margins.subarray(row * groups, (row + 1) * groups)]),
    )
    const task =
      classes === null
        ? 'regression'
        : groups === 1
          ? 'binary_classification'
          : 'multiclass_classification'
    for (const engine of [compiledEngine, sessionEngine]) {
      const model = await loadDescription(engine, describePredictor(ensemble, task, classes))
      const predictions = await model.predict(floatRows(values, shape.features))
      expect(largestError(numbersOf(predictions), expected.flat())).toBeLessThan(TOLERANCE)
      predictions.forEach((prediction, row) => {
        if (prediction.kind !== 'classification') return
        const best = expected[row]?.indexOf(Math.max(...(expected[row] ?? []))) ?? -1
        expect(prediction.label).toBe(classes?.[best] ?? '')
      })
      await model.close()
    }
  })
})

describe('values', () => {
  test('that stand for missing go where a missing value goes', async () => {
    const shape = { trees: 8, depth: 5, features: 4 }
    const random = seededRandom(8)
    const ensemble = randomEnsemble(shape, random)
    const values = randomRows(200, shape, random, 0.3)
    const expected = walkEnsemble(ensemble, values)
    const marked = values.map((value) => (Number.isNaN(value) ? -999 : value))
    for (const engine of [compiledEngine, sessionEngine]) {
      const description = { ...describePredictor(ensemble), missingValue: -999 }
      const model = await loadDescription(engine, description)
      expect(model.backend).toBe(engine === compiledEngine ? 'compiled' : 'onnxruntime')
      const actual = numbersOf(await model.predict(floatRows(marked, shape.features)))
      expect(largestError(actual, expected)).toBeLessThan(TOLERANCE)
      await model.close()
    }
  })

  test('between two codes count as the lower code, and below zero as unknown', async () => {
    const shape = { trees: 8, depth: 4, features: 3, categorical: 3, codes: 6 }
    const random = seededRandom(9)
    const ensemble = randomEnsemble(shape, random)
    const values = randomRows(200, shape, random, 0.1).map((value) => value + 0.5)
    const expected = walkEnsemble(ensemble, values)
    for (const engine of [compiledEngine, sessionEngine]) {
      const model = await loadDescription(engine, describePredictor(ensemble))
      const actual = numbersOf(await model.predict(floatRows(values, shape.features)))
      expect(largestError(actual, expected)).toBeLessThan(TOLERANCE)
      await model.close()
    }
  })

  test('zero and minus zero are one', async () => {
    const shape = { trees: 8, depth: 4, features: 3 }
    const ensemble = randomEnsemble(shape, seededRandom(10))
    const model = await loadDescription(compiledEngine, describePredictor(ensemble))
    const zero = await model.predict(floatRows(Float32Array.of(0, 0, 0), 3))
    const minus = await model.predict(floatRows(Float32Array.of(-0, -0, -0), 3))
    expect(minus).toEqual(zero)
    await model.close()
  })
})

describe('linear models', () => {
  const linear: LinearModel = {
    kind: 'linear',
    featureCount: 3,
    groups: 2,
    weights: Float32Array.of(1, -1, 0.5, 2, -3, 0.25),
    bias: Float32Array.of(10, 20),
    transform: 'identity',
  }
  test('add weighted values, a missing one as zero', async () => {
    for (const engine of [compiledEngine, sessionEngine]) {
      const model = await loadDescription(engine, describePredictor(linear))
      expect(model.backend).toBe(engine === compiledEngine ? 'compiled' : 'onnxruntime')
      const rows = floatRows(Float32Array.of(1, 2, 3, Number.NaN, 2, Number.NaN), 3)
      expect(numbersOf(await model.predict(rows))).toEqual([3, 23.75, 11, 24])
      await model.close()
    }
  })
})

describe('models that are too much for the compiled layout', () => {
  test('run on onnxruntime when a tree is deeper than 64 levels', async () => {
    const depth = 100
    const size = 2 * depth + 1
    const left = new Int32Array(size).fill(-1)
    const right = new Int32Array(size).fill(-1)
    const value = new Float32Array(size)
    for (let level = 0; level < depth; level++) {
      left[2 * level] = 2 * level + 1
      right[2 * level] = 2 * level + 2
      value[2 * level] = level
      value[2 * level + 1] = level
    }
    value[2 * depth] = depth
    const empty = { feature: new Int32Array(size), defaultLeft: new Uint8Array(size) }
    const rest = { categories: new Map(), cover: null, leafVectors: null }
    const description = describePredictor({
      kind: 'trees',
      featureCount: 1,
      groups: 1,
      baseMargins: Float32Array.of(0),
      trees: [{ group: 0, left, right, value, ...empty, ...rest }],
      transform: 'identity',
    })
    const model = await loadDescription(compiledEngine, description)
    expect(model.backend).toBe('onnxruntime')
    expect(numbersOf(await model.predict(floatRows(Float32Array.of(41.5, 1000), 1)))).toEqual([
      42, 100,
    ])
    await model.close()
  })
})
