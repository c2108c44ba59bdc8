// The walk through trees that explains them: deep ones keep their digits, and what is no tree is not walked.

import { describe, expect, test } from 'bun:test'
import {
  createTreeExplainer,
  expectedValue,
  measureForest,
  type ShapForest,
} from '#core/engine/tree-shap.ts'
import { createRandom } from '#core/training/random.ts'

/** A chain of splits, each on a feature of its own or one of few, with a leaf beside each. */
function chainOf(depth: number, features: number): { forest: ShapForest; values: Float64Array } {
  const random = createRandom(`chain of ${depth} and ${features}`)
  const firstShares = Float64Array.from({ length: depth }, () => 0.05 + 0.9 * random.next())
  const forest: ShapForest = {
    roots: Int32Array.of(0),
    features: Int32Array.from({ length: depth }, (_, split) => split % features),
    first: Int32Array.from({ length: depth }, (_, split) =>
      split + 1 < depth ? split + 1 : ~depth,
    ),
    second: Int32Array.from({ length: depth }, (_, split) => ~split),
    firstShares,
    secondShares: firstShares.map((share) => 1 - share),
    leafCount: depth + 1,
    choose: (_, value) => (value > 0 ? 0 : 1),
  }
  return { forest, values: Float64Array.from({ length: depth + 1 }, () => random.normal()) }
}

describe('the values of a tree', () => {
  test.each([
    [50, 50],
    [128, 7],
  ])('of %i levels over %i features add up to its leaf', (depth, features) => {
    const { forest, values } = chainOf(depth, features)
    const contributions = new Float64Array(features)
    const row = new Float64Array(features).fill(1)
    createTreeExplainer(forest, values, depth)(0, row, contributions)
    const total = contributions.reduce((sum, value) => sum + value, 0)
    const leaf = values[depth] ?? Number.NaN
    expect(Math.abs(expectedValue(forest, values, 0) + total - leaf)).toBeLessThan(1e-9)
  })
})

describe('a forest', () => {
  test('is measured by its deepest leaf, and not walked where it is deeper than asked', () => {
    const { forest } = chainOf(10, 3)
    expect(measureForest(forest, 10)?.depth).toBe(10)
    expect(measureForest(forest, 9)).toBeNull()
  })

  test('whose branches meet again is no forest: walked, it would never end', () => {
    const { forest } = chainOf(100, 3)
    const second = forest.first.slice()
    expect(measureForest({ ...forest, second }, 128)).toBeNull()
  })
})
