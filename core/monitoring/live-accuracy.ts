// How right a version has been since it is live, from what turned out to be true, and whether that is worse than promised.

import type { Judged } from './prediction-log.ts'

export const LIVE_VERDICTS = ['as_trained', 'worse', 'too_few_rows', 'nothing_to_compare'] as const

export interface LiveAccuracy {
  readonly rows: number
  /** `accuracy` is a share of 1; `mae` has the target's unit. */
  readonly measure: 'accuracy' | 'mae'
  readonly value: number
  /** 95 %: Wilson's interval for a share, the normal one for a mean. */
  readonly from: number
  readonly to: number
  readonly rmse: number | null
  /** The trainer's figure on data it had put aside; null where there is none. */
  readonly trained: number | null
  readonly verdict: (typeof LIVE_VERDICTS)[number]
}

/** Below it an interval is so wide that it holds nearly every figure. */
const LEAST_OUTCOMES = 30
/** The normal distribution's 97.5 % point. */
const Z = 1.959963984540054

/** Null where nothing was judged. The verdict is `worse` only where the trainer's figure lies outside of the interval. */
export function liveAccuracy(
  judged: readonly Judged[],
  metrics: Readonly<Record<string, number>>,
): LiveAccuracy | null {
  if (judged.length === 0) return null
  const isNumber = judged.every(({ answer }) => typeof answer === 'number')
  const measured = isNumber ? meanError(judged) : shareRight(judged)
  const trained = metrics[measured.measure] ?? null
  return { ...measured, trained, verdict: verdictOf(measured, trained) }
}

type Measured = Omit<LiveAccuracy, 'trained' | 'verdict'>

function verdictOf({ rows, measure, from, to }: Measured, trained: number | null) {
  if (rows < LEAST_OUTCOMES) return 'too_few_rows'
  if (trained === null) return 'nothing_to_compare'
  return (measure === 'accuracy' ? to < trained : from > trained) ? 'worse' : 'as_trained'
}

/** Wilson 1927: stays within 0 and 1 and holds for shares near them. */
function shareRight(judged: readonly Judged[]): Measured {
  const rows = judged.length
  const value =
    judged.filter(({ answer, actual }) => String(answer) === String(actual)).length / rows
  const width = 1 + Z ** 2 / rows
  const middle = (value + Z ** 2 / (2 * rows)) / width
  const half = (Z / width) * Math.sqrt((value * (1 - value)) / rows + Z ** 2 / (4 * rows ** 2))
  return {
    rows,
    measure: 'accuracy',
    value,
    from: Math.max(0, middle - half),
    to: Math.min(1, middle + half),
    rmse: null,
  }
}

function meanError(judged: readonly Judged[]): Measured {
  const errors = judged.map(({ answer, actual }) => Math.abs(Number(answer) - Number(actual)))
  const rows = errors.length
  const value = errors.reduce((sum, error) => sum + error, 0) / rows
  const squares = errors.reduce((sum, error) => sum + error ** 2, 0)
  const variance =
    errors.reduce((sum, error) => sum + (error - value) ** 2, 0) / Math.max(1, rows - 1)
  const half = Z * Math.sqrt(variance / rows)
  return {
    rows,
    measure: 'mae',
    value,
    from: Math.max(0, value - half),
    to: value + half,
    rmse: Math.sqrt(squares / rows),
  }
}
