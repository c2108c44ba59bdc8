// Figures in words: money, shares, a table of two models, and whether a model fits well.

import type { RegressionMetrics } from '#core/training/metrics/regression.ts'
import type { Evaluation } from './evaluate.ts'

export function dollars(value: number): string {
  const amount = Math.round(Math.abs(value)).toLocaleString('en-US')
  return `${value < 0 ? '-' : ''}$${amount}`
}

const MILLION = 1_000_000

/** `$235k`, `$1.2M`: for axes and short labels. */
export function shortDollars(value: number): string {
  const size = Math.abs(value)
  const text =
    size >= MILLION ? `$${Number((size / MILLION).toFixed(1))}M` : `$${Math.round(size / 1_000)}k`
  return `${value < 0 ? '-' : ''}${text}`
}

/** From here on a percentage would be rounded to 10 or more. */
const TENTH = 0.0995

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < TENTH ? 1 : 0)} %`
}

export const METRIC_ROWS: readonly {
  readonly title: string
  readonly show: (metrics: RegressionMetrics) => string
}[] = [
  { title: 'R²', show: ({ r2 }) => r2.toFixed(3) },
  { title: 'MAE', show: ({ mae }) => dollars(mae) },
  { title: 'RMSE', show: ({ rmse }) => dollars(rmse) },
  { title: 'MAPE', show: ({ mape }) => percent(mape) },
]

const METRIC_NAMES = ['r2', 'mae', 'rmse', 'mape'] as const

/** Mean over the folds, and how far they lie apart (standard deviation). */
export function acrossFolds(folds: readonly RegressionMetrics[]): {
  readonly mean: RegressionMetrics
  readonly spread: RegressionMetrics
} {
  const each = (of: (values: readonly number[]) => number): RegressionMetrics => {
    const [r2 = 0, mae = 0, rmse = 0, mape = 0] = METRIC_NAMES.map((name) => {
      return of(folds.map((fold) => fold[name]))
    })
    return { r2, mae, rmse, mape }
  }
  const meanOf = (values: readonly number[]) => {
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    mean: each(meanOf),
    spread: each((values) => {
      const mean = meanOf(values)
      return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
    }),
  }
}

/** A learned table that tells nothing new has no gap; beyond this share of the test's error the model knows rows by heart. */
const LEARNED_BY_HEART = 0.25
/** A band that is off by more than this share of its prices, all in one direction, is no chance. */
const LEANS = 0.05
/** Less of the spread than this explained: more than a fifth of what moves prices is missing. */
const GOOD_R2 = 0.8
const FINE_MAPE = 0.15

/** Sentences, the answer first. */
export function verdictOf(evaluation: Evaluation): readonly string[] {
  const { test, train, bands } = evaluation
  const isGood = test.r2 >= GOOD_R2 && test.mape <= FINE_MAPE
  const gap = 1 - train.mae / test.mae
  const lean = leaningBand(evaluation)
  return [
    isGood
      ? `It fits well: it explains ${percent(test.r2)} of the spread of prices and is off by ${percent(test.mape)} of a price on average.`
      : `It fits only roughly: it explains ${percent(test.r2)} of the spread of prices and is off by ${percent(test.mape)} of a price on average.`,
    gap > LEARNED_BY_HEART
      ? `It knows the sales that it learned from better than new ones (an error of ${dollars(train.mae)} against ${dollars(test.mae)}), so part of what it learned is chance.`
      : `On new sales it is nearly as good as on those that it learned from (an error of ${dollars(test.mae)} against ${dollars(train.mae)}).`,
    ...(lean === null
      ? ['It leans neither up nor down in any price band.']
      : [
          `It leans: homes ${lean.name} come out ${dollars(Math.abs(lean.bias))} too ${lean.bias < 0 ? 'low' : 'high'} on average.`,
        ]),
    ...(bands.length > 1
      ? [
          `Its error is smallest for homes ${best(bands).name} (${percent(best(bands).mape)}) and largest for homes ${worst(bands).name} (${percent(worst(bands).mape)}).`,
        ]
      : []),
  ]
}

function leaningBand({ bands, actual }: Evaluation) {
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length
  const [most] = [...bands].sort((left, right) => Math.abs(right.bias) - Math.abs(left.bias))
  return most === undefined || Math.abs(most.bias) < mean * LEANS ? null : most
}

function best(bands: Evaluation['bands']) {
  return bands.reduce((left, right) => (right.mape < left.mape ? right : left))
}

function worst(bands: Evaluation['bands']) {
  return bands.reduce((left, right) => (right.mape > left.mape ? right : left))
}

/** Old and new beside each other, for `textTable` and the report. */
export function comparisonRows(old: Evaluation, next: Evaluation): readonly (readonly string[])[] {
  const line = (title: string, of: (one: Evaluation) => string) => [title, of(old), of(next)]
  return [
    ...METRIC_ROWS.map(({ title, show }) => line(`${title}, test`, (one) => show(one.test))),
    ...METRIC_ROWS.map(({ title, show }) => line(`${title}, train`, (one) => show(one.train))),
    ...METRIC_ROWS.map(({ title, show }) => {
      return line(`${title}, 5 folds`, (one) => show(acrossFolds(one.folds).mean))
    }),
  ]
}
