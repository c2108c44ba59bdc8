// Finds the best exact threshold of one column for the samples of a node.

import type { RankedColumn } from './ranked-columns.ts'
import { type SortSpace, sortRanks } from './sort-ranks.ts'

/** The samples that a tree is grown on; a node owns a stretch of these arrays, reordered as the tree splits. */
export interface Samples {
  /** The sample's row in the columns. */
  readonly rows: Int32Array
  /** How often the sample was drawn. */
  readonly weights: Float64Array
  /** Several classes: the class. Else the weight times the value, for two classes times 0 or 1. */
  readonly targets: Float64Array
}

/** A node while it is split: its stretch of the samples and what they add up to. */
export interface Node {
  start: number
  length: number
  weight: number
  /** Sum of `targets`, unless there are several classes. */
  total: number
  /** Weight of each class, where there are more than two. */
  readonly classWeights: Float64Array
}

/** The best split found so far; `score` is what the impurity of the children leaves to be maximised. */
export interface Split {
  score: number
  feature: number
  threshold: number
  /** Samples up to this rank go left. */
  rank: number
  leftLength: number
  missingLeft: boolean
}

export interface SearchSpace {
  readonly sort: SortSpace
  readonly left: Float64Array
  readonly right: Float64Array
  readonly minSamplesLeaf: number
}

/**
 * Improves `best` by the column's best split, as scikit-learn's exact splitter: missing values are tried on both sides.
 * False where the column is constant among the samples.
 */
export function searchColumn(
  space: SearchSpace,
  samples: Samples,
  node: Node,
  column: RankedColumn,
  feature: number,
  best: Split,
): boolean {
  const missing = sortNode(space.sort, samples.rows, node, column)
  if (missing < 0) return false
  const scan = node.classWeights.length > 0 ? scanClasses : scanValues
  const before = best.score
  const known = node.length - missing
  const found = scan(space, samples, node, known, 0, best)
  if (found > 0) takeSplit(best, space.sort, column, feature, found, known, missing, false)
  if (missing > 0) {
    const foundLeft = scan(space, samples, node, known, missing, best)
    if (foundLeft > 0) takeSplit(best, space.sort, column, feature, foundLeft, known, missing, true)
  }
  if (best.score > before && missing === 0) best.missingLeft = best.leftLength * 2 > node.length
  return true
}

/** Sorts the node's samples by the column; gives how many miss its value, or -1 where all are alike. */
function sortNode(
  sort: SortSpace,
  rows: Int32Array,
  { start, length }: Node,
  { ranks: columnRanks, count, hasMissing }: RankedColumn,
): number {
  const { ranks } = sort
  let lowest = count
  let highest = 0
  for (let index = 0; index < length; index++) {
    const rank = columnRanks[rows[start + index] as number] as number
    ranks[index] = rank
    if (rank < lowest) lowest = rank
    if (rank > highest) highest = rank
  }
  if (lowest >= highest) return -1
  sortRanks(sort, length, lowest, highest)
  if (!hasMissing || highest < count) return 0
  let missing = 0
  const { keys, mask } = sort
  while (ranks[(keys[length - 1 - missing] as number) & mask] === count) missing++
  return missing
}

/** Writes down the split after the first `found` known samples in order. */
function takeSplit(
  best: Split,
  { ranks, keys, mask }: SortSpace,
  { low, high }: RankedColumn,
  feature: number,
  found: number,
  known: number,
  missing: number,
  missingLeft: boolean,
): void {
  const rank = ranks[(keys[found - 1] as number) & mask] as number
  best.feature = feature
  best.rank = rank
  best.leftLength = missingLeft ? found + missing : found
  best.missingLeft = missingLeft
  if (found === known) best.threshold = Number.POSITIVE_INFINITY
  else {
    const next = ranks[(keys[found] as number) & mask] as number
    best.threshold = halfway(high[rank] as number, low[next] as number)
  }
}

