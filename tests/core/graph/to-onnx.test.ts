// What the graph writer puts into an artifact, read back from its bytes, and what it refuses.

import { describe, expect, test } from 'bun:test'
import type { OnnxModel, Tree, TreeEnsemble } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { type OnnxNode, tensorNumbers } from '#core/formats/onnx/graph.ts'
import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { categoryChain } from '#core/graph/category-chain.ts'
import { writeOnnx } from '#core/graph/onnx-writer.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import { describePredictor, randomEnsemble, seededRandom } from './random-models.ts'

/** age < 30 (missing: left) ? 1 : color in {1, 3} (missing: right) ? 3 : 2, with one slot that nothing leads to. */
const tree: Tree = {
  group: 0,
  left: Int32Array.of(1, -1, -1, 4, -1, -1),
  right: Int32Array.of(3, -1, -1, 5, -1, -1),
  feature: Int32Array.of(0, 0, 0, 1, 0, 0),
  value: Float32Array.of(30, 1, 99, 0, 2, 3),
  defaultLeft: Uint8Array.of(1, 0, 0, 0, 0, 0),
  categories: new Map([[3, Int32Array.of(3, 1)]]),
  cover: Float32Array.of(10, 4, 0, 6, 2, 4),
  leafVectors: null,
}
const ensemble: TreeEnsemble = {
  kind: 'trees',
  featureCount: 2,
  groups: 1,
  baseMargins: Float32Array.of(0.5),
  trees: [tree],
  transform: 'identity',
}

function attributesOf(node: OnnxNode | undefined): Record<string, unknown> {
  const entries = [...(node?.attributes ?? [])].map(([name, attribute]) => {
    if ('values' in attribute) return [name, [...attribute.values]] as const
    return [name, 'value' in attribute ? attribute.value : null] as const
  })
  return Object.fromEntries(entries)
}

describe('an ensemble', () => {
  test('is one TreeEnsembleRegressor with covers, unreachable nodes left out', () => {
    const { onnx, binding } = toOnnx(describePredictor(ensemble))
    const { graph, opsets, irVersion, producerName } = readOnnxGraph(onnx)
    expect([irVersion, producerName, Object.fromEntries(opsets)]).toEqual([
      8,
      'parley',
      { '': 17, 'ai.onnx.ml': 3 },
    ])
    expect(graph.nodes.map((node) => node.operator)).toEqual([
      'Floor',
      'Where',
      'TreeEnsembleRegressor',
      'Identity',
    ])
    expect(attributesOf(graph.nodes[2])).toEqual({
      nodes_treeids: [0, 0, 0, 0, 0, 0],
      nodes_nodeids: [0, 1, 2, 3, 4, 5],
      nodes_featureids: [0, 0, 1, 1, 0, 0],
      nodes_modes: ['BRANCH_LT', 'LEAF', 'BRANCH_EQ', 'BRANCH_EQ', 'LEAF', 'LEAF'],
      nodes_values: [30, 0, 1, 3, 0, 0],
      nodes_truenodeids: [1, 0, 5, 5, 0, 0],
      nodes_falsenodeids: [2, 0, 3, 4, 0, 0],
      nodes_missing_value_tracks_true: [1, 0, 1, 1, 0, 0],
      nodes_hitrates: [10, 4, 6, 6, 2, 4],
      target_treeids: [0, 0, 0],
      target_nodeids: [1, 4, 5],
      target_ids: [0, 0, 0],
      target_weights: [1, 2, 3],
      base_values: [0.5],
      n_targets: 1,
      aggregate_function: 'SUM',
      post_transform: 'NONE',
    })
    expect(binding).toEqual({
      inputs: [{ tensor: 'features', type: 'float32', fields: ['f0', 'f1'], rank: 2 }],
      values: 'values',
    })
    expect(graph.inputs[0]?.tensor).toEqual({ elementType: 'float32', dims: ['rows', 2] })
    expect(graph.outputs[0]?.tensor).toEqual({ elementType: 'float32', dims: ['rows', 1] })
  })

  test('gives the same bytes each time, so that an artifact’s hash is its name', () => {
    const description = describePredictor(
      randomEnsemble({ trees: 20, depth: 5, features: 6 }, seededRandom(5)),
    )
    expect(toOnnx(description).onnx).toEqual(toOnnx(description).onnx)
  })

  test('of a binary classifier gives both probabilities', () => {
    const description = describePredictor(
      { ...ensemble, transform: 'sigmoid' },
      'binary_classification',
      ['No', 'Yes'],
    )
    const { onnx, binding } = toOnnx({ ...description, missingValue: -1 })
    const { graph } = readOnnxGraph(onnx)
    expect(graph.nodes.map((node) => node.operator).join(' ')).toBe(
      'Equal Where Floor Where TreeEnsembleRegressor Sigmoid Sub Concat',
    )
    expect(binding.probabilities).toBe('probabilities')
    expect(graph.outputs[0]?.tensor?.dims).toEqual(['rows', 2])
    expect([...(tensorNumbers(graph.initializers[1] ?? failTest()) ?? [])]).toEqual([Number.NaN])
  })

  test.each([
    ['identity', 1],
    ['exp', 1],
    ['softmax', 1],
    ['sigmoid', 3],
  ] as const)(
    'of a classifier with %s over %p groups has no probabilities',
    (transform, groups) => {
      const baseMargins = new Float32Array(groups)
      const description = describePredictor(
        { ...ensemble, transform, groups, baseMargins },
        'multiclass_classification',
        ['a', 'b', 'c'],
      )
      expect(() => toOnnx(description)).toThrow('have no probabilities')
    },
  )

  test('with a node that is reached twice is refused', () => {
    const circle = { ...tree, left: Int32Array.of(0, -1, -1, 4, -1, -1) }
    expect(() => toOnnx(describePredictor({ ...ensemble, trees: [circle] }))).toThrow(FormatError)
    const outside = { ...tree, left: Int32Array.of(6, -1, -1, 4, -1, -1) }
    expect(() => toOnnx(describePredictor({ ...ensemble, trees: [outside] }))).toThrow(FormatError)
  })

  test('deeper than the runtime’s recursion can go is refused', () => {
    const depth = 5000
    const ladder: Tree = {
      ...tree,
      left: Int32Array.from({ length: 2 * depth + 1 }, (_, node) => ladderChild(node, depth, 1)),
      right: Int32Array.from({ length: 2 * depth + 1 }, (_, node) => ladderChild(node, depth, 2)),
      feature: new Int32Array(2 * depth + 1),
      value: new Float32Array(2 * depth + 1),
      defaultLeft: new Uint8Array(2 * depth + 1),
      categories: new Map(),
    }
    expect(() => toOnnx(describePredictor({ ...ensemble, trees: [ladder] }))).toThrow('levels deep')
  })
})

