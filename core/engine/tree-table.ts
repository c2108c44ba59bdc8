// The trees of an artifact, read back from its TreeEnsembleRegressor: what compiled code and explanations are made from.

import type { OnnxNode } from '#core/formats/onnx/graph.ts'

export const LEAF = 0
export const BRANCH_LT = 1
export const BRANCH_EQ = 2

const MODES: Readonly<Record<string, number>> = { LEAF, BRANCH_LT, BRANCH_EQ }

/**
 * All nodes of all trees, one row each, a tree's rows together and its root first. Children are rows. A row of a
 * categorical chain may have a child that other rows share, so a tree may be a graph without circles.
 */
export interface TreeTable {
  readonly groups: number
  readonly baseMargins: Float32Array
  /** First row of each tree, and the number of rows after the last. */
  readonly starts: Int32Array
  readonly modes: Uint8Array
  readonly features: Int32Array
  readonly thresholds: Float32Array
  readonly trueRows: Int32Array
  readonly falseRows: Int32Array
  readonly missingTracksTrue: Uint8Array
  /** Training weight that reached each row; null where the artifact has none. */
  readonly covers: Float32Array | null
  /** What the leaf in row r adds: entries `leafStarts[r]` to `leafStarts[r + 1]` of groups and weights. */
  readonly leafStarts: Int32Array
  readonly leafGroups: Int32Array
  readonly leafWeights: Float32Array
}

/** Null when the operator uses something that our own writer does not, such as other comparisons or scattered ids. */
export function readTreeTable(node: OnnxNode): TreeTable | null {
  if (textOf(node, 'aggregate_function', 'SUM') !== 'SUM') return null
  if (textOf(node, 'post_transform', 'NONE') !== 'NONE') return null
  const treeIds = integersOf(node, 'nodes_treeids')
  const nodeIds = integersOf(node, 'nodes_nodeids')
  const features = integersOf(node, 'nodes_featureids')
  const trueIds = integersOf(node, 'nodes_truenodeids')
  const falseIds = integersOf(node, 'nodes_falsenodeids')
  const thresholds = floatsOf(node, 'nodes_values')
  const modes = modesOf(node)
  if (!treeIds || !nodeIds || !features || !trueIds || !falseIds || !thresholds || !modes) {
    return null
  }
  const size = treeIds.length
  const columns = [nodeIds, features, trueIds, falseIds, thresholds, modes]
  if (size === 0 || columns.some((column) => column.length !== size)) return null
  const starts = findStarts(treeIds, nodeIds)
  if (starts === null) return null
  const children = resolveChildren(starts, modes, trueIds, falseIds)
  const leaves = readLeaves(node, starts, modes)
  if (children === null || leaves === null) return null
  const covers = floatsOf(node, 'nodes_hitrates')
  const missing = integersOf(node, 'nodes_missing_value_tracks_true')
  return {
    starts,
    modes,
    features: Int32Array.from(features),
    thresholds,
    ...children,
    missingTracksTrue: missing?.length === size ? Uint8Array.from(missing) : new Uint8Array(size),
    covers: covers?.length === size ? covers : null,
    ...leaves,
  }
}

/** The groups that the leaves of a tree add to. */
export function groupsOf(table: TreeTable, start: number, end: number): readonly number[] {
  const groups = new Set<number>()
  for (let row = start; row < end; row++) {
    const last = table.leafStarts[row + 1] as number
    for (let entry = table.leafStarts[row] as number; entry < last; entry++) {
      groups.add(table.leafGroups[entry] as number)
    }
  }
  return [...groups]
}

/** What the leaf in `row` adds to `group`. */
export function leafWeight(table: TreeTable, row: number, group: number): number {
  const last = table.leafStarts[row + 1] as number
  let weight = 0
  for (let entry = table.leafStarts[row] as number; entry < last; entry++) {
    if (table.leafGroups[entry] === group) weight += table.leafWeights[entry] as number
  }
  return weight
}

/** How many nodes have this row as a child; more than one marks the end of a categorical chain. */
export function countParents(table: TreeTable): Uint32Array {
  const parents = new Uint32Array(table.modes.length)
  for (let row = 0; row < table.modes.length; row++) {
    if (table.modes[row] === LEAF) continue
    const whenTrue = table.trueRows[row] as number
    const whenFalse = table.falseRows[row] as number
    parents[whenTrue] = (parents[whenTrue] as number) + 1
    parents[whenFalse] = (parents[whenFalse] as number) + 1
  }
  return parents
}

