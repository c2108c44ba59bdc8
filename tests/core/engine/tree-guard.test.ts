// Trees that would hang or crash onnxruntime are refused before it sees them.

import { afterAll, describe, expect, test } from 'bun:test'
import { findTreeProblem } from '#core/engine/tree-guard.ts'
import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { ML_DOMAIN, type OnnxAttribute, writeOnnx } from '#core/graph/onnx-writer.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import { describePredictor, randomEnsemble, seededRandom } from '../graph/random-models.ts'
import { createTestEngine } from './loading.ts'

const engine = createTestEngine()
afterAll(() => engine.close())

const integers = (name: string, values: readonly number[]): OnnxAttribute => ({
  kind: 'ints',
  name,
  values,
})

function wrap(operator: string, attributes: readonly OnnxAttribute[]): Uint8Array {
  return writeOnnx({
    name: 'model',
    nodes: [{ operator, domain: ML_DOMAIN, inputs: ['features'], outputs: ['values'], attributes }],
    initializers: [],
    inputs: [{ name: 'features', type: 'float32', shape: ['rows', 1] }],
    outputs: [{ name: 'values', type: 'float32', shape: ['rows', 1] }],
  })
}

/** One tree whose nodes split at 0, or are leaves where both children are 0. */
function treeGraph(whenTrue: readonly number[], whenFalse: readonly number[]): Uint8Array {
  const nodes = whenTrue.map((_, node) => node)
  const zeros = nodes.map(() => 0)
  const leaves = nodes.filter((node) => whenTrue[node] === 0 && whenFalse[node] === 0)
  const leafSet = new Set(leaves)
  return wrap('TreeEnsembleRegressor', [
    integers('nodes_treeids', zeros),
    integers('nodes_nodeids', nodes),
    integers('nodes_featureids', zeros),
    {
      kind: 'strings',
      name: 'nodes_modes',
      values: nodes.map((node) => (leafSet.has(node) ? 'LEAF' : 'BRANCH_LT')),
    },
    { kind: 'floats', name: 'nodes_values', values: new Float32Array(nodes.length) },
    integers('nodes_truenodeids', whenTrue),
    integers('nodes_falsenodeids', whenFalse),
    integers(
      'target_treeids',
      leaves.map(() => 0),
    ),
    integers('target_nodeids', leaves),
    integers(
      'target_ids',
      leaves.map(() => 0),
    ),
    { kind: 'floats', name: 'target_weights', values: new Float32Array(leaves.length) },
    { kind: 'int', name: 'n_targets', value: 1 },
  ])
}

const circle = treeGraph([4, 5, 1, 0, 0, 0], [1, 2, 3, 0, 0, 0])

describe('a graph', () => {
  test('whose tree runs in a circle is refused, as onnxruntime would walk it for ever', async () => {
    expect(findTreeProblem(readOnnxGraph(circle))).toBe('One of its trees runs in a circle.')
    const outcome = await engine.load({
      onnx: circle,
      signature: {
        task: 'regression',
        inputs: [{ name: 'x', type: 'float', optional: false }],
        namesKnown: true,
        outputs: [],
      },
      binding: {
        inputs: [{ tensor: 'features', type: 'float32', fields: ['x'], rank: 2 }],
        values: 'values',
      },
    })
    expect(outcome.ok ? '' : outcome.failure.message).toBe(
      "The model's graph cannot be run. One of its trees runs in a circle.",
    )
  })

  test('whose tree is deeper than onnxruntime can recurse is refused', () => {
    const depth = 60_000
    const nodes = Array.from({ length: 2 * depth + 1 }, (_, node) => node)
    const splits = (node: number): boolean => node % 2 === 0 && node < 2 * depth
    const graph = treeGraph(
      nodes.map((node) => (splits(node) ? node + 1 : 0)),
      nodes.map((node) => (splits(node) ? node + 2 : 0)),
    )
    expect(findTreeProblem(readOnnxGraph(graph))).toContain('levels deep')
  }, 20_000)

  test('of the newer operator is looked over too', () => {
    const graph = (whenTrue: readonly number[]): Uint8Array =>
      wrap('TreeEnsemble', [
        integers('nodes_truenodeids', whenTrue),
        integers('nodes_trueleafs', [0, 1]),
        integers('nodes_falsenodeids', [0, 1]),
        integers('nodes_falseleafs', [1, 1]),
      ])
    expect(findTreeProblem(readOnnxGraph(graph([1, 0])))).toBeNull()
    expect(findTreeProblem(readOnnxGraph(graph([0, 0])))).toContain('circle')
  })

  test('with ordinary trees, shared children of categories included, passes', () => {
    const shape = { trees: 20, depth: 6, features: 5, categorical: 2, codes: 30 }
    const { onnx } = toOnnx(describePredictor(randomEnsemble(shape, seededRandom(1))))
    expect(findTreeProblem(readOnnxGraph(onnx))).toBeNull()
  })
})
