// Explanations are exact: they equal the Shapley values worked out over all subsets of features, and add up.

import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { createExplainer } from '#core/engine/explain.ts'
import type { LinearModel, Tree, TreeEnsemble } from '#core/formats/description.ts'
import { describeXgboostFile } from '#core/formats/xgboost/describe-xgboost.ts'
import { type OnnxArtifact, toOnnx } from '#core/graph/to-onnx.ts'
import {
  describePredictor,
  type EnsembleShape,
  randomEnsemble,
  randomRows,
  seededRandom,
  walkEnsemble,
} from '../graph/random-models.ts'

interface Explanation {
  readonly baseline: number
  readonly contributions: readonly number[]
}

/** One explanation a group. */
function explainAll(
  { onnx, binding }: OnnxArtifact,
  row: Float32Array,
): Promise<readonly Explanation[]> {
  const explainer = createExplainer(onnx, binding)
  if (explainer === null) throw new Error('there is no explanation')
  return Promise.all(
    Array.from({ length: explainer.groups }, async (_, group) => {
      const { baseline, contributions } = await explainer.explain(
        { count: 1, columns: [row] },
        group,
      )
      return { baseline, contributions: contributions.map(({ contribution }) => contribution) }
    }),
  )
}

function explain(
  predictor: TreeEnsemble | LinearModel,
  row: Float32Array,
  missing: number | null = null,
) {
  return explainAll(toOnnx({ ...describePredictor(predictor), missingValue: missing }), row)
}

/** Shapley values by their definition: the mean over all orders of features of what each adds. */
function bruteForce(ensemble: TreeEnsemble, row: Float32Array, group: number): Explanation {
  const count = ensemble.featureCount
  const value = (known: number): number => {
    let sum = ensemble.baseMargins[group] ?? 0
    for (const tree of ensemble.trees) {
      if (tree.leafVectors !== null || tree.group === group) {
        sum += partialMean(ensemble, tree, row, known, 0, group)
      }
    }
    return sum
  }
  const contributions = Array.from({ length: count }, (_, feature) => {
    let total = 0
    for (let known = 0; known < 2 ** count; known++) {
      if ((known >> feature) % 2 === 1) continue
      const size = known.toString(2).replaceAll('0', '').length
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count)
      total += weight * (value(known | (1 << feature)) - value(known))
    }
    return total
  })
  return { baseline: value(0), contributions }
}

/** A tree's value when only the features of the bit set `known` are: unknown splits are averaged by cover. */
function partialMean(
  ensemble: TreeEnsemble,
  tree: Tree,
  row: Float32Array,
  known: number,
  node: number,
  group: number,
): number {
  const left = tree.left[node] ?? -1
  const right = tree.right[node] ?? -1
  if (left === -1) {
    return tree.leafVectors?.[node * ensemble.groups + group] ?? tree.value[node] ?? 0
  }
  const go = (child: number) => partialMean(ensemble, tree, row, known, child, group)
  const feature = tree.feature[node] ?? 0
  if ((known >> feature) % 2 === 0) {
    const cover = tree.cover ?? new Float32Array(0)
    const share = (cover[left] ?? 0) / (cover[node] ?? 1)
    return share * go(left) + ((cover[right] ?? 0) / (cover[node] ?? 1)) * go(right)
  }
  const value = row[feature] ?? Number.NaN
  const codes = tree.categories.get(node)
  const goesLeft = Number.isNaN(value)
    ? tree.defaultLeft[node] === 1
    : codes === undefined
      ? value < (tree.value[node] ?? 0)
      : value < 0 || !codes.includes(value)
  return go(goesLeft ? left : right)
}

function factorial(number: number): number {
  return number <= 1 ? 1 : number * factorial(number - 1)
}

function expectClose(actual: Explanation | undefined, wanted: Explanation): void {
  const values = [actual?.baseline ?? Number.NaN, ...(actual?.contributions ?? [])]
  const expected = [wanted.baseline, ...wanted.contributions]
  expect(values).toHaveLength(expected.length)
  for (const [index, value] of values.entries()) {
    expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThan(1e-5)
  }
}

const shapes: fc.Arbitrary<EnsembleShape> = fc.record({
  trees: fc.integer({ min: 0, max: 4 }),
  depth: fc.integer({ min: 0, max: 5 }),
  features: fc.integer({ min: 3, max: 5 }),
  groups: fc.integer({ min: 1, max: 3 }),
  splitChance: fc.constantFrom(0.7, 1),
  categorical: fc.integer({ min: 0, max: 3 }),
  codes: fc.constantFrom(2, 9, 40),
  vectorLeaves: fc.boolean(),
})

