// Trees written by hand, and what they say.

import { describe, expect, test } from 'bun:test'
import type { GroupedTree } from '#core/pipeline/trees.ts'
import {
  predictTrees,
  type TrainedLink,
  type TrainedPredictor,
} from '#core/training/trees/predict-trees.ts'
import { matrixOf } from './tables.ts'

/** One split of column 0. */
function stump(changes: Partial<GroupedTree>): GroupedTree {
  return {
    left: Int32Array.of(1, -1, -1),
    right: Int32Array.of(2, -1, -1),
    feature: Int32Array.of(0, -2, -2),
    threshold: Float64Array.of(0.1, 0, 0),
    missingLeft: new Uint8Array(3),
    values: Float64Array.of(0, -1, 1),
    cover: null,
    categories: new Map(),
    group: 0,
    ...changes,
  }
}

function predictorOf(
  trees: readonly GroupedTree[],
  kind: TrainedLink['kind'],
  changes: Partial<TrainedPredictor> = {},
): TrainedPredictor {
  return {
    kind: 'forest',
    outputs: 1,
    base: new Float64Array(changes.outputs ?? 1),
    scale: 1,
    trees,
    precision: 'float64',
    takesMissing: true,
    link: { kind },
    ...changes,
  }
}

const ROWS = matrixOf([[0.1], [0.2], [Number.NaN]])

function answers(predictor: TrainedPredictor, rows = ROWS): readonly number[] {
  return [...predictTrees(predictor, rows).data]
}

describe('the trees of a predictor', () => {
  test('send values up to the threshold left and missing ones where the node says', () => {
    expect(answers(predictorOf([stump({})], 'identity'))).toEqual([-1, 1, 1])
    const missingLeft = Uint8Array.of(1, 0, 0)
    expect(answers(predictorOf([stump({ missingLeft })], 'identity'))).toEqual([-1, 1, -1])
  })

  test('compare values as float32 where they were learned so', () => {
    // The float32 next to 0.1 is larger than 0.1.
    expect(answers(predictorOf([stump({})], 'identity', { precision: 'float32' }))[0]).toBe(1)
  })

  test('send the categories they list left, and all others as missing values', () => {
    const tree = stump({ categories: new Map([[0, Int32Array.of(2, 5)]]) })
    const rows = matrixOf([[2], [5], [3], [-1], [Number.NaN]])
    expect(answers(predictorOf([tree], 'identity'), rows)).toEqual([-1, -1, 1, 1, 1])
  })

  test('add up, times the scale, on top of the base', () => {
    const predictor = predictorOf([stump({}), stump({})], 'identity', {
      base: Float64Array.of(10),
      scale: 0.5,
    })
    expect(answers(predictor)).toEqual([9, 11, 11])
  })

  test('become answers by their link', () => {
    expect(answers(predictorOf([stump({})], 'exp'))[1]).toBeCloseTo(Math.E, 12)
    const [no, yes] = answers(predictorOf([stump({})], 'sigmoid'))
    expect(yes).toBeCloseTo(1 / (1 + Math.E), 12)
    expect((no ?? 0) + (yes ?? 0)).toBeCloseTo(1, 15)
    const shares = stump({ group: -1, values: Float64Array.of(0, 0, 0.25, 0.75, 1, 0) })
    const probabilities = predictorOf([shares], 'probabilities', { outputs: 2 })
    expect(answers(probabilities).slice(0, 4)).toEqual([0.25, 0.75, 1, 0])
  })

  test('add to the output of their group', () => {
    const trees = [stump({ group: 2 }), stump({ group: 0, values: Float64Array.of(0, 800, 0) })]
    const predictor = predictorOf(trees, 'softmax', { outputs: 3 })
    const [first, second, third] = answers(predictor, matrixOf([[9]]))
    expect(third).toBeCloseTo(Math.E / (2 + Math.E), 12)
    expect(first).toBe(second ?? -1)
    // Margins of hundreds are no number after exp.
    expect(answers(predictor, matrixOf([[0]])).slice(0, 3)).toEqual([1, 0, 0])
  })
})
