// How far two versions are apart, by what they answer.

import { expect, test } from 'bun:test'
import type { Prediction } from '#core/model.ts'
import { comparePredictions } from '#core/traffic/compare-predictions.ts'

const classes = (label: string, ...probabilities: number[]): Prediction => ({
  kind: 'classification',
  label,
  probabilities,
})
const compare = (
  answered: Prediction,
  shadow: Prediction,
  names: readonly string[] = ['No', 'Yes'],
  others: readonly string[] = names,
) =>
  comparePredictions(
    { signature: { classes: names }, prediction: answered },
    { signature: { classes: others }, prediction: shadow },
  )

test('labels agree or not, and are as far apart as their probability of the answered one', () => {
  const near = compare(classes('Yes', 0.4, 0.6), classes('Yes', 0.25, 0.75))
  expect(near.agrees).toBe(true)
  expect(near.distance).toBeCloseTo(0.15, 12)
  const far = compare(classes('Yes', 0.4, 0.6), classes('No', 0.9, 0.1))
  expect(far.agrees).toBe(false)
  expect(far.distance).toBeCloseTo(0.5, 12)
})

test('classes are matched by name, and one that is not known has no chance', () => {
  const turned = compare(classes('Yes', 0.4, 0.6), classes('Yes', 0.6, 0.4), undefined, [
    'Yes',
    'No',
  ])
  expect(turned).toEqual({ agrees: true, distance: 0 })
  const unknown = compare(classes('Yes', 0.4, 0.6), classes('No', 1, 0), undefined, ['No', 'Maybe'])
  expect(unknown).toEqual({ agrees: false, distance: 0.6 })
})

test('numbers agree within a hundredth', () => {
  const value = (one: number): Prediction => ({ kind: 'regression', value: one })
  expect(compare(value(200), value(202))).toEqual({ agrees: true, distance: 2 })
  expect(compare(value(200), value(203))).toEqual({ agrees: false, distance: 3 })
  expect(compare(value(200), value(Number.NaN))).toEqual({ agrees: false, distance: null })
  const values = (...all: number[]): Prediction => ({ kind: 'values', values: all })
  expect(compare(values(1, 2), values(1, 3))).toEqual({ agrees: false, distance: 0.5 })
  expect(compare(values(1, 2), values(1))).toEqual({ agrees: false, distance: null })
})

test('suggestions agree where the best one is the same; different kinds never', () => {
  const words = (...texts: string[]): Prediction => ({
    kind: 'suggestions',
    suggestions: texts.map((text) => ({ text, score: 1, positivity: 1 })),
  })
  expect(compare(words('good', 'great'), words('good'))).toEqual({ agrees: true, distance: null })
  expect(compare(words('good'), words('great', 'good')).agrees).toBe(false)
  expect(compare(words('good'), classes('Yes', 0, 1)).agrees).toBe(false)
})
