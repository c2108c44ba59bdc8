// Whether two samples may come from one distribution: Kolmogorov-Smirnov for numbers, chi-squared for counts.

import { chiSquaredTail } from './gamma.ts'

export interface Difference {
  readonly statistic: number
  /** How often samples of these sizes differ so much or more where nothing has changed. */
  readonly pValue: number
}

/** Paths over a grid of this many cells are counted in about 3 ms; beyond it the limiting distribution is close. */
const MAX_EXACT_CELLS = 1_000_000
/** Keeps a statistic that is a multiple of 1/(n·m) on its own side of the bound, as R's psmirnov does. */
const ROUNDING = 1e-7

/** Two-sided; the largest distance between the two cumulative shares. With ties the p-value is on the safe side. */
export function kolmogorovSmirnov(
  reference: readonly number[],
  current: readonly number[],
): Difference {
  const left = Float64Array.from(reference).sort()
  const right = Float64Array.from(current).sort()
  const statistic = largestGap(left, right)
  const [few, many] = [left.length, right.length].sort((a, b) => a - b) as [number, number]
  const pValue =
    few * many <= MAX_EXACT_CELLS
      ? exactTail(statistic, few, many)
      : limitingTail(statistic, (few * many) / (few + many))
  return { statistic, pValue }
}

function largestGap(left: Float64Array, right: Float64Array): number {
  let [i, j, largest] = [0, 0, 0]
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i] as number, right[j] as number)
    while (i < left.length && left[i] === value) i++
    while (j < right.length && right[j] === value) j++
    largest = Math.max(largest, Math.abs(i / left.length - j / right.length))
  }
  return largest
}

/** Share of the orders of `few` + `many` values that reach `statistic` (Schröer and Trenkler 1995, as in R's ks.test). */
function exactTail(statistic: number, few: number, many: number): number {
  const bound = (0.5 + Math.floor(statistic * few * many - ROUNDING)) / (few * many)
  const inside = new Float64Array(many + 1)
  for (let j = 0; j <= many; j++) inside[j] = j / many > bound ? 0 : 1
  for (let i = 1; i <= few; i++) {
    const weight = i / (i + many)
    inside[0] = i / few > bound ? 0 : weight * (inside[0] as number)
    for (let j = 1; j <= many; j++) {
      inside[j] =
        Math.abs(i / few - j / many) > bound
          ? 0
          : weight * (inside[j] as number) + (inside[j - 1] as number)
    }
  }
  return Math.min(1, Math.max(0, 1 - (inside[many] as number)))
}

/** Terms after these are below 1e-30 wherever the sum is used. */
const LIMIT_TERMS = 100

/** Kolmogorov's limit with Stephens' correction for finite samples (1970); `size` is n·m / (n + m). */
function limitingTail(statistic: number, size: number): number {
  const root = Math.sqrt(size)
  const lambda = (root + 0.12 + 0.11 / root) * statistic
  // The alternating sum does not settle there, and the tail is 1 to 12 digits.
  if (lambda < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= LIMIT_TERMS; k++) {
    sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda)
  }
  return Math.min(1, Math.max(0, sum))
}

/** Pearson's test that two rows of counts have the same shares; bins that both lack do not count. */
export function chiSquared(reference: readonly number[], current: readonly number[]): Difference {
  const totals = [sum(reference), sum(current)] as const
  const all = totals[0] + totals[1]
  let statistic = 0
  let bins = 0
  reference.forEach((count, bin) => {
    const other = current[bin] ?? 0
    const both = count + other
    if (both === 0) return
    bins += 1
    for (const [seen, total] of [
      [count, totals[0]],
      [other, totals[1]],
    ] as const) {
      const expected = (both * total) / all
      statistic += (seen - expected) ** 2 / expected
    }
  })
  return { statistic, pValue: bins < 2 ? 1 : chiSquaredTail(statistic, bins - 1) }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
