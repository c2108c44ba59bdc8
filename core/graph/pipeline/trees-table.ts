// The columns of a TreeEnsemble of ai.onnx.ml 5, filled tree by tree from the root down.

import { FormatError } from '#core/formats/format-error.ts'
import type { GroupedTree } from '#core/pipeline/trees.ts'
import { MAX_GRAPH_NODES, MAX_TREE_DEPTH } from '../trees.ts'

/** Comparisons by the numbers that the operator gives them. */
const LEQ_MODE = 0
const MEMBER_MODE = 6

/** Levels that onnxruntime's recursion takes for a set. */
const MEMBER_LEVELS = 2

/**
 * Inner nodes and leaves apart, each numbered in preorder over all trees; a child is a leaf's number where its flag is 1.
 * The true child is the left one.
 */
export interface EnsembleTable {
  readonly features: Int32Array
  readonly modes: Uint8Array
  readonly thresholds: Float64Array
  readonly trueIds: Int32Array
  readonly falseIds: Int32Array
  readonly trueLeaves: Uint8Array
  readonly falseLeaves: Uint8Array
  readonly missingTracksTrue: Uint8Array
  /** Share of a node's training weight that went to its true child; null where some tree has no cover. */
  readonly trueShares: Float64Array | null
  /** The sets of categorical nodes in their order, a NaN behind each. */
  readonly members: readonly number[]
  readonly roots: Int32Array
  /** Tree, and node in that tree, of each leaf. */
  readonly leafTrees: Int32Array
  readonly leafNodes: Int32Array
}

/** Throws FormatError for nodes that form no tree, and for more or deeper ones than can be served. */
export function tabulateTrees(trees: readonly GroupedTree[], columns: number): EnsembleTable {
  if (trees.length === 0) throw new FormatError('A part of this model has no trees.', 0)
  const table = allocate(trees)
  const members: number[] = []
  const next = { node: 0, leaf: 0 }
  trees.forEach((tree, index) => {
    table.roots[index] = next.node
    if (tree.left[0] === -1) addStump(table, index, next)
    else addTree({ table, members, next, columns }, tree, index)
  })
  return { ...trim(table, next), members }
}

/** Where the next node and leaf go. */
interface Next {
  node: number
  leaf: number
}

type Growing = Omit<EnsembleTable, 'members'>

function allocate(trees: readonly GroupedTree[]): Growing {
  // A tree of one leaf takes a node and two leaves, other trees what they have at most.
  const size = trees.reduce((sum, tree) => sum + Math.max(3, tree.left.length), 0)
  if (size > MAX_GRAPH_NODES) {
    throw new FormatError(
      `The model has ${size} tree nodes; at most ${MAX_GRAPH_NODES} can be served.`,
      0,
      'too_large',
    )
  }
  const half = (size >> 1) + trees.length + 1
  return {
    features: new Int32Array(half),
    modes: new Uint8Array(half),
    thresholds: new Float64Array(half),
    trueIds: new Int32Array(half),
    falseIds: new Int32Array(half),
    trueLeaves: new Uint8Array(half),
    falseLeaves: new Uint8Array(half),
    missingTracksTrue: new Uint8Array(half),
    trueShares: trees.every((tree) => tree.cover !== null) ? new Float64Array(half) : null,
    roots: new Int32Array(trees.length),
    leafTrees: new Int32Array(half),
    leafNodes: new Int32Array(half),
  }
}

function trim(table: Growing, { node, leaf }: Next): Growing {
  return {
    features: table.features.subarray(0, node),
    modes: table.modes.subarray(0, node),
    thresholds: table.thresholds.subarray(0, node),
    trueIds: table.trueIds.subarray(0, node),
    falseIds: table.falseIds.subarray(0, node),
    trueLeaves: table.trueLeaves.subarray(0, node),
    falseLeaves: table.falseLeaves.subarray(0, node),
    missingTracksTrue: table.missingTracksTrue.subarray(0, node),
    trueShares: table.trueShares?.subarray(0, node) ?? null,
    roots: table.roots,
    leafTrees: table.leafTrees.subarray(0, leaf),
    leafNodes: table.leafNodes.subarray(0, leaf),
  }
}

