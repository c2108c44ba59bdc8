// Damaged models of every encoding end as a model that predicts or as a FormatError with an offset, never otherwise.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createCursor } from '#core/formats/cursor.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { isRecord } from '#core/formats/pickle/access.ts'
import { runPickle } from '#core/formats/pickle/machine.ts'
import { describeXgboostFile } from '#core/formats/xgboost/describe-xgboost.ts'
import { readPickledXgboost } from '#core/formats/xgboost/pickled-wrapper.ts'
import { type Fixture, loadFixtures } from './fixtures.ts'
import { predictRow } from './reference-predictor.ts'

/** Cases for each model; set PARLEY_TEST_RUNS for a run at length. */
const RUNS = Number(process.env['PARLEY_TEST_RUNS'] ?? 150)

const SEEDS = [
  '0.90/saved_multiclass.model',
  '1.2.1/saved_dart.model',
  '1.2.1/multiclass.pkl',
  '1.5.2/saved_classifier.json',
  '1.7.6/categorical_partition.pkl',
  '2.0.3/saved_gblinear.json',
  '3.4.1/multi_output_vector_leaf.pkl',
  '3.4.1/categorical_odd_names.pkl',
  '3.4.1/saved_dart.json',
]

/** A change of some bytes: overwritten, cut out, doubled, or numbers set to extremes. */
const mutation = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'double', 'extreme', 'truncate'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  size: fc.integer({ min: 1, max: 24 }),
  byte: fc.integer({ min: 0, max: 255 }),
})

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never

describe('a damaged model', () => {
  for (const fixture of loadFixtures().filter(({ name }) => SEEDS.includes(name))) {
    test(`made of ${fixture.name} is refused with an offset, or predicts`, () => {
      const original = modelBytes(fixture)
      const row = fixture.expected.rows[0] ?? []
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
          readOrRefuse(mutations.reduce(mutate, original), row)
        }),
        { numRuns: RUNS },
      )
    })
  }
})

/** The Booster's own bytes, so that the damage hits the documents and not the pickle around them. */
function modelBytes({ name, bytes }: Fixture): Uint8Array {
  if (!name.endsWith('.pkl')) return bytes
  const { value } = runPickle(createCursor(bytes, 'pickle'), createBudget())
  if (!isRecord(value)) throw new Error(`${name} holds no object`)
  return readPickledXgboost(value).handle
}

function readOrRefuse(bytes: Uint8Array, row: readonly (number | null)[]): void {
  try {
    const description = describeXgboostFile(bytes, {})
    const padded = description.inputs.map((_, index) => row[index] ?? null)
    expect(predictRow(description, padded).outputs.length).toBeGreaterThan(0)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    expect(Number.isSafeInteger(error.offset) && error.offset >= 0).toBe(true)
    expect(error.message.length).toBeLessThan(2000)
  }
}

function mutate(bytes: Uint8Array, { kind, at, size, byte }: Mutation): Uint8Array {
  if (bytes.length === 0) return bytes
  const start = Math.floor(at * bytes.length)
  const end = Math.min(bytes.length, start + size)
  switch (kind) {
    case 'flip':
      return bytes.with(start, byte)
    case 'extreme':
      return bytes.slice().fill(byte % 2 === 0 ? 0xff : 0, start, end)
    case 'cut':
      return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)])
    case 'double':
      return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(start)])
    case 'truncate':
      return bytes.slice(0, start)
  }
}
