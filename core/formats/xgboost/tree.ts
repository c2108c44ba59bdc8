// Checks a tree's nodes and keeps those that a row can reach, so that nothing behind the readers meets a false index.

import type { Tree } from '../description.ts'
import { FormatError } from '../format-error.ts'

/** Nodes as a file stores them, one entry a node in each array; lengths are already equal. */
export interface StoredNodes {
  readonly left: Int32Array
  readonly right: Int32Array
  readonly feature: Int32Array
  /** Threshold of an inner node, value of a leaf. */
  readonly value: Float32Array
  readonly defaultLeft: Uint8Array
  readonly cover: Float32Array | null
  readonly categories: ReadonlyMap<number, Int32Array>
  /** `groups` values a node, or null. */
  readonly leafVectors: Float32Array | null
}

export interface TreePlace {
  /** Number of the tree, for messages. */
  readonly index: number
  readonly group: number
  readonly groups: number
  readonly featureCount: number
  /** Where the tree begins in the file, for messages. */
  readonly offset: number
}

/** Deepest path of a tree. XGBoost's default is 6, lossguide trees reach some dozens; exact explanations cost its square. */
const MAX_TREE_DEPTH = 1024

const LEAF = -1

/** A checked tree whose nodes are all reachable from node 0; pruned nodes are gone. Throws a `FormatError` otherwise. */
export function makeTree(nodes: StoredNodes, place: TreePlace): Tree {
  const reached = walk(nodes, place)
  const count = reached.length
  const newIndex = new Int32Array(nodes.left.length).fill(LEAF)
  for (let index = 0; index < count; index++) newIndex[reached[index] ?? 0] = index
  const move = (child: number): number => (child === LEAF ? LEAF : (newIndex[child] ?? LEAF))
  const categories = new Map<number, Int32Array>()
  for (const [node, codes] of nodes.categories) {
    const moved = newIndex[node] ?? LEAF
    if (moved !== LEAF && nodes.left[node] !== LEAF) categories.set(moved, codes)
  }
  return {
    group: nodes.leafVectors === null ? place.group : -1,
    left: Int32Array.from(reached, (node) => move(nodes.left[node] ?? LEAF)),
    right: Int32Array.from(reached, (node) =>
      nodes.left[node] === LEAF ? LEAF : move(nodes.right[node] ?? LEAF),
    ),
    feature: Int32Array.from(reached, (node) =>
      nodes.left[node] === LEAF ? 0 : (nodes.feature[node] ?? 0),
    ),
    value: Float32Array.from(reached, (node) => nodes.value[node] ?? 0),
    defaultLeft: Uint8Array.from(reached, (node) => (nodes.defaultLeft[node] === 0 ? 0 : 1)),
    categories,
    cover:
      nodes.cover === null ? null : Float32Array.from(reached, (node) => nodes.cover?.[node] ?? 0),
    leafVectors: moveVectors(nodes.leafVectors, reached, place.groups),
  }
}

/** The reachable nodes in the order of their numbers; every check of the shape happens on the way. */
function walk(nodes: StoredNodes, place: TreePlace): Int32Array {
  const total = nodes.left.length
  if (total === 0) throw wrongTree(place, 'has no nodes')
  const depth = new Int32Array(total).fill(-1)
  depth[0] = 0
  const open = [0]
  let count = 0
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    count++
    const left = nodes.left[node] ?? LEAF
    if (left === LEAF) {
      checkLeaf(nodes, node, place)
      continue
    }
    checkSplit(nodes, node, place)
    const below = (depth[node] ?? 0) + 1
    if (below > MAX_TREE_DEPTH) throw wrongTree(place, `is deeper than ${MAX_TREE_DEPTH} levels`)
    for (const child of [nodes.right[node] ?? LEAF, left]) {
      if (child < 0 || child >= total) {
        throw wrongTree(
          place,
          `has a node ${node} that points at ${child}, outside of its ${total} nodes`,
        )
      }
      if (depth[child] !== -1) {
        throw wrongTree(
          place,
          `reaches its node ${child} twice (from node ${node}), which no tree does`,
        )
      }
      depth[child] = below
      open.push(child)
    }
  }
  const reached = new Int32Array(count)
  let next = 0
  for (let node = 0; node < total; node++) if (depth[node] !== -1) reached[next++] = node
  return reached
}

function checkSplit(nodes: StoredNodes, node: number, place: TreePlace): void {
  const feature = nodes.feature[node] ?? -1
  if (feature < 0 || feature >= place.featureCount) {
    throw wrongTree(
      place,
      `splits on feature ${feature}, but the model has ${place.featureCount} features`,
    )
  }
  if (!nodes.categories.has(node) && Number.isNaN(nodes.value[node] ?? 0)) {
    throw wrongTree(place, `has a threshold at node ${node} that is no number`)
  }
}

function checkLeaf(nodes: StoredNodes, node: number, place: TreePlace): void {
  const vectors = nodes.leafVectors
  const values =
    vectors === null
      ? [nodes.value[node] ?? 0]
      : vectors.subarray(node * place.groups, (node + 1) * place.groups)
  for (const value of values) {
    if (!Number.isFinite(value))
      throw wrongTree(place, `has the leaf value ${value} at node ${node}`)
  }
}

function moveVectors(
  vectors: Float32Array | null,
  reached: Int32Array,
  groups: number,
): Float32Array | null {
  if (vectors === null) return null
  const moved = new Float32Array(reached.length * groups)
  for (let index = 0; index < reached.length; index++) {
    const from = (reached[index] ?? 0) * groups
    moved.set(vectors.subarray(from, from + groups), index * groups)
  }
  return moved
}

export function wrongTree(place: TreePlace, problem: string): FormatError {
  return new FormatError(
    `This XGBoost model is damaged: tree ${place.index} (at byte ${place.offset}) ${problem}.`,
    place.offset,
  )
}