/** The operator knows no tree without a comparison: one whose both ends are the only leaf. */
function addStump(table: Growing, treeIndex: number, next: Next): void {
  const row = next.node++
  table.trueIds[row] = addLeaf(table, treeIndex, 0, next)
  table.falseIds[row] = addLeaf(table, treeIndex, 0, next)
  table.trueLeaves[row] = 1
  table.falseLeaves[row] = 1
  if (table.trueShares !== null) table.trueShares[row] = 1
}

function addLeaf(table: Growing, treeIndex: number, node: number, next: Next): number {
  const leaf = next.leaf++
  table.leafTrees[leaf] = treeIndex
  table.leafNodes[leaf] = node
  return leaf
}

interface Filling {
  readonly table: Growing
  readonly members: number[]
  readonly next: Next
  readonly columns: number
}

/** Nodes wait on a stack with their depth and the row that names them as its false child; -1 where none does. */
function addTree(filling: Filling, tree: GroupedTree, treeIndex: number): void {
  const { table, next, columns } = filling
  const { left, right } = tree
  const size = left.length
  const nodes = [0]
  const depths = [1]
  const owners = [-1]
  while (nodes.length > 0) {
    const node = nodes.pop() as number
    const depth = depths.pop() as number
    const owner = owners.pop() as number
    if (!(node >= 0 && node < size)) throw noTree(treeIndex)
    // There is room for as many nodes and leaves as trees can have: nodes reached again run out of it.
    const isLeaf = left[node] === -1
    if (isLeaf && next.leaf >= table.leafNodes.length) throw noTree(treeIndex)
    if (!isLeaf && next.node >= table.features.length) throw noTree(treeIndex)
    const id = isLeaf ? addLeaf(table, treeIndex, node, next) : next.node++
    if (owner >= 0) {
      table.falseIds[owner] = id
      table.falseLeaves[owner] = isLeaf ? 1 : 0
    } else if (owner < -1) {
      table.trueIds[-owner - 2] = id
      table.trueLeaves[-owner - 2] = isLeaf ? 1 : 0
    }
    if (isLeaf) continue
    const below = depth + (tree.categories.has(node) ? MEMBER_LEVELS : 1)
    if (below > MAX_TREE_DEPTH) throw tooDeep(treeIndex)
    fillSplit(filling, tree, node, id)
    const feature = tree.feature[node] as number
    if (!(feature >= 0 && feature < columns)) throw noFeature(treeIndex, feature, columns)
    nodes.push(right[node] as number, left[node] as number)
    depths.push(below, below)
    owners.push(id, -id - 2)
  }
}

function fillSplit({ table, members }: Filling, tree: GroupedTree, node: number, row: number) {
  table.features[row] = tree.feature[node] as number
  table.missingTracksTrue[row] = tree.missingLeft[node] as number
  if (table.trueShares !== null) table.trueShares[row] = shareOfLeft(tree, node)
  const codes = tree.categories.get(node)
  if (codes === undefined) {
    table.modes[row] = LEQ_MODE
    table.thresholds[row] = tree.threshold[node] as number
  } else if (codes.length === 0 || tree.missingLeft[node] === 1) {
    // Every code goes one way: all left where the missing ones do, else all right.
    table.modes[row] = LEQ_MODE
    const goesLeft = tree.missingLeft[node] === 1
    table.thresholds[row] = goesLeft ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  } else {
    table.modes[row] = MEMBER_MODE
    members.push(...codes, Number.NaN)
  }
}

function shareOfLeft({ left, right, cover }: GroupedTree, node: number): number {
  const first = cover?.[left[node] as number] ?? 0
  const second = cover?.[right[node] as number] ?? 0
  return first + second > 0 ? first / (first + second) : 0.5
}

function noTree(treeIndex: number): FormatError {
  return new FormatError(
    `Tree ${treeIndex} is no tree: a child is outside of it or reached twice.`,
    0,
  )
}

function tooDeep(treeIndex: number): FormatError {
  return new FormatError(
    `Tree ${treeIndex} is more than ${MAX_TREE_DEPTH} levels deep.`,
    0,
    'too_large',
  )
}

function noFeature(treeIndex: number, feature: number, columns: number): FormatError {
  return new FormatError(
    `Tree ${treeIndex} splits on column ${feature} of a table that has ${columns}.`,
    0,
  )
}
