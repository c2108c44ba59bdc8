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

/** Largest allowed difference relative to the value; below 0.01 it is absolute, for sums of float32 end there. */
const TOLERANCE = 1e-5
const SMALLEST_SCALE = 1e-2

const fixtures = loadFixtures()
const served = fixtures.filter(
  (fixture) =>
    fixture.expected.objective !== 'custom' && (!isPickle(fixture.name) || isPlainPickle(fixture)),
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
  expect(String(description.objective)).toBe(expected.objective)
  expect(String(description.task)).toBe(taskOf(expected))
  // 1.6 and 1.7 keep False and True as classes and yet answer 0 and 1; the answers count.
  const answersCodes = expected.labels?.some((label) => !expected.classes?.includes(String(label)))
  if (description.classes !== null && answersCodes !== true) {
    expect(description.classes).toEqual(expected.classes ?? [])
  }
  if (isPickle(name)) expect(description.modelClass).toBe(expected.class)
  if (description.libraryVersion !== null) {
    expect(expected.version.startsWith(description.libraryVersion)).toBe(true)
  }
  const names = description.inputs.map((input) => input.name)
  if (description.namesKnown)
    expect(names).toEqual((expected.feature_names ?? []).map(asWritten(expected)))
  else expect(names).toEqual(names.map((_, index) => `f${index}`))
  if (expected.categories_in_file === true) {
    for (const [column, categories] of Object.entries(expected.categories ?? {})) {
      const input = description.inputs.find((field) => field.name === column)
      expect(input?.type).toBe('category')
      expect(input?.categories).toEqual(categoriesAsWritten(expected, categories))
    }
  }
}

/** XGBoost 1.3 to 1.5 wrote a line break in a name as a backslash and an n. */
function asWritten({ version }: Expected): (name: string) => string {
  return (name) => (/^1\.[345]/.test(version) ? name.replaceAll('\n', '\\n') : name)
}

/** XGBoost 3.1 to 3.3 cut as many bytes off the last name as the names have characters of more than one byte. */
function categoriesAsWritten({ version }: Expected, names: readonly string[]): readonly string[] {
  if (!/^3\.[123]/.test(version)) return [...names]
  const text = names.join('')
  const cut = new TextEncoder().encode(text).length - text.length
  return names.map((name, index) =>
    index === names.length - 1 ? name.slice(0, name.length - cut) : name,
  )
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
    expect(difference).toBeLessThanOrEqual(TOLERANCE * Math.max(Math.abs(value), SMALLEST_SCALE))
  })
}
