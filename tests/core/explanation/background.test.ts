// Rows to compare with come from training, from ranges, or from what a file says is usual; where it says nothing, that is told.

import { describe, expect, test } from 'bun:test'
import { backgroundOf } from '#core/explanation/background.ts'
import type { InputField, Row } from '#core/model.ts'
import { createRandom } from '#core/training/random.ts'

function backgroundFor(inputs: readonly InputField[], training?: readonly Row[]) {
  return backgroundOf({ inputs }, training, createRandom('background'))
}

function field(name: string, more: Partial<InputField> = {}): InputField {
  return { name, type: 'float', optional: false, ...more }
}

describe('rows to compare with', () => {
  test('are those of the training data where there are some', () => {
    const training = [{ a: 1 }, { a: 2 }]
    expect(backgroundFor([field('a')], training)).toEqual({
      rows: training,
      source: 'training',
      unknown: [],
    })
    expect(backgroundFor([field('a', { minimum: 0, maximum: 1 })], []).source).toBe('ranges')
  })

  test('are spread over ranges, categories and flags, and leave out what the model does not look at', () => {
    const found = backgroundFor([
      field('size', { minimum: 0, maximum: 64 }),
      field('rooms', { type: 'integer', minimum: 1, maximum: 4 }),
      field('plan', { type: 'category', categories: ['basic', 'gold'] }),
      field('paperless', { type: 'boolean' }),
      field('id', { unused: true }),
    ])
    expect(found.source).toBe('ranges')
    const rows = found.rows
    const values = (name: string) => rows.map((row) => row[name])
    expect(values('size').sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 64 }, (_, index) => index + 0.5),
    )
    expect(new Set(values('rooms'))).toEqual(new Set([1, 2, 3, 4]))
    expect(values('plan').filter((plan) => plan === 'gold')).toHaveLength(32)
    expect(values('paperless').filter((flag) => flag === true)).toHaveLength(32)
    expect(rows[0]).not.toHaveProperty('id')
  })

  test('stand in the middle where a file only says what is usual', () => {
    const usual = field('age', { example: 41 })
    const found = backgroundFor([usual, field('size', { minimum: 0, maximum: 1 })])
    expect(found.source).toBe('centre')
    expect(new Set(found.rows.map((row) => row['age']))).toEqual(new Set([41]))
    expect(new Set(found.rows.map((row) => row['size'])).size).toBe(64)
    expect(found.unknown).toEqual([])
  })

  test('have zeros where the file says nothing, and name the fields', () => {
    const usual = field('age', { example: 41 })
    const gone = field('id', { unused: true })
    const found = backgroundFor([usual, field('unknown'), field('code', { type: 'integer' }), gone])
    expect(found.source).toBe('zero')
    expect(found.unknown).toEqual(['unknown', 'code'])
    expect(new Set(found.rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(['{"age":41,"unknown":0,"code":0}']),
    )
  })
})
