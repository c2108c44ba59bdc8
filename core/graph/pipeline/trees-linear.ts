// Trees whose leaves add up columns: each tree finds its leaf, and the leaf's row of a table says what to add.

import { FormatError } from '#core/formats/format-error.ts'
import type { GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import { addInBlocks } from './blocks.ts'
import { MAX_VALUES_AT_ONCE } from './distance-matrix.ts'
import { axis, castToDoubles, castToIntegers, gatherColumns, scalar } from './operators.ts'
import type { EnsembleTable } from './trees-table.ts'

/** Terms of all leaves, each leaf with as many as the longest: 32 MB. */
const MAX_LEAF_TERMS = 2 ** 22

/** Terms of the rows that stand in memory together: 8 MB. */
const BLOCK_TERMS = 2 ** 20

export function hasLinearLeaves({ trees }: Pick<TreePredictor, 'trees'>): boolean {
  return trees.some(({ linear }) => linear !== undefined)
}

/** One row a leaf; rows with fewer terms than the longest read the column behind the last, which holds zeros. */
interface LeafTable {
  readonly terms: number
  readonly columns: Int32Array
  readonly coefficients: Float64Array
  readonly constants: Float64Array
  /** What the leaf gives where one of its columns is missing. */
  readonly values: Float64Array
}

/** `raw` float64 [rows, columns] is what the leaves add up, `leaves` float64 [rows, trees] the row of each tree's leaf: float64 [rows, outputs]. */
export function addLinearLeaves(
  graph: GraphBuilder,
  raw: string,
  leaves: string,
  node: TreePredictor,
  shape: { readonly table: EnsembleTable; readonly columns: number },
): string {
  const { columns } = shape
  const count = node.trees.length
  const table = collectLeaves(node.trees, shape.table, columns)
  const build = (inner: GraphBuilder, given: string): string => {
    const [places = '', values = ''] = inner.applyMany(
      'Split',
      [given, inner.integers([2], [count, columns])],
      2,
      {
        attributes: [axis(1)],
      },
    )
    return addUpGroups(
      inner,
      addLeaves(inner, castToIntegers(inner, places), values, table, count),
      node,
    )
  }
  const joined = graph.apply('Concat', [leaves, raw], { attributes: [axis(1)] })
  const perRow = count * table.terms
  if (perRow <= MAX_VALUES_AT_ONCE) return build(graph, joined)
  const blockRows = Math.max(1, Math.floor(BLOCK_TERMS / perRow))
  const [sum = ''] = addInBlocks(graph, joined, count + columns, blockRows, (inner, block) => [
    { tensor: build(inner, block), type: 'float64', width: node.outputs },
  ])
  return sum
}

function collectLeaves(
  trees: readonly GroupedTree[],
  { leafNodes, leafTrees }: EnsembleTable,
  columns: number,
): LeafTable {
  const size = leafNodes.length
  const rangeOf = (leaf: number) => {
    const node = leafNodes[leaf] as number
    const { starts } = trees[leafTrees[leaf] as number]?.linear ?? {}
    return { start: starts?.[node] ?? 0, end: starts?.[node + 1] ?? 0 }
  }
  let terms = 1
  for (let leaf = 0; leaf < size; leaf++) {
    const { start, end } = rangeOf(leaf)
    terms = Math.max(terms, end - start)
  }
  if (size * terms > MAX_LEAF_TERMS) {
    throw new FormatError(
      `The model has ${size} leaves of up to ${terms} columns, more than can be served. Train it with fewer leaves, or with linear_tree=False.`,
      0,
      'too_large',
    )
  }
  const table: LeafTable = {
    terms,
    columns: new Int32Array(size * terms).fill(columns),
    coefficients: new Float64Array(size * terms),
    constants: new Float64Array(size),
    values: new Float64Array(size),
  }
  for (let leaf = 0; leaf < size; leaf++) {
    const { linear, values } = trees[leafTrees[leaf] as number] as GroupedTree
    const node = leafNodes[leaf] as number
    const { start, end } = rangeOf(leaf)
    table.values[leaf] = values[node] as number
    table.constants[leaf] = linear?.constants[node] ?? (values[node] as number)
    if (linear === undefined) continue
    table.columns.set(linear.columns.subarray(start, end), leaf * terms)
    table.coefficients.set(linear.coefficients.subarray(start, end), leaf * terms)
  }
  return table
}

/** float64 [rows, trees]: what each tree's leaf gives. */
function addLeaves(
  graph: GraphBuilder,
  places: string,
  values: string,
  { terms, columns, coefficients, constants, values: plain }: LeafTable,
  trees: number,
): string {
  const size = constants.length
  const padded = graph.apply('Pad', [values, graph.integers([4], [0, 0, 0, 1])])
  const wanted = graph.apply('Reshape', [
    graph.apply('Gather', [graph.integers([size, terms], columns), places]),
    graph.integers([2], [-1, trees * terms]),
  ])
  const picked = graph.apply('Reshape', [
    graph.apply('GatherElements', [padded, wanted], { attributes: [int('axis', 1)] }),
    graph.integers([3], [-1, trees, terms]),
  ])
  const isMissing = graph.apply('IsNaN', [picked])
  const known = graph.apply('Where', [isMissing, scalar(graph, 0), picked])
  const weights = graph.apply('Gather', [graph.doubles([size, terms], coefficients), places])
  const last = graph.integers([1], [2])
  const sum = graph.apply('ReduceSum', [graph.apply('Mul', [known, weights]), last], {
    attributes: [DROP_DIMENSION],
  })
  const missing = graph.apply('ReduceSum', [castToDoubles(graph, isMissing), last], {
    attributes: [DROP_DIMENSION],
  })
  const ofLeaf = (list: Float64Array) =>
    graph.apply('Gather', [graph.doubles([size], list), places])
  return graph.apply('Where', [
    graph.apply('Greater', [missing, scalar(graph, 0)]),
    ofLeaf(plain),
    graph.apply('Add', [sum, ofLeaf(constants)]),
  ])
}

/** [rows, trees] → [rows, outputs] */
function addUpGroups(
  graph: GraphBuilder,
  leaves: string,
  { trees, outputs }: TreePredictor,
): string {
  const sums = Array.from({ length: outputs }, (_, output) => {
    const own = [...trees.keys()].filter((tree) => trees[tree]?.group === output)
    const part = outputs === 1 ? leaves : gatherColumns(graph, leaves, own)
    return graph.apply('ReduceSum', [part, graph.integers([1], [1])])
  })
  const [only = ''] = sums
  return outputs === 1 ? only : graph.apply('Concat', sums, { attributes: [axis(1)] })
}
