import { describe, expect, test } from 'bun:test'
import { applyPreparation, fitPreparation } from '#core/training/preparation/prepare-table.ts'
import { applyTfidf, fitTfidf } from '#core/training/preparation/tfidf.ts'
import type { Column, Table } from '#core/training/table.ts'
import expected from './expected.json'

function numberTable(columns: Readonly<Record<string, readonly (number | null)[]>>): Table {
  const made = Object.entries(columns).map(
    ([name, values]): Column => ({
      kind: 'number',
      name,
      values: Float64Array.from(values, (value) => value ?? Number.NaN),
    }),
  )
  return { rows: made[0]?.values.length ?? 0, columns: made }
}

function textTable(columns: Readonly<Record<string, readonly (string | null)[]>>): Table {
  const made = Object.entries(columns).map(
    ([name, values]): Column => ({ kind: 'text', name, values }),
  )
  return { rows: made[0]?.values.length ?? 0, columns: made }
}

function fit(table: Table, scaler: 'standard' | 'robust' | null) {
  const names = table.columns.map(({ name }) => name)
  const fitted = fitPreparation(table, table, names, { scaler, fillNumbers: true })
  if (!fitted.ok) throw new Error(fitted.failure.message)
  return fitted.value
}

function expectClose(actual: Iterable<number> | undefined, wanted: readonly number[]) {
  const values = [...(actual ?? [])]
  expect(values.length).toBe(wanted.length)
  values.forEach((value, index) => {
    const truth = wanted[index] ?? Number.NaN
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(truth)))
  })
}

describe('numbers are prepared as scikit-learn prepares them', () => {
  const { columns, ...wanted } = expected.numbers
  const table = numberTable(columns)

  test('by mean and deviation, constant columns left alone', () => {
    const { numbers } = fit(table, 'standard')
    expectClose(numbers?.medians ?? undefined, wanted.medians)
    const scaler = numbers?.scaler
    if (scaler?.kind !== 'standard') throw new Error('the scaler is the one asked for')
    expectClose(scaler.mean, wanted.mean)
    expectClose(scaler.variance, wanted.variance)
    expectClose(scaler.scale, wanted.standard_scale)
  })

  test('by median and range of the middle half', () => {
    const scaler = fit(table, 'robust').numbers?.scaler
    if (scaler?.kind !== 'robust') throw new Error('the scaler is the one asked for')
    expectClose(scaler.center, wanted.center)
    expectClose(scaler.scale, wanted.robust_scale)
  })

  test('or not at all, gaps and all', () => {
    const names = table.columns.map(({ name }) => name)
    const options = { scaler: null, fillNumbers: false }
    const fitted = fitPreparation(table, table, names, options)
    if (!fitted.ok) throw new Error(fitted.failure.message)
    const { data } = applyPreparation(fitted.value, table)
    expect([...data.subarray(4, 6)]).toEqual([columns.gaps[0] ?? Number.NaN, Number.NaN])
  })
})

describe('categories are prepared as scikit-learn prepares them', () => {
  const { columns, ...wanted } = expected.categories
  const table = textTable(columns)
  const prepared = fit(table, 'standard')

  test('in the order of code points, gaps taken for the most frequent', () => {
    expect(prepared.categories?.frequent).toEqual(wanted.frequent)
    expect(prepared.categories?.categories).toEqual(wanted.categories)
    expect([...applyPreparation(prepared, table).data]).toEqual(wanted.encoded.flat())
  })

  test('and one that was not learned is none of them', () => {
    const other = textTable({ tie: ['z'], signs: ['z'], numbers_as_text: ['z'] })
    expect([...applyPreparation(prepared, other).data].every((value) => value === 0)).toBe(true)
  })

  test('unless there are too many, which is said with their names', () => {
    const many = Array.from({ length: 13_000 }, (_, row) => `value ${row}`)
    const wide = textTable({ street: many })
    const options = { scaler: null, fillNumbers: true }
    const fitted = fitPreparation(wide, wide, ['street'], options)
    expect(fitted.ok).toBe(false)
    if (!fitted.ok) expect(fitted.failure.message).toContain('street (13000)')
  })
})

describe('words are weighed as scikit-learn weighs them', () => {
  test.each(expected.words)('$name', ({ texts, longest, minimum, terms, weights, rows }) => {
    const fitted = fitTfidf(texts, { longestGram: longest, minimumTexts: minimum })
    expect(fitted.terms).toEqual(terms)
    expectClose(fitted.weights, weights)
    const { start, column, value } = applyTfidf(fitted, [...texts, 'unknown only', null])
    rows.forEach((row, index) => {
      const dense = new Float64Array(terms.length)
      for (let at = start[index] ?? 0; at < (start[index + 1] ?? 0); at++) {
        dense[column[at] ?? 0] = value[at] ?? 0
      }
      expectClose(dense, row)
    })
  })
})
