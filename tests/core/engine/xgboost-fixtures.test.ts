// Every model that a real XGBoost wrote predicts the same after it became ONNX, compiled and on onnxruntime.

import { afterAll, describe, expect, test } from 'bun:test'
import type { Engine } from '#core/engine/engine.ts'
import type { ModelDescription } from '#core/formats/description.ts'
import type { Prediction } from '#core/model.ts'
import {
  describeFixture,
  type Expected,
  type Fixture,
  isPickle,
  isPlainPickle,
  loadFixtures,
} from '../formats/xgboost/fixtures.ts'
import { createTestEngine, floatRows, loadDescription, numbersOf } from './loading.ts'

/** Largest allowed difference relative to the value. */
const TOLERANCE = 1e-5

/**
 * Below this scale the difference is absolute, for sums of float32 end there: compiled code adds in XGBoost's order,
 * onnxruntime in one of its own that depends on the number of rows.
 */
const SMALLEST_SCALES: Readonly<Record<string, number>> = { compiled: 1e-2, onnxruntime: 0.1 }

/** Every so many rows are also asked alone; on onnxruntime each is a wait for a thread, which a busy machine makes long. */
const ALONE_EVERY: Readonly<Record<string, number>> = { compiled: 5, onnxruntime: 100 }

/** Models at once: their waits for a thread overlap, which is most of the time on a busy machine. */
const CONCURRENCY = 8

const compiledEngine = createTestEngine()
const sessionEngine = createTestEngine({ compile: false })
afterAll(async () => {
  await compiledEngine.close()
  await sessionEngine.close()
})

const served = loadFixtures().filter(
  (fixture) =>
    fixture.expected.objective !== 'custom' && (!isPickle(fixture.name) || isPlainPickle(fixture)),
)
const versions = Map.groupBy(served, (fixture) => fixture.name.split('/')[0] ?? '')

describe('models written by XGBoost', () => {
  test.each([...versions])(
    '%s',
    async (_, fixtures) => {
      const problems: string[] = []
      const queue = fixtures.values()
      const work = async () => {
        for (const fixture of queue) {
          const description = describeFixture(fixture)
          problems.push(...(await findProblems(compiledEngine, 'compiled', fixture, description)))
          problems.push(...(await findProblems(sessionEngine, 'onnxruntime', fixture, description)))
        }
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      expect(problems).toEqual([])
    },
    60_000,
  )
})

async function findProblems(
  engine: Engine,
  backend: string,
  { name, expected }: Fixture,
  description: ModelDescription,
): Promise<readonly string[]> {
  const model = await loadDescription(engine, description)
  const problems: string[] = []
  if (model.backend !== backend) problems.push(`${name} ran on ${model.backend}`)
  const columns = description.inputs.length
  const values = Float32Array.from(expected.rows.flat(), (value) => value ?? Number.NaN)
  const together = await model.predict(floatRows(values, columns))
  for (const [row, prediction] of together.entries()) {
    const answers = [prediction]
    if (row % (ALONE_EVERY[backend] ?? 1) === 0) {
      const one = floatRows(values.slice(row * columns, (row + 1) * columns), columns)
      answers.push(...(await model.predict(one)))
    }
    for (const answer of answers) {
      const problem = compare(expected, row, answer, SMALLEST_SCALES[backend] ?? 0)
      if (problem !== null) problems.push(`${backend} ${name} row ${row}: ${problem}`)
    }
  }
  await model.close()
  return problems
}

function compare(
  expected: Expected,
  row: number,
  prediction: Prediction,
  scale: number,
): string | null {
  if (prediction.kind !== 'classification') {
    const wanted = expected.probabilities?.[row] ?? expected.values?.[row] ?? []
    return compareNumbers(
      numbersOf([prediction]),
      typeof wanted === 'number' ? [wanted] : wanted,
      scale,
    )
  }
  const label = expected.labels?.[row]
  if (label !== undefined && label !== prediction.label) {
    return `${prediction.label} instead of ${String(label)}`
  }
  const wanted = expected.probabilities?.[row]
  return wanted === undefined ? null : compareNumbers(prediction.probabilities, wanted, scale)
}

function compareNumbers(
  actual: readonly number[],
  wanted: readonly number[],
  scale: number,
): string | null {
  if (actual.length !== wanted.length) return `${actual.length} numbers, not ${wanted.length}`
  const isClose = wanted.every((value, index) => {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    return difference <= TOLERANCE * Math.max(Math.abs(value), scale)
  })
  return isClose ? null : `${actual.join(' ')} instead of ${wanted.join(' ')}`
}
