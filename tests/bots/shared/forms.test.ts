// Checks forms made from signatures, what is read from them, and what a slash command means.

import { describe, expect, test } from 'bun:test'
import { readCommand } from '#bots/shared/command-text.ts'
import { formOf, readForm } from '#bots/shared/model-form.ts'
import type { Signature } from '#core/model.ts'

const signature: Signature = {
  task: 'regression',
  namesKnown: true,
  inputs: [
    { name: 'area', type: 'float', optional: false, unit: 'm²', minimum: 10, maximum: 400 },
    { name: 'rooms', type: 'integer', optional: false },
    { name: 'balcony', type: 'boolean', optional: true },
    { name: 'kind', type: 'category', optional: false, categories: ['Flat', 'House'] },
    { name: 'age', type: 'float', optional: false, nullable: true },
  ],
  outputs: [{ name: 'price', type: 'number' }],
}

describe('a form', () => {
  test('says of each field what it takes', () => {
    expect(formOf(signature)).toMatchObject([
      { label: 'area (m²)', kind: 'number', hint: 'seen in training: 10 to 400', optional: false },
      { kind: 'integer' },
      { kind: 'boolean', options: ['yes', 'no'], optional: true },
      { kind: 'choice', options: ['Flat', 'House'] },
      { kind: 'number', optional: true },
    ])
  })

  test('reads numbers as people write them, and leaves out what was left blank', () => {
    const typed = { area: '$1,680.50', rooms: '3', balcony: '', kind: 'house', age: null }
    expect(readForm(signature, typed)).toEqual({
      ok: true,
      features: { area: 1680.5, rooms: 3, kind: 'House', age: null },
    })
  })

  test('names every field that cannot be read', () => {
    const reading = readForm(signature, { area: '1,5', rooms: '2.5', balcony: 'maybe', kind: '' })
    expect(reading).toEqual({
      ok: false,
      problems: [
        { path: 'area', message: 'must be a number such as 70 or 1,680.50' },
        { path: 'rooms', message: 'must be a whole number' },
        { path: 'balcony', message: 'must be yes or no' },
        { path: 'kind', message: 'is needed' },
      ],
    })
  })
})

describe('a slash command', () => {
  const inputOf = (text: string) => {
    const read = readCommand(text)
    if (!read.ok) return read.failure.code
    return read.value.kind === 'talk'
      ? read.value.message
      : [read.value.operation, read.value.input]
  }

  test('names an operation and its input, as words or as JSON', () => {
    expect(inputOf('list-models')).toEqual(['list_models', {}])
    expect(inputOf('predict churn tenure=24 plan="two year" vip=true')).toEqual([
      'predict',
      { model: 'churn', features: { tenure: 24, plan: 'two year', vip: true } },
    ])
    expect(inputOf('predict {"model":"churn","features":{"tenure":24}}')).toEqual([
      'predict',
      { model: 'churn', features: { tenure: 24 } },
    ])
    expect(inputOf('predict {"model":')).toBe('invalid_input')
    expect(inputOf('promote_version churn')).toBe('invalid_input')
  })

  test('is talk where it names none', () => {
    expect(inputOf('show me the models')).toBe('show me the models')
    expect(inputOf('predict for a customer with 24 months tenure')).toBe(
      'predict for a customer with 24 months tenure',
    )
  })
})