function textOf(node: OnnxNode, name: string, fallback: string): string {
  const attribute = node.attributes.get(name)
  return attribute?.kind === 'string' ? attribute.value : fallback
}

function integersOf(node: OnnxNode, name: string): Float64Array | null {
  const attribute = node.attributes.get(name)
  return attribute?.kind === 'integers' ? attribute.values : null
}

function floatsOf(node: OnnxNode, name: string): Float32Array | null {
  const attribute = node.attributes.get(name)
  return attribute?.kind === 'floats' ? attribute.values : null
}

function modesOf(node: OnnxNode): Uint8Array | null {
  const attribute = node.attributes.get('nodes_modes')
  if (attribute?.kind !== 'strings') return null
  const modes = new Uint8Array(attribute.values.length)
  for (let row = 0; row < modes.length; row++) {
    const mode = MODES[attribute.values[row] ?? '']
    if (mode === undefined) return null
    modes[row] = mode
  }
  return modes
}

/** Trees numbered 0, 1, … in order, each with nodes numbered 0, 1, … in order; else null. */
export function findStarts(
  treeIds: ArrayLike<number>,
  nodeIds: ArrayLike<number>,
): Int32Array | null {
  const starts: number[] = []
  for (let row = 0; row < treeIds.length; row++) {
    if (treeIds[row] === starts.length) starts.push(row)
    const start = starts.at(-1)
    if (start === undefined || treeIds[row] !== starts.length - 1) return null
    if (nodeIds[row] !== row - start) return null
  }
  starts.push(treeIds.length)
  return Int32Array.from(starts)
}

/** Node ids of children as rows; null where one lies outside its tree. */
function resolveChildren(
  starts: Int32Array,
  modes: Uint8Array,
  trueIds: Float64Array,
  falseIds: Float64Array,
): Pick<TreeTable, 'trueRows' | 'falseRows'> | null {
  const trueRows = new Int32Array(modes.length)
  const falseRows = new Int32Array(modes.length)
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const start = starts[tree] as number
    const end = starts[tree + 1] as number
    for (let row = start; row < end; row++) {
      if (modes[row] === LEAF) continue
      const whenTrue = start + (trueIds[row] as number)
      const whenFalse = start + (falseIds[row] as number)
      // Our writer numbers in preorder, so that a child always comes after its parent: no circles.
      const isValid = whenTrue > row && whenTrue < end && whenFalse > row && whenFalse < end
      if (!isValid) return null
      trueRows[row] = whenTrue
      falseRows[row] = whenFalse
    }
  }
  return { trueRows, falseRows }
}

type Leaves = Pick<
  TreeTable,
  'groups' | 'baseMargins' | 'leafStarts' | 'leafGroups' | 'leafWeights'
>

function readLeaves(node: OnnxNode, starts: Int32Array, modes: Uint8Array): Leaves | null {
  const treeIds = integersOf(node, 'target_treeids')
  const nodeIds = integersOf(node, 'target_nodeids')
  const groupIds = integersOf(node, 'target_ids')
  const weights = floatsOf(node, 'target_weights')
  const count = node.attributes.get('n_targets')
  if (!treeIds || !nodeIds || !groupIds || !weights || count?.kind !== 'integer') return null
  const groups = count.value
  const base = floatsOf(node, 'base_values') ?? new Float32Array(groups)
  if (groups < 1 || base.length !== groups) return null
  const rows = new Int32Array(weights.length)
  const leafStarts = new Int32Array(modes.length + 1)
  for (let entry = 0; entry < weights.length; entry++) {
    const tree = treeIds[entry] as number
    const row = (starts[tree] ?? -1) + (nodeIds[entry] as number)
    const end = starts[tree + 1] ?? 0
    const group = groupIds[entry] as number
    if (!(row >= 0 && row < end && modes[row] === LEAF && group >= 0 && group < groups)) return null
    rows[entry] = row
    leafStarts[row + 1] = (leafStarts[row + 1] as number) + 1
  }
  for (let row = 0; row < modes.length; row++) {
    leafStarts[row + 1] = (leafStarts[row + 1] as number) + (leafStarts[row] as number)
  }
  const next = leafStarts.slice()
  const leafGroups = new Int32Array(weights.length)
  const leafWeights = new Float32Array(weights.length)
  for (let entry = 0; entry < weights.length; entry++) {
    const place = next[rows[entry] as number] as number
    next[rows[entry] as number] = place + 1
    leafGroups[place] = groupIds[entry] as number
    leafWeights[place] = weights[entry] as number
  }
  return { groups, baseMargins: base, leafStarts, leafGroups, leafWeights }
}
