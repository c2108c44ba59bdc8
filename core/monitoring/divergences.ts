// How far apart two rows of counts over the same bins are: the population stability index and Jensen and Shannon's distance.

import { sum } from './two-samples.ts'

/** Half a row in every bin (Krichevsky and Trofimov), so that an empty bin makes no infinite index. */
const HALF_A_ROW = 0.5

/** Σ (p − q) · ln(p / q) over the shares of the bins; 0 where they are the same. */
export function populationStability(
  reference: readonly number[],
  current: readonly number[],
): number {
  const [p, q] = [smoothedShares(reference), smoothedShares(current)]
  return p.reduce((index, share, bin) => {
    const other = q[bin] as number
    return index + (share - other) * Math.log(share / other)
  }, 0)
}

/**
 * The index that samples of these sizes have on average where nothing has changed: (B − 1)(1/n + 1/m), the mean of its
 * chi-squared limit (Yurdakul, Statistical Properties of Population Stability Index, 2018).
 */
export function stabilityByChance(bins: number, reference: number, current: number): number {
  return Math.max(0, bins - 1) * (1 / reference + 1 / current)
}

/** Square root of the divergence in bits: 0 for the same shares, 1 where no bin is shared. */
export function jensenShannon(reference: readonly number[], current: readonly number[]): number {
  const totals = [sum(reference), sum(current)] as const
  const divergence = reference.reduce((bits, count, bin) => {
    const [p, q] = [count / totals[0], (current[bin] ?? 0) / totals[1]]
    const middle = (p + q) / 2
    return bits + (part(p, middle) + part(q, middle)) / 2
  }, 0)
  return Math.sqrt(Math.min(1, Math.max(0, divergence)))
}

const part = (share: number, middle: number) =>
  share === 0 ? 0 : share * Math.log2(share / middle)

function smoothedShares(counts: readonly number[]): readonly number[] {
  const total = sum(counts) + HALF_A_ROW * counts.length
  return counts.map((count) => (count + HALF_A_ROW) / total)
}
