// Sums of gradients, counts and hessians by bin, the tables that boosting chooses its splits from.

import type { BinnedColumn } from './bin-columns.ts'

/** Columns are summed four at a time, so that a row's gradient is read once for four of them. */
const COLUMNS_AT_ONCE = 4

/** Where a column's bins lie in a histogram, and how it is built. */
export interface HistogramPlan {
  /** A whole number of groups; the last one is filled up with columns of nothing but zeros. */
  readonly bins: readonly Uint8Array[]
  /** Where each column's first bin begins. */
  readonly offsets: Int32Array
  readonly length: number
  /** Numbers a bin: gradient, count and, unless every hessian is 1, hessian. */
  readonly stride: 2 | 3
  /** Place of the hessian in a bin; the count's own where every hessian is 1. */
  readonly hessian: 1 | 2
  readonly gradients: Float32Array
  readonly hessians: Float32Array
}

export function planHistograms(
  columns: readonly BinnedColumn[],
  rows: number,
  hessiansAreOne: boolean,
): HistogramPlan {
  const stride = hessiansAreOne ? 2 : 3
  const padded = Math.ceil(columns.length / COLUMNS_AT_ONCE) * COLUMNS_AT_ONCE
  const offsets = new Int32Array(padded)
  const bins: Uint8Array[] = []
  const zeros = padded > columns.length ? new Uint8Array(rows) : null
  let length = 0
  for (let column = 0; column < padded; column++) {
    const binned = columns[column]
    offsets[column] = length
    // One bin more than values have, for missing ones.
    length += ((binned?.count ?? 0) + 1) * stride
    bins.push(binned?.bins ?? (zeros as Uint8Array))
  }
  return {
    bins,
    offsets,
    length,
    stride,
    hessian: hessiansAreOne ? 1 : 2,
    gradients: new Float32Array(rows),
    hessians: new Float32Array(hessiansAreOne ? 0 : rows),
  }
}

/** Sums the rows `order[start … start + length - 1]` into `histogram`, which may hold anything before. */
export function fillHistogram(
  plan: HistogramPlan,
  histogram: Float64Array,
  order: Int32Array,
  start: number,
  length: number,
  gradients: Float32Array,
  hessians: Float32Array,
): void {
  const rows = order.subarray(start, start + length)
  histogram.fill(0)
  for (let index = 0; index < length; index++) {
    plan.gradients[index] = gradients[rows[index] as number] as number
  }
  if (plan.stride === 3) {
    for (let index = 0; index < length; index++) {
      plan.hessians[index] = hessians[rows[index] as number] as number
    }
  }
  const addColumns = plan.stride === 3 ? addWithHessians : addCounted
  for (let column = 0; column < plan.bins.length; column += COLUMNS_AT_ONCE) {
    addColumns(plan, histogram, rows, column)
  }
}

function addCounted(
  { bins, offsets, gradients }: HistogramPlan,
  histogram: Float64Array,
  rows: Int32Array,
  column: number,
): void {
  const [bins0, bins1, bins2, bins3] = takeFour(bins, column)
  const [offset0, offset1, offset2, offset3] = takeFour(offsets, column)
  const { length } = rows
  for (let index = 0; index < length; index++) {
    const row = rows[index] as number
    const gradient = gradients[index] as number
    const place0 = offset0 + 2 * (bins0[row] as number)
    histogram[place0] = (histogram[place0] as number) + gradient
    histogram[place0 + 1] = (histogram[place0 + 1] as number) + 1
    const place1 = offset1 + 2 * (bins1[row] as number)
    histogram[place1] = (histogram[place1] as number) + gradient
    histogram[place1 + 1] = (histogram[place1 + 1] as number) + 1
    const place2 = offset2 + 2 * (bins2[row] as number)
    histogram[place2] = (histogram[place2] as number) + gradient
    histogram[place2 + 1] = (histogram[place2 + 1] as number) + 1
    const place3 = offset3 + 2 * (bins3[row] as number)
    histogram[place3] = (histogram[place3] as number) + gradient
    histogram[place3 + 1] = (histogram[place3 + 1] as number) + 1
  }
}

function addWithHessians(
  { bins, offsets, gradients, hessians }: HistogramPlan,
  histogram: Float64Array,
  rows: Int32Array,
  column: number,
): void {
  const [bins0, bins1, bins2, bins3] = takeFour(bins, column)
  const [offset0, offset1, offset2, offset3] = takeFour(offsets, column)
  const { length } = rows
  for (let index = 0; index < length; index++) {
    const row = rows[index] as number
    const gradient = gradients[index] as number
    const hessian = hessians[index] as number
    const place0 = offset0 + 3 * (bins0[row] as number)
    histogram[place0] = (histogram[place0] as number) + gradient
    histogram[place0 + 1] = (histogram[place0 + 1] as number) + 1
    histogram[place0 + 2] = (histogram[place0 + 2] as number) + hessian
    const place1 = offset1 + 3 * (bins1[row] as number)
    histogram[place1] = (histogram[place1] as number) + gradient
    histogram[place1 + 1] = (histogram[place1 + 1] as number) + 1
    histogram[place1 + 2] = (histogram[place1 + 2] as number) + hessian
    const place2 = offset2 + 3 * (bins2[row] as number)
    histogram[place2] = (histogram[place2] as number) + gradient
    histogram[place2 + 1] = (histogram[place2 + 1] as number) + 1
    histogram[place2 + 2] = (histogram[place2 + 2] as number) + hessian
    const place3 = offset3 + 3 * (bins3[row] as number)
    histogram[place3] = (histogram[place3] as number) + gradient
    histogram[place3 + 1] = (histogram[place3 + 1] as number) + 1
    histogram[place3 + 2] = (histogram[place3 + 2] as number) + hessian
  }
}

function takeFour<T>(values: ArrayLike<T>, first: number): readonly [T, T, T, T] {
  const take = (place: number) => values[first + place] as T
  return [take(0), take(1), take(2), take(3)]
}

/** Takes one child's sums away from its parent's, which leaves the other child's. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let place = 0; place < parent.length; place++) {
    parent[place] = (parent[place] as number) - (child[place] as number)
  }
}