/** Even nodes of a ladder split into a leaf and the next rung. */
function ladderChild(node: number, depth: number, step: number): number {
  return node % 2 === 0 && node < 2 * depth ? node + step : -1
}

function failTest(): never {
  throw new Error('the graph has too few constants')
}

describe('an uploaded graph', () => {
  test('passes through as it is', () => {
    const predictor: OnnxModel = {
      kind: 'onnx',
      onnx: Uint8Array.of(1, 2, 3),
      binding: { inputs: [], label: 'label' },
    }
    const description = { ...describePredictor(ensemble), predictor }
    const { onnx, binding } = toOnnx(description)
    expect(onnx).toBe(predictor.onnx)
    expect(binding).toBe(predictor.binding)
  })
})

describe('the chain of a categorical split', () => {
  test('asks for each code, or for the bounds of each run where that is shorter', () => {
    const modes = (codes: number[]): string[] =>
      categoryChain(Int32Array.from(codes), true).map((link) => `${link.mode} ${link.value}`)
    expect(modes([4, 2])).toEqual(['BRANCH_EQ 2', 'BRANCH_EQ 4'])
    expect(modes([5, 3, 4, 3])).toEqual(['BRANCH_LT 3', 'BRANCH_LT 6'])
    expect(modes([])).toEqual(['BRANCH_LT Infinity'])
    expect(modes([-1, 2 ** 24, 7])).toEqual(['BRANCH_EQ 7'])
  })
})

describe('the writer', () => {
  test('writes numbers of every length as the reader reads them', () => {
    const values = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 40, -1, -(2 ** 33)]
    const onnx = writeOnnx({
      name: 'numbers',
      nodes: [
        {
          operator: 'Test',
          inputs: ['in'],
          outputs: ['out'],
          attributes: [
            { kind: 'ints', name: 'many', values },
            { kind: 'int', name: 'one', value: -7 },
            { kind: 'floats', name: 'floats', values: Float32Array.of(1.5, -0) },
            { kind: 'strings', name: 'texts', values: ['a', 'ü', 'a', ''] },
          ],
        },
      ],
      initializers: [{ name: 'mask', shape: [3], values: Uint8Array.of(1, 0, 1) }],
      inputs: [{ name: 'in', type: 'int64', shape: ['n'] }],
      outputs: [{ name: 'out', type: 'float32', shape: [2, 'n'] }],
    })
    const { graph } = readOnnxGraph(onnx)
    expect(attributesOf(graph.nodes[0])).toEqual({
      many: values,
      one: -7,
      floats: [1.5, -0],
      texts: ['a', 'ü', 'a', ''],
    })
    const [mask] = graph.initializers
    expect([mask?.elementType, ...(mask?.numbers ?? [])]).toEqual(['bool', 1, 0, 1])
    expect(graph.inputs[0]?.tensor).toEqual({ elementType: 'int64', dims: ['n'] })
  })
})
