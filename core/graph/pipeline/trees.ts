// Trees over doubles as one TreeEnsemble of ai.onnx.ml 5, which compares and adds in float64.

import type { GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'
import { ML_DOMAIN, type OnnxAttribute } from '../onnx-writer.ts'
import { floorCategories } from '../transforms.ts'
import { bothClasses } from './answer.ts'
import type { PipelineGraph, PredictorTable } from './converter.ts'
import { denseFlow, type Flow, numbersOf } from './flow.ts'
import { answerOfMargins } from './trees-answer.ts'
import { addLinearLeaves, hasLinearLeaves } from './trees-linear.ts'
import { addStart } from './trees-start.ts'
import { type EnsembleTable, tabulateTrees } from './trees-table.ts'

const FLOAT32 = 1
const INT64 = 7
const FLOAT64 = 11

/** What follows a TreeEnsemble's output in the name of the constant with its nodes' shares. */
export const TRUE_SHARES = '.true_shares'

/** LightGBM's bound below which a number is a zero. */
const ZERO_BOUND = 1e-35

/**
 * The graph of a forest over n columns, which explanations read back: values → [float32 and back] → [zeros to NaN] →
 * [categories cut to whole numbers] → TreeEnsemble → one of three forms.
 *
 * Sum: the operator has a target an output, its leaves hold what they add, `scale` multiplied in. Binary probabilities
 * have the second class alone, and `Div` by the number of trees.
 * Vectors: the operator has a target a tree, its leaves hold rows of a constant [rows, outputs], which `Gather` takes and
 * `ReduceSum` adds up; `scale` follows as `Div` (by a whole number) or `Mul`.
 *
 * Linear: a target a tree, its leaves hold rows of the tables that say what to add up; not explained.
 *
 * Then `Add` of the base where it is not zero. Where the file has training weights, the constant named after the operator's
 * output and `TRUE_SHARES` holds, for each of its nodes, the share of the node's weight that went to its true (left) child.
 */
export const TREES: PredictorTable<TreePredictor> = {
  forest(graph, flow, node) {
    const values = prepareValues(graph, flow, node)
    const isPair = node.link.kind === 'probabilities' && node.outputs === 2
    const outputs = isPair ? 1 : node.outputs
    const forest = isPair ? secondClassOf(node) : node
    const sum = hasLinearLeaves(forest)
      ? addLinearTrees(graph, values, forest, flow)
      : forest.trees.some((tree) => tree.group === -1 && outputs > 1)
        ? addVectorTrees(graph, values, forest, flow.length)
        : addPlainTrees(graph, values, forest, flow.length)
    let margins = forest.base.some((value) => value !== 0)
      ? graph.apply('Add', [sum, graph.doubles([1, outputs], forest.base)])
      : sum
    if (node.start !== undefined) {
      const first = graph.predict(denseFlow(values, flow.length), node.start.predictor)
      margins = graph.apply('Add', [margins, addStart(graph, first, node.start)])
    }
    if (isPair) margins = bothClasses(graph, margins)
    const answer = answerOfMargins(graph, margins, node.link, node.outputs)
    if (answer.kind !== 'classes') return answer
    return {
      ...answer,
      scores: node.hidesScores ? null : answer.scores,
      codes: node.tiesSaySecond ? codesFromZero(graph, margins) : answer.codes,
    }
  },
}

function prepareValues(graph: PipelineGraph, flow: Flow, node: TreePredictor): string {
  let values = numbersOf(graph, flow)
  if (node.precision === 'float32') {
    values = castTo(graph, castTo(graph, values, FLOAT32), FLOAT64)
  }
  const zeroMissing = node.zeroMissing ?? []
  if (zeroMissing.length > 0) {
    // Columns that keep their zeros have a bound that no size is under.
    const bounds = new Float64Array(flow.length).fill(-1)
    for (const column of zeroMissing) bounds[column] = ZERO_BOUND
    const isZero = graph.apply('LessOrEqual', [
      graph.apply('Abs', [values]),
      graph.doubles([1, flow.length], bounds),
    ])
    values = graph.apply('Where', [isZero, graph.doubles([1, 1], [Number.NaN]), values])
  }
  return floorCategories(graph, values, categoricalColumns(node.trees, flow.length))
}

function castTo(graph: PipelineGraph, values: string, type: number): string {
  return graph.apply('Cast', [values], { attributes: [{ kind: 'int', name: 'to', value: type }] })
}

/** int64 [rows] of margins [rows, 1]: the second class from 0 on. */
function codesFromZero(graph: PipelineGraph, margins: string): string {
  const isSecond = graph.apply('GreaterOrEqual', [margins, graph.doubles([1, 1], [0])])
  return castTo(graph, graph.apply('Squeeze', [isSecond, graph.integers([1], [1])]), INT64)
}

/** 1 for each column that a categorical split looks at. */
function categoricalColumns(trees: readonly GroupedTree[], columns: number): Uint8Array {
  const isCategorical = new Uint8Array(columns)
  for (const tree of trees) {
    for (const node of tree.categories.keys()) isCategorical[tree.feature[node] as number] = 1
  }
  return isCategorical
}

/** Two probabilities sum to 1, so the trees give the second alone. */
function secondClassOf(node: TreePredictor): TreePredictor {
  const trees = node.trees.map((tree) => {
    if (tree.group !== -1) return tree
    return { ...tree, group: 0, values: tree.values.filter((_, index) => index % 2 === 1) }
  })
  return { ...node, outputs: 1, base: node.base.subarray(1, 2), trees }
}

/** float64 [rows, outputs]. */
function addPlainTrees(
  graph: PipelineGraph,
  values: string,
  node: TreePredictor,
  columns: number,
): string {
  // Shares of classes are added before they are divided, as scikit-learn does it: so a tie stays one.
  const isScaledLast = node.link.kind === 'probabilities'
  const factor = isScaledLast ? 1 : node.scale
  const table = tabulateTrees(node.trees, columns)
  const weights = new Float64Array(table.leafNodes.length)
  const targets = new Int32Array(table.leafNodes.length)
  for (let leaf = 0; leaf < weights.length; leaf++) {
    const tree = node.trees[table.leafTrees[leaf] as number] as GroupedTree
    weights[leaf] = factor * (tree.values[table.leafNodes[leaf] as number] as number)
    targets[leaf] = Math.max(0, tree.group)
  }
  const sum = addOperator(graph, values, table, { targets, weights, count: node.outputs })
  return isScaledLast ? scale(graph, sum, node.scale) : sum
}

/** float64 [rows, outputs]; the leaves add up the columns as they come in. */
function addLinearTrees(
  graph: PipelineGraph,
  values: string,
  node: TreePredictor,
  flow: Flow,
): string {
  const columns = flow.length
  const table = tabulateTrees(node.trees, columns)
  const weights = Float64Array.from(table.leafNodes, (_, leaf) => leaf)
  const count = node.trees.length
  const leaves = addOperator(graph, values, table, { targets: table.leafTrees, weights, count })
  const raw = numbersOf(graph, flow)
  return scale(graph, addLinearLeaves(graph, raw, leaves, node, { table, columns }), node.scale)
}

/** float64 [rows, outputs]. */
function addVectorTrees(
  graph: PipelineGraph,
  values: string,
  node: TreePredictor,
  columns: number,
): string {
  const { outputs, trees } = node
  const table = tabulateTrees(trees, columns)
  const vectors = collectVectors(table, node)
  const picked = addOperator(graph, values, table, {
    targets: table.leafTrees,
    weights: vectors.rowOfLeaf,
    count: trees.length,
  })
  const all = graph.apply('Gather', [
    graph.doubles([vectors.data.length / outputs, outputs], vectors.data),
    castTo(graph, picked, INT64),
  ])
  const sum = graph.apply('ReduceSum', [all, graph.integers([1], [1])], {
    attributes: [{ kind: 'int', name: 'keepdims', value: 0 }],
  })
  return scale(graph, sum, node.scale)
}

/** Rows of the leaves' constant; leaves of one class alone, most of those of a deep forest, share a row. */
function collectVectors(
  table: EnsembleTable,
  { trees, outputs }: TreePredictor,
): { readonly data: Float64Array; readonly rowOfLeaf: Float64Array } {
  const leaves = table.leafNodes.length
  const data = new Float64Array((outputs + leaves) * outputs)
  const rowOfLeaf = new Float64Array(leaves)
  for (let output = 0; output < outputs; output++) data[output * outputs + output] = 1
  let rows = outputs
  for (let leaf = 0; leaf < leaves; leaf++) {
    const { group, values } = trees[table.leafTrees[leaf] as number] as GroupedTree
    const node = table.leafNodes[leaf] as number
    const start = rows * outputs
    if (group === -1) data.set(values.subarray(node * outputs, (node + 1) * outputs), start)
    else data[start + group] = values[node] as number
    const only = onlyOutput(data.subarray(start, start + outputs))
    rowOfLeaf[leaf] = only === -1 ? rows++ : only
    if (only !== -1) data[start + only] = 0
  }
  return { data: data.subarray(0, rows * outputs), rowOfLeaf }
}

/** The only output with a value, where that is 1; else -1. */
function onlyOutput(vector: Float64Array): number {
  const output = vector.indexOf(1)
  return output !== -1 && vector.every((value, index) => value === 0 || index === output)
    ? output
    : -1
}

/** A mean of trees is divided by their number as the libraries do it; other factors multiply. */
function scale(graph: PipelineGraph, values: string, factor: number): string {
  if (factor === 1) return values
  const count = Math.round(1 / factor)
  return 1 / count === factor
    ? graph.apply('Div', [values, graph.doubles([1, 1], [count])])
    : graph.apply('Mul', [values, graph.doubles([1, 1], [factor])])
}

interface Leaves {
  readonly targets: Int32Array
  readonly weights: Float64Array
  /** Number of targets. */
  readonly count: number
}

function addOperator(
  graph: PipelineGraph,
  values: string,
  table: EnsembleTable,
  leaves: Leaves,
): string {
  const doubles = (name: string, numbers: Float64Array): OnnxAttribute => ({
    kind: 'tensor',
    name,
    tensor: { shape: [numbers.length], values: numbers },
  })
  const shape = [table.modes.length]
  const { members, trueShares, missingTracksTrue } = table
  const result = graph.apply('TreeEnsemble', [values], {
    domain: ML_DOMAIN,
    attributes: [
      { kind: 'int', name: 'aggregate_function', value: 1 },
      { kind: 'int', name: 'post_transform', value: 0 },
      { kind: 'int', name: 'n_targets', value: leaves.count },
      { kind: 'ints', name: 'tree_roots', values: table.roots },
      { kind: 'ints', name: 'nodes_featureids', values: table.features },
      {
        kind: 'tensor',
        name: 'nodes_modes',
        tensor: { shape, values: table.modes, areBytes: true },
      },
      doubles('nodes_splits', table.thresholds),
      { kind: 'ints', name: 'nodes_truenodeids', values: table.trueIds },
      { kind: 'ints', name: 'nodes_trueleafs', values: table.trueLeaves },
      { kind: 'ints', name: 'nodes_falsenodeids', values: table.falseIds },
      { kind: 'ints', name: 'nodes_falseleafs', values: table.falseLeaves },
      ...(missingTracksTrue.includes(1)
        ? [
            {
              kind: 'ints',
              name: 'nodes_missing_value_tracks_true',
              values: missingTracksTrue,
            } as const,
          ]
        : []),
      ...(members.length === 0 ? [] : [doubles('membership_values', Float64Array.from(members))]),
      { kind: 'ints', name: 'leaf_targetids', values: leaves.targets },
      doubles('leaf_weights', leaves.weights),
    ],
  })
  // onnxruntime 1.30 takes nodes_hitrates in neither type where the trees are of doubles.
  if (trueShares !== null) graph.note(`${result}${TRUE_SHARES}`, trueShares)
  return result
}
