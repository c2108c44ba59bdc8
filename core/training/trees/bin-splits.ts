// Finds the best split of a node from its histogram: thresholds of numbers, groups of categories.

import type { BinnedColumn } from './bin-columns.ts'
import type { HistogramPlan } from './histograms.ts'

/** Added to every denominator, as scikit-learn does, so that empty sums divide. */
const TINY = 1e-15

/** A child with less hessian than this would get a value without support. */
const MIN_HESSIAN = 1e-3

/** Rows that a category needs to be ordered by its gradient, and how strongly rarer ones are pulled to zero. */
const MIN_CATEGORY_ROWS = 10

export interface BinSplit {
  /** What the split takes from the loss; -1 where none is allowed. */
  gain: number
  column: number
  /** Bins up to this one go left; unused for categories. */
  bin: number
  missingLeft: boolean
  leftGradient: number
  leftHessian: number
  leftRows: number
  /** 1 for each bin that goes left, the one of missing values last; null for numbers. */
  leftBins: Uint8Array | null
}

export interface NodeSums {
  readonly rows: number
  readonly gradient: number
  readonly hessian: number
  /** The node's own value, before the learning rate. */
  readonly value: number
}

export interface SplitRules {
  readonly plan: HistogramPlan
  readonly columns: readonly BinnedColumn[]
  readonly minSamplesLeaf: number
  readonly l2: number
}

/** The value that minimises the loss of rows with these sums. */
export function newtonStep(gradient: number, hessian: number, l2: number): number {
  return -gradient / (hessian + l2 + TINY)
}

export function canSplitHessian(hessian: number): boolean {
  return hessian >= MIN_HESSIAN
}

export function findBinSplit(rules: SplitRules, histogram: Float64Array, sums: NodeSums): BinSplit {
  const best: BinSplit = {
    gain: -1,
    column: 0,
    bin: 0,
    missingLeft: false,
    leftGradient: 0,
    leftHessian: 0,
    leftRows: 0,
    leftBins: null,
  }
  rules.columns.forEach(({ codes, hasMissing, count }, column) => {
    if (codes !== null) {
      scanCategories(rules, histogram, sums, column, best)
    } else {
      scanUp(rules, histogram, sums, column, hasMissing ? count : count - 1, best)
      if (hasMissing) scanDown(rules, histogram, sums, column, count - 1, best)
    }
  })
  return best
}

/** Missing values on the right: the first 1 … `end` bins go left. */
function scanUp(
  { plan, minSamplesLeaf, l2 }: SplitRules,
  histogram: Float64Array,
  sums: NodeSums,
  column: number,
  end: number,
  best: BinSplit,
): void {
  const { stride, hessian: hessianPlace, offsets } = plan
  const { rows, gradient, hessian } = sums
  const ownLoss = sums.value * gradient
  const offset = offsets[column] as number
  const regular = l2 + TINY
  let leftRows = 0
  let leftGradient = 0
  let leftHessian = 0
  let wanted = Math.max(best.gain, 0) - ownLoss
  for (let bin = 0; bin < end; bin++) {
    const place = offset + bin * stride
    const count = histogram[place + 1] as number
    if (count === 0) continue
    leftRows += count
    leftGradient += histogram[place] as number
    leftHessian += histogram[place + hessianPlace] as number
    if (leftRows < minSamplesLeaf || leftHessian < MIN_HESSIAN) continue
    const rightHessian = hessian - leftHessian
    if (rows - leftRows < minSamplesLeaf || rightHessian < MIN_HESSIAN) break
    const rightGradient = gradient - leftGradient
    const left = leftHessian + regular
    const right = rightHessian + regular
    // The gain over a common denominator spares two divisions for all splits that are not better.
    const over = leftGradient * leftGradient * right + rightGradient * rightGradient * left
    if (over <= wanted * left * right) continue
    const gain =
      ownLoss - leftGradient * (-leftGradient / left) - rightGradient * (-rightGradient / right)
    if (gain > 0 && gain > best.gain) {
      takeBin(best, gain, column, bin, false, leftGradient, leftHessian, leftRows)
      wanted = gain - ownLoss
    }
  }
}

