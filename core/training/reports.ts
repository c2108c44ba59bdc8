// The judgement of a trained pipeline on rows that it has not seen, as it is written to metrics.json.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Target } from './learner.ts'
import { type ClassificationMetrics, classificationMetrics } from './metrics/classification.ts'
import { type RegressionMetrics, regressionMetrics } from './metrics/regression.ts'

export type Judgement =
  | {
      readonly kind: 'classification'
      readonly labels: readonly string[]
      readonly test: ClassificationMetrics
      readonly train: ClassificationMetrics
      /** Always the most frequent class of the training rows. */
      readonly baseline: ClassificationMetrics
    }
  | {
      readonly kind: 'regression'
      readonly test: RegressionMetrics
      readonly train: RegressionMetrics
      /** Always the mean of the training rows. */
      readonly baseline: RegressionMetrics
    }

interface Answered {
  readonly target: Target
  readonly answers: Matrix
}

export function judge(
  train: Answered,
  test: Answered,
  labels: readonly string[] | null,
): Judgement {
  if (labels !== null && train.target.kind === 'classes' && test.target.kind === 'classes') {
    const shares = classShares(train.target.codes, labels.length)
    return {
      kind: 'classification',
      labels,
      test: classificationMetrics(test.target.codes, test.answers),
      train: classificationMetrics(train.target.codes, train.answers),
      baseline: classificationMetrics(
        test.target.codes,
        repeatRow(shares, test.target.codes.length),
      ),
    }
  }
  if (train.target.kind !== 'values' || test.target.kind !== 'values') {
    throw new Error('labels belong to classes, and values have none')
  }
  const { values } = train.target
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    kind: 'regression',
    test: regressionMetrics(test.target.values, test.answers.data),
    train: regressionMetrics(values, train.answers.data),
    baseline: regressionMetrics(
      test.target.values,
      new Float64Array(test.target.values.length).fill(mean),
    ),
  }
}

function classShares(codes: Int32Array, classCount: number): Float64Array {
  const shares = new Float64Array(classCount)
  for (const code of codes) shares[code] = (shares[code] as number) + 1 / codes.length
  return shares
}

function repeatRow(row: Float64Array, rows: number): Matrix {
  const data = new Float64Array(rows * row.length)
  for (let index = 0; index < rows; index++) data.set(row, index * row.length)
  return { rows, columns: row.length, data }
}

/** What metrics.json holds. */
export function metricsJson(judgement: Judgement): Readonly<Record<string, unknown>> {
  if (judgement.kind === 'regression') {
    const { test, train, baseline } = judgement
    return { kind: 'regression', ...test, train, baseline }
  }
  const { labels, test, train, baseline } = judgement
  return {
    kind: 'classification',
    ...scores(test),
    per_class: Object.fromEntries(labels.map((label, code) => [label, test.perClass[code]])),
    train: scores(train),
    baseline: scores(baseline),
  }
}

function scores({ accuracy, macroF1, logLoss, rocAuc, brier }: ClassificationMetrics) {
  return { accuracy, macro_f1: macroF1, log_loss: logLoss, roc_auc: rocAuc, brier }
}
