// Grows one tree to its leaves, depth first, by the best of a random choice of columns at each node.

import type { Random } from '../random.ts'
import { addLeaf, type NodeTable } from './node-table.ts'
import type { RankedColumn } from './ranked-columns.ts'
import { createSortSpace } from './sort-ranks.ts'
import {
  type Node,
  type Samples,
  type SearchSpace,
  type Split,
  searchColumn,
} from './split-search.ts'

/** Impurities below this are rounding errors of a pure node. */
const PURE = Number.EPSILON

export interface TreeLimits {
  readonly maxDepth: number
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** Columns tried at each node, constant ones not counted. */
  readonly maxFeatures: number
}

/** What is allocated once for all trees of a forest. */
export interface TreeGrower {
  readonly columns: readonly RankedColumn[]
  /** 0 where values are predicted. */
  readonly classCount: number
  readonly limits: TreeLimits
  readonly samples: Samples
  readonly table: NodeTable
  /** Gain of each column in this tree; weighted impurity that its splits took away. */
  readonly gains: Float64Array
  readonly node: Node
  readonly split: Split
  readonly space: SearchSpace
  /** Columns in the order they are drawn; the first ones are known to be constant in the node. */
  readonly order: Int32Array
  readonly constants: Int32Array
  /** Sum of weight times squared value, in the node at hand. */
  readonly spare: Samples
}

export function createTreeGrower(
  columns: readonly RankedColumn[],
  rows: number,
  classCount: number,
  limits: TreeLimits,
  table: NodeTable,
): TreeGrower {
  const largestRank = columns.reduce((largest, { count }) => Math.max(largest, count), 0)
  const tracked = classCount > 2 ? classCount : 0
  return {
    columns,
    classCount,
    limits,
    table,
    samples: createSamples(rows),
    spare: createSamples(rows),
    gains: new Float64Array(columns.length),
    node: { start: 0, length: 0, weight: 0, total: 0, classWeights: new Float64Array(tracked) },
    split: { score: 0, feature: 0, threshold: 0, rank: 0, leftLength: 0, missingLeft: false },
    space: {
      sort: createSortSpace(rows, largestRank),
      left: new Float64Array(tracked),
      right: new Float64Array(tracked),
      minSamplesLeaf: limits.minSamplesLeaf,
    },
    order: Int32Array.from(columns.keys()),
    constants: new Int32Array(columns.length),
  }
}

function createSamples(rows: number): Samples {
  return {
    rows: new Int32Array(rows),
    weights: new Float64Array(rows),
    targets: new Float64Array(rows),
  }
}

/** Entries of the stack of nodes to come, four numbers each. */
const STACK_FIELDS = 5

/** Grows a tree on the first `length` of the grower's samples, into its emptied table. */
export function growTree(grower: TreeGrower, length: number, random: Random): void {
  const { table, limits, split, gains } = grower
  table.count = 0
  gains.fill(0)
  // start, length, depth, known constants, parent whose right child this is (or -1)
  const stack: number[] = [0, length, 0, 0, -1]
  while (stack.length > 0) {
    const base = stack.length - STACK_FIELDS
    const start = stack[base] as number
    const size = stack[base + 1] as number
    const depth = stack[base + 2] as number
    const known = stack[base + 3] as number
    const parent = stack[base + 4] as number
    stack.length = base
    const node = addLeaf(table)
    if (parent >= 0) table.right[parent] = node
    const impurity = measureNode(grower, node, start, size)
    const mayEnd =
      depth >= limits.maxDepth ||
      size < limits.minSamplesSplit ||
      size < 2 * limits.minSamplesLeaf ||
      impurity <= PURE
    if (mayEnd) continue
    const constants = chooseSplit(grower, known, random)
    if (split.score === Number.NEGATIVE_INFINITY) continue
    partition(grower)
    table.feature[node] = split.feature
    table.threshold[node] = split.threshold
    table.missingLeft[node] = split.missingLeft ? 1 : 0
    table.left[node] = node + 1
    const { leftLength } = split
    stack.push(start + leftLength, size - leftLength, depth + 1, constants, node)
    stack.push(start, leftLength, depth + 1, constants, -1)
  }
  addGains(table, gains)
}

/** Sums the node's samples up, writes value, impurity and counts of the node and gives its impurity. */
function measureNode(grower: TreeGrower, id: number, start: number, length: number): number {
  const { table, node } = grower
  node.start = start
  node.length = length
  const impurity =
    node.classWeights.length > 0 ? measureClasses(grower, id) : measureValues(grower, id)
  table.samples[id] = length
  table.weightedSamples[id] = node.weight
  table.impurity[id] = impurity
  return impurity
}