/** Missing values on the left: bins are moved to the right one by one from bin `last` down. */
function scanDown(
  { plan, minSamplesLeaf, l2 }: SplitRules,
  histogram: Float64Array,
  sums: NodeSums,
  column: number,
  last: number,
  best: BinSplit,
): void {
  const { stride, hessian: hessianPlace, offsets } = plan
  const { rows, gradient, hessian } = sums
  const ownLoss = sums.value * gradient
  const offset = offsets[column] as number
  let rightRows = 0
  let rightGradient = 0
  let rightHessian = 0
  for (let bin = last; bin > 0; bin--) {
    const place = offset + bin * stride
    const count = histogram[place + 1] as number
    if (count === 0) continue
    rightRows += count
    rightGradient += histogram[place] as number
    rightHessian += histogram[place + hessianPlace] as number
    if (rightRows < minSamplesLeaf || rightHessian < MIN_HESSIAN) continue
    const leftHessian = hessian - rightHessian
    if (rows - rightRows < minSamplesLeaf || leftHessian < MIN_HESSIAN) break
    const leftGradient = gradient - rightGradient
    const gain =
      ownLoss -
      leftGradient * newtonStep(leftGradient, leftHessian, l2) -
      rightGradient * newtonStep(rightGradient, rightHessian, l2)
    if (gain > 0 && gain > best.gain) {
      takeBin(best, gain, column, bin - 1, true, leftGradient, leftHessian, rows - rightRows)
    }
  }
}

function takeBin(
  best: BinSplit,
  gain: number,
  column: number,
  bin: number,
  missingLeft: boolean,
  leftGradient: number,
  leftHessian: number,
  leftRows: number,
): void {
  best.gain = gain
  best.column = column
  best.bin = bin
  best.missingLeft = missingLeft
  best.leftGradient = leftGradient
  best.leftHessian = leftHessian
  best.leftRows = leftRows
  best.leftBins = null
}

/**
 * Orders the categories (missing values are one) by their gradient and tries each head of that order, then each tail, up
 * to its middle. Rare categories stay on the right, with the larger part (Fisher 1958, "On grouping for maximum homogeneity").
 */
function scanCategories(
  rules: SplitRules,
  histogram: Float64Array,
  sums: NodeSums,
  column: number,
  best: BinSplit,
): void {
  const { stride, hessian: hessianPlace, offsets } = rules.plan
  const { count, hasMissing } = rules.columns[column] as BinnedColumn
  const offset = offsets[column] as number
  const support = sums.rows / sums.hessian
  const candidates: { readonly bin: number; readonly order: number }[] = []
  for (let bin = 0; bin < (hasMissing ? count + 1 : count); bin++) {
    const place = offset + bin * stride
    const hessian = histogram[place + hessianPlace] as number
    if (hessian * support < MIN_CATEGORY_ROWS) continue
    const order = (histogram[place] as number) / (hessian + MIN_CATEGORY_ROWS)
    candidates.push({ bin, order })
  }
  if (candidates.length < 2) return
  const order = candidates.sort((one, other) => one.order - other.order).map(({ bin }) => bin)
  const middle = Math.floor((order.length + 1) / 2)
  scanGroup(rules, histogram, sums, column, order, middle, best)
  scanGroup(rules, histogram, sums, column, order.reverse(), middle - 1, best)
}

/** Tries the first 1 … `end` bins of `order` on the left. */
function scanGroup(
  { plan, columns, minSamplesLeaf, l2 }: SplitRules,
  histogram: Float64Array,
  sums: NodeSums,
  column: number,
  order: readonly number[],
  end: number,
  best: BinSplit,
): void {
  const ownLoss = sums.value * sums.gradient
  const { count } = columns[column] as BinnedColumn
  const offset = plan.offsets[column] as number
  let leftRows = 0
  let leftGradient = 0
  let leftHessian = 0
  for (let taken = 1; taken <= end; taken++) {
    const place = offset + (order[taken - 1] as number) * plan.stride
    leftRows += histogram[place + 1] as number
    leftGradient += histogram[place] as number
    leftHessian += histogram[place + plan.hessian] as number
    if (leftRows < minSamplesLeaf || leftHessian < MIN_HESSIAN) continue
    const rightHessian = sums.hessian - leftHessian
    if (sums.rows - leftRows < minSamplesLeaf || rightHessian < MIN_HESSIAN) break
    const rightGradient = sums.gradient - leftGradient
    const gain =
      ownLoss -
      leftGradient * newtonStep(leftGradient, leftHessian, l2) -
      rightGradient * newtonStep(rightGradient, rightHessian, l2)
    if (gain > 0 && gain > best.gain) {
      takeBin(best, gain, column, 0, false, leftGradient, leftHessian, leftRows)
      best.leftBins = new Uint8Array(count + 1)
      for (const bin of order.slice(0, taken)) best.leftBins[bin] = 1
      best.missingLeft = best.leftBins[count] === 1
    }
  }
}