describe('an explanation', () => {
  test('equals the Shapley values over all subsets, for each group', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), async (shape, seed) => {
        const random = seededRandom(seed)
        const ensemble = randomEnsemble(shape, random)
        const row = randomRows(1, shape, random, 0.2)
        const explanations = await explain(ensemble, row)
        expect(explanations).toHaveLength(shape.groups ?? 1)
        explanations.forEach((explanation, group) => {
          expectClose(explanation, bruteForce(ensemble, row, group))
        })
      }),
      { numRuns: 60, seed: 2 },
    )
  })

  test('of a hundred trees adds up to the margin', async () => {
    const shape = { trees: 100, depth: 6, features: 20 }
    const random = seededRandom(6)
    const ensemble = randomEnsemble(shape, random)
    const row = randomRows(1, shape, random)
    const [explanation] = await explain(ensemble, row)
    const sum = (explanation?.contributions ?? []).reduce(
      (total, contribution) => total + contribution,
      explanation?.baseline ?? 0,
    )
    expect(Math.abs(sum - (walkEnsemble(ensemble, row)[0] ?? 0))).toBeLessThan(1e-4)
  })

  test('reads a value that stands for missing as missing', async () => {
    const shape = { trees: 5, depth: 4, features: 3 }
    const ensemble = randomEnsemble(shape, seededRandom(7))
    const missing = await explain(ensemble, Float32Array.of(Number.NaN, 0.5, Number.NaN))
    expect(await explain(ensemble, Float32Array.of(-999, 0.5, -999), -999)).toEqual(missing)
  })

  test('of a linear model is each weight times its value', async () => {
    const linear: LinearModel = {
      kind: 'linear',
      featureCount: 2,
      groups: 2,
      weights: Float32Array.of(1, -1, 0.5, 2),
      bias: Float32Array.of(10, 20),
      transform: 'identity',
    }
    expect(await explain(linear, Float32Array.of(4, Number.NaN))).toEqual([
      { baseline: 10, contributions: [4, 0] },
      { baseline: 20, contributions: [-4, 0] },
    ])
  })

  test('survives branches that no training data reached', async () => {
    const shape = { trees: 3, depth: 3, features: 3 }
    const ensemble = randomEnsemble(shape, seededRandom(8))
    const trees = ensemble.trees.map((tree) => ({
      ...tree,
      cover: tree.cover?.fill(0, 1, 3) ?? null,
    }))
    const [explanation] = await explain({ ...ensemble, trees }, Float32Array.of(0, 0, 0))
    expect(explanation?.contributions.every(Number.isFinite)).toBe(true)
  })

  test('is not invented for a model without covers', () => {
    const ensemble = randomEnsemble({ trees: 2, depth: 2, features: 2 }, seededRandom(9))
    const trees = ensemble.trees.map((tree) => ({ ...tree, cover: null }))
    const { onnx, binding } = toOnnx(describePredictor({ ...ensemble, trees }))
    expect(createExplainer(onnx, binding)).toBeNull()
  })
})

interface GoldenCase {
  /** A JSON document, or the file in base64. */
  readonly model?: unknown
  readonly bytes?: string
  readonly rows: readonly (readonly (number | null)[])[]
  /** One list a row, or one a class; the baseline comes last. */
  readonly contributions: readonly (readonly (number | readonly number[])[])[]
}

function goldenCases(): readonly (readonly [string, GoldenCase])[] {
  const folder = join(import.meta.dir, 'contributions')
  const files = readdirSync(folder).filter((name) => name.startsWith('xgboost-'))
  return files.sort().flatMap((name) => {
    const golden: { readonly xgboost: string; readonly cases: Record<string, GoldenCase> } =
      JSON.parse(readFileSync(join(folder, name), 'utf8'))
    return Object.entries(golden.cases).map(
      ([title, one]) => [`${golden.xgboost}: ${title}`, one] as const,
    )
  })
}

describe('XGBoost’s own contributions', () => {
  const cases = goldenCases()
  test('are there from nine releases', () => {
    expect(new Set(cases.map(([title]) => title.split(':')[0])).size).toBe(9)
  })
  test.each(cases)('%s', async (_, { model, bytes, rows, contributions }) => {
    const file =
      bytes === undefined
        ? new TextEncoder().encode(JSON.stringify(model))
        : Uint8Array.fromBase64(bytes)
    const artifact = toOnnx(describeXgboostFile(file, {}))
    for (const [index, row] of rows.entries()) {
      const values = Float32Array.from(row, (value) => value ?? Number.NaN)
      const wanted = contributions[index] ?? []
      const groups = wanted.every((value) => typeof value === 'number') ? [wanted] : wanted
      const explanations = await explainAll(artifact, values)
      expect(explanations).toHaveLength(groups.length)
      explanations.forEach((explanation, group) => {
        const numbers = [groups[group] ?? []].flat()
        expectClose(explanation, {
          baseline: numbers.at(-1) ?? Number.NaN,
          contributions: numbers.slice(0, -1),
        })
      })
    }
  })
})