function measureValues({ table, node, samples, classCount }: TreeGrower, id: number): number {
  const { weights, targets } = samples
  const end = node.start + node.length
  let weight = 0
  let total = 0
  let squares = 0
  for (let index = node.start; index < end; index++) {
    const sample = weights[index] as number
    const target = targets[index] as number
    weight += sample
    total += target
    squares += (target * target) / sample
  }
  node.weight = weight
  node.total = total
  const mean = total / weight
  if (classCount === 0) {
    table.values[id] = mean
    return squares / weight - mean * mean
  }
  const other = (weight - total) / weight
  table.values[2 * id] = other
  table.values[2 * id + 1] = mean
  return 1 - other * other - mean * mean
}

function measureClasses({ table, node, samples, classCount }: TreeGrower, id: number): number {
  const { weights, targets } = samples
  const { classWeights } = node
  const end = node.start + node.length
  classWeights.fill(0)
  for (let index = node.start; index < end; index++) {
    const code = targets[index] as number
    classWeights[code] = (classWeights[code] as number) + (weights[index] as number)
  }
  let weight = 0
  for (const classWeight of classWeights) weight += classWeight
  let squares = 0
  for (let code = 0; code < classCount; code++) {
    const share = (classWeights[code] as number) / weight
    table.values[id * classCount + code] = share
    squares += share * share
  }
  node.weight = weight
  return 1 - squares
}

/**
 * Draws columns without replacement until enough that vary were tried, and leaves the best split in `grower.split`. Columns
 * that are constant here are so in all descendants: they stand first in `order`, and their number is given.
 */
function chooseSplit(grower: TreeGrower, known: number, random: Random): number {
  const { columns, order, constants, split, node, samples, space, limits } = grower
  split.score = Number.NEGATIVE_INFINITY
  let undrawn = columns.length
  let found = 0
  let drawnConstants = 0
  let tried = 0
  while (
    undrawn > known + found &&
    (tried < limits.maxFeatures || tried <= found + drawnConstants)
  ) {
    tried++
    let place = drawnConstants + random.below(undrawn - found - drawnConstants)
    if (place < known) {
      swap(order, drawnConstants, place)
      drawnConstants++
      continue
    }
    place += found
    const feature = order[place] as number
    const column = columns[feature] as RankedColumn
    if (searchColumn(space, samples, node, column, feature, split)) {
      undrawn--
      swap(order, undrawn, place)
    } else {
      swap(order, place, known + found)
      found++
    }
  }
  // Siblings count on the order of the constants that were known before.
  order.set(constants.subarray(0, known))
  constants.set(order.subarray(known, known + found), known)
  return known + found
}

function swap(values: Int32Array, first: number, second: number): void {
  const kept = values[first] as number
  values[first] = values[second] as number
  values[second] = kept
}

/** Puts the node's samples that go left before those that go right, both in their order. */
function partition({ samples, spare, node, split, columns }: TreeGrower): void {
  const { ranks, count } = columns[split.feature] as RankedColumn
  const { rows, weights, targets } = samples
  const { start } = node
  const end = start + node.length
  const highest = split.rank
  const missing = split.missingLeft ? count : -1
  let left = start
  let right = 0
  for (let index = start; index < end; index++) {
    const row = rows[index] as number
    const rank = ranks[row] as number
    if (rank <= highest || rank === missing) {
      rows[left] = row
      weights[left] = weights[index] as number
      targets[left] = targets[index] as number
      left++
    } else {
      spare.rows[right] = row
      spare.weights[right] = weights[index] as number
      spare.targets[right] = targets[index] as number
      right++
    }
  }
  rows.set(spare.rows.subarray(0, right), left)
  weights.set(spare.weights.subarray(0, right), left)
  targets.set(spare.targets.subarray(0, right), left)
}

function addGains(table: NodeTable, gains: Float64Array): void {
  const { left, right, feature, impurity, weightedSamples } = table
  const weigh = (node: number) => (weightedSamples[node] as number) * (impurity[node] as number)
  for (let node = 0; node < table.count; node++) {
    if (left[node] === -1) continue
    const gain = weigh(node) - weigh(left[node] as number) - weigh(right[node] as number)
    const column = feature[node] as number
    gains[column] = (gains[column] as number) + gain
  }
}
