// Live accuracy with its interval, and when it is called worse than training.

import { expect, test } from 'bun:test'
import { liveAccuracy } from '#core/monitoring/live-accuracy.ts'

const classes = (rows: number, right: number) =>
  Array.from({ length: rows }, (_, row) => ({ answer: 'Yes', actual: row < right ? 'Yes' : 'No' }))

test('a share right has Wilson’s interval', () => {
  // statsmodels.stats.proportion.proportion_confint(80, 100, method="wilson")
  const live = liveAccuracy(classes(100, 80), { accuracy: 0.81 })
  expect(live).toMatchObject({ measure: 'accuracy', value: 0.8, verdict: 'as_trained', rmse: null })
  expect(live?.from).toBeCloseTo(0.7111708, 6)
  expect(live?.to).toBeCloseTo(0.8666331, 6)
})

test('is worse only where the figure of training lies outside, on enough rows', () => {
  expect(liveAccuracy(classes(100, 80), { accuracy: 0.9 })?.verdict).toBe('worse')
  expect(liveAccuracy(classes(29, 10), { accuracy: 0.9 })?.verdict).toBe('too_few_rows')
  expect(liveAccuracy(classes(100, 99), { accuracy: 0.9 })?.verdict).toBe('as_trained')
  expect(liveAccuracy(classes(100, 80), {})?.verdict).toBe('nothing_to_compare')
  expect(liveAccuracy([], { accuracy: 1 })).toBeNull()
})

test('numbers have their mean error, and classes that are numbers are told from texts of them', () => {
  const judged = Array.from({ length: 40 }, (_, row) => ({
    answer: 100,
    actual: 100 + (row % 2) * 4,
  }))
  const live = liveAccuracy(judged, { mae: 1 })
  expect(live).toMatchObject({ measure: 'mae', value: 2, verdict: 'worse' })
  expect(live?.rmse).toBeCloseTo(Math.sqrt(8), 12)
  expect(liveAccuracy([{ answer: '1', actual: 1 }], {})?.value).toBe(1)
})
