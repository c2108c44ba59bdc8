// The values of a prediction form: what is asked for, what is sent, and where the server's words belong.

import { expect, test } from 'bun:test'
import type { InputDescription } from '#api/web/client/api.ts'
import {
  checkValues,
  errorsFromDetails,
  exampleValues,
  featuresOf,
  parseFeatures,
} from '#api/web/models/form-values.ts'

const INPUTS: readonly InputDescription[] = [
  { name: 'tenure', type: 'float', optional: false },
  { name: 'rooms', type: 'integer', optional: false },
  { name: 'total', type: 'float', optional: true },
  { name: 'grade', type: 'category', optional: false, categories: ['1', '2'] },
  { name: 'furnished', type: 'boolean', optional: true },
]

test('a forgotten value is asked for; one that may be missing or was said to be missing is not', () => {
  expect(Object.keys(checkValues(INPUTS, {}))).toEqual(['tenure', 'rooms', 'grade'])
  const said = { tenure: null, rooms: 2, total: '', grade: '1', furnished: '' }
  expect(checkValues(INPUTS, said)).toEqual({})
})

test('a number must be one, and whole where the model counts', () => {
  const errors = checkValues(INPUTS, { tenure: 'x', rooms: 2.5, grade: '1' })
  expect(errors).toEqual({
    tenure: 'This must be a number.',
    rooms: 'This must be a whole number.',
  })
})

test('features are numbers where the model wants them, text where it does not, and nothing invented', () => {
  const values = { tenure: '24', rooms: 2, total: '', grade: '1', furnished: false }
  expect(featuresOf(INPUTS, values)).toEqual({ tenure: 24, rooms: 2, grade: '1', furnished: false })
  expect(featuresOf(INPUTS, { tenure: null })).toEqual({ tenure: null })
})

test('the form begins with the example', () => {
  expect(exampleValues(INPUTS, { tenure: 24 })).toMatchObject({ tenure: 24, rooms: '' })
})

test("the server's details stand under their fields, and the others stay readable", () => {
  const details = [
    { path: 'features.tenure', message: 'must be a number' },
    { path: 'features.tenur', message: 'is not known; did you mean tenure?' },
    { path: '', message: 'something else' },
  ]
  expect(errorsFromDetails(INPUTS, details)).toEqual({
    errors: { tenure: 'must be a number' },
    rest: ['features.tenur is not known; did you mean tenure?', 'something else'],
  })
})

test('pasted JSON must be an object', () => {
  expect(parseFeatures('{"tenure": 24}')).toEqual({ tenure: 24 })
  expect(parseFeatures('[1]')).toContain('object')
  expect(parseFeatures('{')).toContain('This is not JSON')
})
