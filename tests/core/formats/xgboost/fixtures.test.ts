// Every model that a real XGBoost wrote is read and predicts what that XGBoost predicted.

import { describe, expect, test } from 'bun:test'
import type { ModelDescription } from '#core/formats/description.ts'
import {
  describeFixture,
  type Expected,
  type Fixture,
  isPickle,
  isPlainPickle,
  loadFixtures,
} from './fixtures.ts'
import { predictRow, type ReferencePrediction } from './reference-predictor.ts'

/** Largest allowed difference, relative to the larger of the value and 1e-3 (around zero an absolute one). */
const TOLERANCE = 1e-5

const fixtures = loadFixtures()
const served = fixtures.filter(
  (fixture) =>
    fixture.expected.objective !== 'custom' && (!isPickle(fixture) || isPlainPickle(fixture)),
)

describe('a model written by a real XGBoost', () => {
  test('is there for every era', () => {
    expect(served.length).toBeGreaterThan(500)
  })

  for (const fixture of served) {
    test(`${fixture.name} is described and predicts as its library did`, () => {
      const description = describeFixture(fixture)
      checkFacts(description, fixture)
      fixture.expected.rows.forEach((row, index) => {
        const predicted = predictRow(description, row)
        checkRow(description, fixture.expected, index, predicted)
      })
    })
  }
})

function checkFacts(description: ModelDescription, { expected, name }: Fixture): void {
  expect(description.library).toBe('xgboost')
  expect(description.objective).toBe(expected.objective)
  expect(description.task).toBe(taskOf(expected))
  if (isPickle({ name } as Fixture)) expect(description.modelClass).toBe(expected.class)
  if (description.libraryVersion !== null) {
    expect(expected.version.startsWith(description.libraryVersion)).toBe(true)
  }
  const names = description.inputs.map((input) => input.name)
  if (description.namesKnown) expect(names).toEqual([...(expected.feature_names ?? [])])
  else expect(names).toEqual(names.map((_, index) => `f${index}`))
  if (expected.categories_in_file === true) {
    for (const [column, categories] of Object.entries(expected.categories ?? {})) {
      const input = description.inputs.find((field) => field.name === column)
      expect(input).toMatchObject({ type: 'category', categories: [...categories] })
    }
  }
}

function taskOf({ task }: Expected): string {
  // Several labels a row are several numbers to us: the probability of each.
  return task === 'multilabel_classification' ? 'regression' : task
}

function checkRow(
  description: ModelDescription,
  expected: Expected,
  row: number,
  predicted: ReferencePrediction,
): void {
  if (expected.margins !== null) expectClose(predicted.margins, toList(expected.margins[row]))
  const probabilities = probabilitiesOf(description, predicted)
  if (expected.probabilities !== null) expectClose(probabilities, expected.probabilities[row] ?? [])
  if (expected.labels !== null) {
    const wanted = expected.labels[row]
    const labels = labelsOf(description, predicted, probabilities)
    expect(labels).toEqual(typeof wanted === 'string' ? wanted : [...(wanted ?? [])])
  }
  // Booster.predict of these gives a class or log odds, which the labels and margins already compare.
  if (expected.values !== null && description.task === 'regression') {
    expectClose(predicted.outputs, toList(expected.values[row]))
  }
}

function probabilitiesOf(
  description: ModelDescription,
  { outputs }: ReferencePrediction,
): readonly number[] {
  const [positive = Number.NaN] = outputs
  if (description.classes === null || outputs.length > 1) return outputs
  return [1 - positive, positive]
}

function labelsOf(
  description: ModelDescription,
  predicted: ReferencePrediction,
  probabilities: readonly number[],
): string | readonly string[] {
  if (description.classes === null) {
    return predicted.outputs.map((probability) => (probability > 0.5 ? '1' : '0'))
  }
  return description.classes[probabilities.indexOf(Math.max(...probabilities))] ?? ''
}

function toList(value: number | readonly number[] | undefined): readonly number[] {
  return typeof value === 'number' ? [value] : (value ?? [])
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length)
  wanted.forEach((value, index) => {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    expect(difference).toBeLessThanOrEqual(TOLERANCE * Math.max(Math.abs(value), 1e-3))
  })
}
