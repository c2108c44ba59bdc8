// Grows one tree of a boosting: the leaf that gains most is split next, until there are leaves enough.

import type { BinnedColumn } from './bin-columns.ts'
import {
  type BinSplit,
  canSplitHessian,
  findBinSplit,
  newtonStep,
  type SplitRules,
} from './bin-splits.ts'
import { popBest, pushNode } from './gain-heap.ts'
import { fillHistogram, subtractHistogram } from './histograms.ts'

export interface BoostedLimits {
  readonly maxLeaves: number
  readonly maxDepth: number
  readonly minSamplesLeaf: number
  readonly l2: number
}

/** A node of the growing tree: a stretch of the order of rows. */
export interface GrowingNode {
  readonly start: number
  readonly rows: number
  readonly depth: number
  readonly gradient: number
  readonly hessian: number
  /** The answer of the node were it a leaf, before the learning rate. */
  value: number
  histogram: Float64Array | null
  split: BinSplit | null
  children: readonly [GrowingNode, GrowingNode] | null
}

/** What is allocated once for all trees. */
export interface BoostedGrower {
  readonly rules: SplitRules
  readonly limits: BoostedLimits
  readonly order: Int32Array
  readonly spare: Int32Array
  /** Histograms that no node uses any more. */
  readonly free: Float64Array[]
}

export function createBoostedGrower(
  rules: SplitRules,
  limits: BoostedLimits,
  rows: number,
): BoostedGrower {
  return { rules, limits, order: new Int32Array(rows), spare: new Int32Array(rows), free: [] }
}

/** Grows a tree that lowers the loss; gives its root. Afterwards each leaf's rows stand together in `grower.order`. */
export function growBoosted(
  grower: BoostedGrower,
  gradients: Float32Array,
  hessians: Float32Array,
): GrowingNode {
  const { limits, order } = grower
  const root = createRoot(grower, gradients, hessians)
  const open: GrowingNode[] = []
  for (let row = 0; row < order.length; row++) order[row] = row
  if (root.rows >= 2 * limits.minSamplesLeaf && canSplitHessian(root.hessian)) {
    root.histogram = takeHistogram(grower)
    fillHistogram(grower.rules.plan, root.histogram, order, 0, root.rows, gradients, hessians)
    offer(grower, open, root)
  }
  let leaves = 1
  let node = open.length > 0 ? popBest(open) : null
  while (node !== null) {
    const children = splitNode(grower, node)
    leaves++
    if (leaves < limits.maxLeaves) openChildren(grower, open, node, children, gradients, hessians)
    releaseHistogram(grower, node)
    node = leaves < limits.maxLeaves && open.length > 0 ? popBest(open) : null
  }
  for (const left of open) releaseHistogram(grower, left)
  return root
}

function createRoot(
  { order, rules }: BoostedGrower,
  gradients: Float32Array,
  hessians: Float32Array,
): GrowingNode {
  let gradient = 0
  for (const one of gradients) gradient += one
  let hessian = 0
  if (rules.plan.stride === 2) hessian = order.length
  else for (const one of hessians) hessian += one
  return createNode(0, order.length, 0, gradient, hessian, 0)
}

function createNode(
  start: number,
  rows: number,
  depth: number,
  gradient: number,
  hessian: number,
  value: number,
): GrowingNode {
  const unsplit = { histogram: null, split: null, children: null }
  return { start, rows, depth, gradient, hessian, value, ...unsplit }
}

/** Puts the rows that go left before the others, in their order, and makes the two children. */
function splitNode(
  { rules, limits, order, spare }: BoostedGrower,
  node: GrowingNode,
): readonly [GrowingNode, GrowingNode] {
  const split = node.split as BinSplit
  const { bins, count } = rules.columns[split.column] as BinnedColumn
  const goesLeft = split.leftBins ?? markBins(split, count)
  let left = node.start
  let right = 0
  for (let index = node.start; index < node.start + node.rows; index++) {
    const row = order[index] as number
    if (goesLeft[bins[row] as number] === 1) order[left++] = row
    else spare[right++] = row
  }
  order.set(spare.subarray(0, right), left)
  const { leftGradient, leftHessian } = split
  const rightGradient = node.gradient - leftGradient
  const rightHessian = node.hessian - leftHessian
  const child = (start: number, rows: number, gradient: number, hessian: number) => {
    const value = newtonStep(gradient, hessian, limits.l2)
    return createNode(start, rows, node.depth + 1, gradient, hessian, value)
  }
  const children = [
    child(node.start, left - node.start, leftGradient, leftHessian),
    child(left, right, rightGradient, rightHessian),
  ] as const
  node.children = children
  return children
}

function markBins({ bin, missingLeft }: BinSplit, count: number): Uint8Array {
  const marks = new Uint8Array(count + 1).fill(1, 0, bin + 1)
  marks[count] = missingLeft ? 1 : 0
  return marks
}

/** Gives the children that may be split histograms and offers them: the smaller one is summed, the other one is what is left. */
function openChildren(
  grower: BoostedGrower,
  open: GrowingNode[],
  parent: GrowingNode,
  children: readonly [GrowingNode, GrowingNode],
  gradients: Float32Array,
  hessians: Float32Array,
): void {
  const { limits, order, rules } = grower
  const mayOpen = ({ rows, depth }: GrowingNode) =>
    depth < limits.maxDepth && rows >= 2 * limits.minSamplesLeaf
  const [left, right] = children
  if (!mayOpen(left) && !mayOpen(right)) return
  const [smaller, larger] = left.rows < right.rows ? [left, right] : [right, left]
  smaller.histogram = takeHistogram(grower)
  const { start, rows } = smaller
  fillHistogram(rules.plan, smaller.histogram, order, start, rows, gradients, hessians)
  larger.histogram = parent.histogram
  parent.histogram = null
  if (mayOpen(larger)) {
    subtractHistogram(larger.histogram as Float64Array, smaller.histogram)
  }
  for (const child of children) {
    if (mayOpen(child)) offer(grower, open, child)
    else releaseHistogram(grower, child)
  }
}

function offer(grower: BoostedGrower, open: GrowingNode[], node: GrowingNode): void {
  node.split = findBinSplit(grower.rules, node.histogram as Float64Array, node)
  if (node.split.gain > 0) pushNode(open, node)
  else {
    node.split = null
    releaseHistogram(grower, node)
  }
}

function takeHistogram({ free, rules }: BoostedGrower): Float64Array {
  return free.pop() ?? new Float64Array(rules.plan.length)
}

function releaseHistogram({ free }: BoostedGrower, node: GrowingNode): void {
  if (node.histogram !== null) free.push(node.histogram)
  node.histogram = null
}