/** scikit-learn's midpoint of two float32 values: in double, and never the upper value itself, which would go left too. */
function halfway(lower: number, upper: number): number {
  const middle = lower / 2 + upper / 2
  return middle < upper ? middle : lower
}

/**
 * Tries every boundary between ranks with the `missingLeft` last samples in order on the left, or, where that is 0, on the
 * right. Raises `best.score` and gives how many known samples go left, or 0 where no boundary is better.
 */
function scanValues(
  { sort: { ranks, keys, mask }, minSamplesLeaf }: SearchSpace,
  { weights, targets }: Samples,
  { start, length, weight, total }: Node,
  known: number,
  missingLeft: number,
  best: Split,
): number {
  let leftWeight = 0
  let leftTotal = 0
  for (let index = known; index < known + missingLeft; index++) {
    const position = start + ((keys[index] as number) & mask)
    leftWeight += weights[position] as number
    leftTotal += targets[position] as number
  }
  const first = Math.max(1, minSamplesLeaf - missingLeft)
  // With missing values on the right, all known ones may go left; on the left, at least one known one goes right.
  const isLastOpen = missingLeft === 0 && known < length
  const last = Math.min(isLastOpen ? known : known - 1, length - missingLeft - minSamplesLeaf)
  let score = best.score
  let found = 0
  let position = (keys[0] as number) & mask
  let rank = ranks[position] as number
  for (let index = 1; index <= last; index++) {
    leftWeight += weights[start + position] as number
    leftTotal += targets[start + position] as number
    position = (keys[index] as number) & mask
    const next = ranks[position] as number
    if (next === rank) continue
    rank = next
    if (index < first) continue
    const rightWeight = weight - leftWeight
    const rightTotal = total - leftTotal
    const spread = leftTotal * leftTotal * rightWeight + rightTotal * rightTotal * leftWeight
    if (spread > score * leftWeight * rightWeight) {
      const candidate = spread / (leftWeight * rightWeight)
      if (candidate > score) {
        score = candidate
        found = index
      }
    }
  }
  best.score = score
  return found
}

/** `scanValues` for more than two classes: the score is the sum of squared class weights over the weight, on both sides. */
function scanClasses(
  space: SearchSpace,
  { weights, targets }: Samples,
  { start, length, weight, classWeights }: Node,
  known: number,
  missingLeft: number,
  best: Split,
): number {
  const { left, right, minSamplesLeaf } = space
  const { ranks, keys, mask } = space.sort
  left.fill(0)
  right.set(classWeights)
  let leftWeight = 0
  let leftSquares = 0
  let rightSquares = 0
  for (const classWeight of classWeights) rightSquares += classWeight * classWeight
  const first = Math.max(1, minSamplesLeaf - missingLeft)
  const isLastOpen = missingLeft === 0 && known < length
  const last = Math.min(isLastOpen ? known : known - 1, length - missingLeft - minSamplesLeaf)
  let score = best.score
  let found = 0
  let rank = -1
  // The missing samples come last in order and are moved first.
  for (let step = -missingLeft; step <= last; step++) {
    const position = (keys[step < 0 ? known - 1 - step : step] as number) & mask
    const next = step < 0 ? -1 : (ranks[position] as number)
    if (step >= first && next !== rank) {
      const rightWeight = weight - leftWeight
      const candidate = leftSquares / leftWeight + rightSquares / rightWeight
      if (candidate > score) {
        score = candidate
        found = step
      }
    }
    rank = next
    const sample = weights[start + position] as number
    const code = targets[start + position] as number
    const onLeft = left[code] as number
    const onRight = right[code] as number
    leftSquares += sample * (2 * onLeft + sample)
    rightSquares -= sample * (2 * onRight - sample)
    left[code] = onLeft + sample
    right[code] = onRight - sample
    leftWeight += sample
  }
  best.score = score
  return found
}
