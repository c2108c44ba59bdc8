import { describe, expect, test } from 'bun:test'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { calibrationOf } from '#core/training/metrics/calibration.ts'
import { classificationMetrics } from '#core/training/metrics/classification.ts'
import { regressionMetrics } from '#core/training/metrics/regression.ts'
import expected from './expected.json'

const DIGITS = 12

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, data: Float64Array.from(rows.flat()) }
}

function expectClose(actual: readonly number[], wanted: readonly number[]) {
  expect(actual.length).toBe(wanted.length)
  actual.forEach((value, index) => {
    expect(value).toBeCloseTo(wanted[index] ?? Number.NaN, DIGITS)
  })
}

describe('a classifier is judged as scikit-learn judges it', () => {
  test.each(expected.classification)('$name', (wanted) => {
    const truth = Int32Array.from(wanted.truth)
    const judged = classificationMetrics(truth, matrixOf(wanted.probabilities))
    expect(judged.confusion).toEqual(wanted.confusion)
    expectClose(
      [judged.accuracy, judged.logLoss, judged.brier],
      [wanted.accuracy, wanted.log_loss, wanted.brier],
    )
    expect(judged.macroF1).toBeCloseTo(wanted.macro_f1, DIGITS)
    if (wanted.roc_auc === null) expect(judged.rocAuc).toBeNull()
    else expect(judged.rocAuc ?? Number.NaN).toBeCloseTo(wanted.roc_auc, DIGITS)
    for (const name of ['precision', 'recall', 'f1', 'support'] as const) {
      expectClose(
        judged.perClass.map((one) => one[name]),
        wanted[name],
      )
    }
  })

  const binary = expected.classification.filter((one) => one.calibration !== undefined)
  test.each(binary)('calibration of $name', ({ truth, probabilities, calibration }) => {
    const { bins } = calibrationOf(
      Float64Array.from(probabilities, (row) => row[1] ?? 0),
      Int32Array.from(truth),
    )
    expectClose(
      bins.map(({ predicted }) => predicted),
      calibration?.predicted ?? [],
    )
    expectClose(
      bins.map(({ observed }) => observed),
      calibration?.observed ?? [],
    )
  })

  test('a forecast that is always right to the last digit has no calibration error', () => {
    const probabilities = Float64Array.from({ length: 100 }, (_, row) => (row < 50 ? 0.2 : 0.8))
    const positive = Int32Array.from({ length: 100 }, (_, row) => Number(row < 10 || row >= 60))
    expect(calibrationOf(probabilities, positive).error).toBeCloseTo(0, DIGITS)
    expect(calibrationOf(probabilities, new Int32Array(100)).error).toBeCloseTo(0.5, DIGITS)
  })
})

describe('a regression is judged as scikit-learn judges it', () => {
  test.each(expected.regression)('$name', (wanted) => {
    const judged = regressionMetrics(
      Float64Array.from(wanted.truth),
      Float64Array.from(wanted.predicted),
    )
    for (const name of ['r2', 'mae', 'rmse', 'mape'] as const) {
      expect(judged[name] / (wanted[name] || 1)).toBeCloseTo(wanted[name] === 0 ? 0 : 1, 9)
    }
  })
})
