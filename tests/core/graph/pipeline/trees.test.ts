// Trees in a graph decide and add as the plain description of them does, and can be read back.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createSession } from '#core/engine/session.ts'
import { findTreeProblem } from '#core/engine/tree-guard.ts'
import { tensorNumbers } from '#core/formats/onnx/graph.ts'
import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { pipelineToOnnx } from '#core/graph/pipeline/to-graph.ts'
import { TRUE_SHARES } from '#core/graph/pipeline/trees.ts'
import type { InputField } from '#core/model.ts'
import type { GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'

const COLUMNS = 3

/** The last column holds codes of categories. */
const CATEGORIES = 2

interface Split {
  readonly feature: number
  readonly threshold: number
  readonly codes: readonly number[]
  readonly missingLeft: boolean
  readonly left: Shape
  readonly right: Shape
}
type Shape = { readonly values: readonly number[] } | Split

const numbers = fc.integer({ min: -8, max: 8 }).map((value) => value / 4)

function shapes(outputs: number, depth: number): fc.Arbitrary<Shape> {
  const leaf = fc.record({
    values: fc.array(numbers, { minLength: outputs, maxLength: outputs }),
  })
  if (depth === 0) return leaf
  const below = shapes(outputs, depth - 1)
  const split = fc.record({
    feature: fc.integer({ min: 0, max: COLUMNS - 1 }),
    threshold: numbers,
    codes: fc.uniqueArray(fc.integer({ min: 0, max: 70 }), { maxLength: 40 }),
    missingLeft: fc.boolean(),
    left: below,
    right: below,
  })
  return fc.oneof({ arbitrary: leaf, weight: 1 }, { arbitrary: split, weight: 3 })
}

function flatten(root: Shape, group: number): GroupedTree {
  const left: number[] = []
  const right: number[] = []
  const feature: number[] = []
  const threshold: number[] = []
  const missingLeft: number[] = []
  const values: number[] = []
  const categories = new Map<number, Int32Array>()
  const width = group === -1 ? 2 : 1
  const add = (shape: Shape): number => {
    const node = left.length
    const isLeaf = 'values' in shape
    const isCategorical = !isLeaf && shape.feature === CATEGORIES
    left.push(-1)
    right.push(-1)
    feature.push(isLeaf ? -2 : shape.feature)
    threshold.push(isLeaf ? -2 : shape.threshold)
    missingLeft.push(isLeaf || isCategorical || !shape.missingLeft ? 0 : 1)
    values.push(...(isLeaf ? shape.values.slice(0, width) : new Array<number>(width).fill(99)))
    if (isLeaf) return node
    if (isCategorical) categories.set(node, Int32Array.from(shape.codes))
    left[node] = add(shape.left)
    right[node] = add(shape.right)
    return node
  }
  add(root)
  return {
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    missingLeft: Uint8Array.from(missingLeft),
    values: Float64Array.from(values),
    cover: null,
    categories,
    group,
  }
}

/** What the description of trees says of a row. */
function valuesOf(root: Shape, row: readonly number[]): readonly number[] {
  if ('values' in root) return root.values
  const value = row[root.feature] ?? Number.NaN
  const isCategorical = root.feature === CATEGORIES
  const goesLeft = Number.isNaN(value)
    ? !isCategorical && root.missingLeft
    : isCategorical
      ? root.codes.includes(Math.floor(value))
      : value <= root.threshold
  return valuesOf(goesLeft ? root.left : root.right, row)
}

const FIELDS = Array.from(
  { length: COLUMNS },
  (_, index): InputField => ({ name: `f${index}`, type: 'float', optional: true }),
)

function forest(trees: readonly GroupedTree[], facts: Partial<TreePredictor> = {}): TreePredictor {
  return {
    kind: 'forest',
    outputs: 1,
    base: new Float64Array(facts.outputs ?? 1),
    scale: 1,
    trees,
    precision: 'float64',
    takesMissing: true,
    link: { kind: 'identity' },
    ...facts,
  }
}

function write(predictor: TreePredictor, classes: readonly string[] | null = null) {
  return pipelineToOnnx({ model: { kind: 'pipeline', predictor }, inputs: FIELDS, classes })
}

async function run(
  predictor: TreePredictor,
  rows: readonly (readonly number[])[],
  names?: string[],
) {
  const { onnx, binding } = write(predictor, names ?? null)
  const session = await createSession(onnx, binding)
  try {
    const columns = [Float64Array.from(rows.flat())]
    const { values, probabilities, label } = await session.run({ count: rows.length, columns })
    return { numbers: [...((values ?? probabilities)?.data ?? [])], label }
  } finally {
    await session.release()
  }
}

const rows = fc.array(
  fc.tuple(
    fc.oneof(numbers, fc.constant(Number.NaN)),
    fc.oneof(numbers, fc.constant(Number.NaN), fc.constantFrom(1e300, -1e300)),
    fc.oneof(fc.integer({ min: -1, max: 80 }), fc.constantFrom(Number.NaN, 3.5, 1e9)),
  ),
  { minLength: 1, maxLength: 8 },
)

describe('a forest in a graph', () => {
  for (const [title, group] of [
    ['one value a leaf', 0],
    ['vectors in leaves', -1],
  ] as const) {
    test(`decides and adds as described, with ${title}`, async () => {
      const forests = fc.array(shapes(2, 4), { minLength: 1, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(forests, rows, async (roots, table) => {
          const outputs = group === -1 ? 2 : 1
          const trees = roots.map((root) => flatten(root, group))
          const base = Float64Array.of(0.5, -3).slice(0, outputs)
          const { numbers: found } = await run(forest(trees, { outputs, base, scale: 0.25 }), table)
          const expected = table.flatMap((row) =>
            Array.from(base, (start, output) =>
              roots.reduce((sum, root) => sum + 0.25 * (valuesOf(root, row)[output] ?? 0), start),
            ),
          )
          // Quarters of quarters are exact in any order of adding.
          expect(found).toEqual(expected)
        }),
        { numRuns: 60 },
      )
    })
  }

  test('gives trees of two classes one operator and the second class alone', async () => {
    const pair = flatten({ values: [0.75, 0.25] }, -1)
    const predictor = forest([pair, pair], {
      outputs: 2,
      scale: 1 / 2,
      link: { kind: 'probabilities' },
    })
    const { onnx } = write(predictor, ['no', 'yes'])
    const operators = readOnnxGraph(onnx).graph.nodes.map((node) => node.operator)
    expect(operators.filter((operator) => operator === 'TreeEnsemble')).toHaveLength(1)
    expect((await run(predictor, [[0, 0, 0]], ['no', 'yes'])).numbers).toEqual([0.75, 0.25])
  })

  test('keeps a tie of votes a tie, so that the first class wins as it does in the library', async () => {
    const votes = Array.from({ length: 98 }, (_, index) =>
      flatten({ values: index % 2 === 0 ? [0, 1] : [1, 0] }, -1),
    )
    const predictor = forest(votes, { outputs: 2, scale: 1 / 98, link: { kind: 'probabilities' } })
    expect((await run(predictor, [[0, 0, 0]], ['no', 'yes'])).numbers).toEqual([0.5, 0.5])
  })

  test('rounds values to float32 before a comparison only where the library does', async () => {
    const split = { feature: 0, codes: [], missingLeft: false, left: { values: [1, 0] } }
    const tree = flatten({ ...split, threshold: 0.1, right: { values: [2, 0] } }, 0)
    // The float32 beside 0.1 is greater.
    const ask = async (precision: 'float32' | 'float64') =>
      (await run(forest([tree], { precision }), [[0.1, 0, 0]])).numbers
    expect(await ask('float64')).toEqual([1])
    expect(await ask('float32')).toEqual([2])
  })

  test('takes zeros for missing values in the columns that say so', async () => {
    const split = { codes: [], missingLeft: true, left: { values: [1, 0] } }
    const trees = [0, 1].map((feature) =>
      flatten({ ...split, feature, threshold: -1, right: { values: [2, 0] } }, 0),
    )
    const predictor = forest(trees, { zeroMissing: [1] })
    expect((await run(predictor, [[0, 1e-36, 0]])).numbers).toEqual([3])
    expect((await run(predictor, [[0, 1e-34, 0]])).numbers).toEqual([4])
  })

  test('keeps where the training weights went, a number a node, beside its operator', () => {
    const tree = flatten(
      {
        feature: 0,
        threshold: 0,
        codes: [],
        missingLeft: false,
        left: { values: [1, 0] },
        right: { values: [2, 0] },
      },
      0,
    )
    const { onnx } = write(forest([{ ...tree, cover: Float64Array.of(8, 6, 2) }]))
    const { graph } = readOnnxGraph(onnx)
    const operator = graph.nodes.find((node) => node.operator === 'TreeEnsemble')
    const note = graph.initializers.find(
      (constant) => constant.name === `${operator?.outputs[0]}${TRUE_SHARES}`,
    )
    expect([...(note === undefined ? [] : (tensorNumbers(note) ?? []))]).toEqual([0.75])
    expect(findTreeProblem(readOnnxGraph(onnx))).toBe(null)
  })
})

describe('nodes that form no tree', () => {
  const tree = flatten({ values: [1, 0] }, 0)
  const inner = (left: number[], right: number[], feature = 0): GroupedTree => ({
    ...tree,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: new Int32Array(left.length).fill(feature),
    threshold: new Float64Array(left.length),
    missingLeft: new Uint8Array(left.length),
    values: new Float64Array(left.length),
  })

  test('are refused where they run in a circle or leave the tree', () => {
    expect(() => write(forest([inner([0, -1, -1], [1, -1, -1])]))).toThrow('is no tree')
    expect(() => write(forest([inner([1, -1, -1], [7, -1, -1])]))).toThrow('is no tree')
    expect(() => write(forest([inner([1, -1, -1], [-5, -1, -1])]))).toThrow('is no tree')
  })

  test('are refused where shared nodes would unfold without end', () => {
    const levels = 60
    const next = Array.from({ length: levels }, (_, node) => (node === levels - 1 ? -1 : node + 1))
    expect(() => write(forest([inner(next, next)]))).toThrow('is no tree')
  })

  test('are refused where they split on a column that the table has not', () => {
    expect(() => write(forest([inner([1, -1, -1], [2, -1, -1], 3)]))).toThrow(
      'splits on column 3 of a table that has 3',
    )
  })

  test('are refused where they are deeper than onnxruntime survives', () => {
    const depth = 2100
    const left = Array.from({ length: 2 * depth + 1 }, (_, node) => (node < depth ? node + 1 : -1))
    const right = left.map((child, node) => (child === -1 ? -1 : depth + 1 + node))
    expect(() => write(forest([inner(left, right)]))).toThrow('levels deep')
  })
})
