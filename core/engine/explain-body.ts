// The ends of graphs that add up: what each column of the tensor before them adds to a margin.

import type { LinearTable } from './graph-program.ts'
import { floatLeafValues, readFloatForest } from './shap-nodes.ts'
import {
  createTreeExplainer,
  expectedValue,
  type ForestSize,
  measureForest,
  type ShapForest,
} from './tree-shap.ts'
import type { TreeTable } from './tree-table.ts'

/** A margin of one row: `baseline` and what each column adds. */
export interface ColumnSums {
  readonly baseline: number
  readonly contributions: Float64Array
}

export interface Body {
  readonly groups: number
  /** Where the baseline comes from: the training weights of trees, or the row that values are compared with. */
  readonly start: 'training' | 'reference'
  /** `reference` has one number a column, for bodies that start there. */
  explain(
    row: Float64Array,
    group: number,
    reference: Float64Array,
    signal?: AbortSignal,
  ): Promise<ColumnSums>
}

/** The cost of an explanation grows with the square of the depth, and its recursion with the depth. */
const MAX_EXPLAINED_DEPTH = 128

/** About three seconds; what costs more is sampled. */
const MAX_WORK = 1_000_000_000

/** Work between two looks at what else there is to do: about ten milliseconds. */
const SLICE = 4_000_000

/** margin[g] = bias[g] + sum over columns of weights[column * stride + first + g] * value. */
export interface LinearSource {
  readonly weights: Float64Array
  readonly stride: number
  readonly first: number
  readonly bias: Float64Array
}

export function linearBody({ weights, stride, first, bias }: LinearSource): Body {
  return {
    groups: bias.length,
    start: 'reference',
    async explain(row, group, reference) {
      let baseline = bias[group] as number
      const contributions = row.map((value, column) => {
        const weight = weights[column * stride + first + group] as number
        const from = reference[column] as number
        baseline += weight * from
        return weight * (value - from)
      })
      return { baseline, contributions }
    },
  }
}

/** Missing values count as 0. */
export function floatLinearBody({ groups, weights, bias }: LinearTable): Body {
  const body = linearBody({
    weights: Float64Array.from(weights),
    stride: groups,
    first: 0,
    bias: Float64Array.from(bias),
  })
  const known = (row: Float64Array) => row.map((value) => (Number.isNaN(value) ? 0 : value))
  return {
    ...body,
    explain: (row, group, reference) => body.explain(known(row), group, reference),
  }
}

/** Margins of trees: `base[g]` plus the leaves' values for that group. */
export interface ForestSource {
  readonly forest: ShapForest
  readonly base: Float64Array
  readonly leafValues: (group: number) => Float64Array
}

/** Null where an explanation would take too long. */
export function forestBody(source: ForestSource, columns: number): Body | null {
  const { forest, base } = source
  if (forest.features.some((feature) => !(feature >= 0 && feature < columns))) return null
  const size = measureForest(forest, MAX_EXPLAINED_DEPTH)
  if (size === null || size.work > MAX_WORK) return null
  const groups = new Map<number, ForestGroup>()
  const groupOf = (group: number): ForestGroup => {
    const known = groups.get(group)
    if (known !== undefined) return known
    const made = createGroup(source, group)
    groups.set(group, made)
    return made
  }
  return {
    groups: base.length,
    start: 'training',
    async explain(row, group, _, signal) {
      const { baseline, values, roots } = groupOf(group)
      const contributions = new Float64Array(columns)
      await explainTrees({ forest, values, roots, size }, row, contributions, signal)
      return { baseline, contributions }
    },
  }
}

interface ForestGroup {
  readonly baseline: number
  readonly values: Float64Array
  /** Trees that add to the group. */
  readonly roots: Int32Array
}

function createGroup({ forest, base, leafValues }: ForestSource, group: number): ForestGroup {
  const values = leafValues(group)
  const roots = forest.roots.filter((root) => addsAnything(forest, values, root))
  let baseline = base[group] as number
  for (const root of roots) baseline += expectedValue(forest, values, root)
  return { baseline, values, roots }
}

function addsAnything(forest: ShapForest, values: Float64Array, root: number): boolean {
  const nodes = [root]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (node >= 0) nodes.push(forest.first[node] as number, forest.second[node] as number)
    else if (values[~node] !== 0) return true
  }
  return false
}

async function explainTrees(
  {
    forest,
    values,
    roots,
    size,
  }: {
    readonly forest: ShapForest
    readonly values: Float64Array
    readonly roots: Int32Array
    readonly size: ForestSize
  },
  row: Float64Array,
  contributions: Float64Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const explain = createTreeExplainer(forest, values, size.depth)
  const workOfTree = size.work / Math.max(1, forest.roots.length)
  let work = 0
  for (const root of roots) {
    explain(root, row, contributions)
    work += workOfTree
    if (work < SLICE) continue
    work = 0
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
}

/** Null where the file did not say how much training data reached each node, or an explanation would take too long. */
export function floatTreesBody(table: TreeTable, columns: number): Body | null {
  const read = readFloatForest(table)
  if (read === null) return null
  const leafValues = (group: number) => floatLeafValues(table, read.leafRows, group)
  return forestBody(
    { forest: read.forest, base: Float64Array.from(table.baseMargins), leafValues },
    columns,
  )
}
