// The validator: what each type of field takes, and that all problems come back at once.

import { describe, expect, test } from 'bun:test'
import { createEncoder } from '#core/engine/encoder.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import type { InputField, Signature } from '#core/model.ts'

function field(name: string, type: InputField['type'], rest: Partial<InputField> = {}): InputField {
  return { name, type, optional: false, ...rest }
}

function signatureOf(inputs: readonly InputField[]): Signature {
  return { task: 'regression', inputs, namesKnown: true, outputs: [] }
}

function floatBinding(inputs: readonly InputField[]): TensorBinding {
  const fields = inputs.map((input) => input.name)
  return { inputs: [{ tensor: 'features', type: 'float32', fields, rank: 2 }], values: 'values' }
}

function encoderOf(inputs: readonly InputField[], binding = floatBinding(inputs)) {
  return createEncoder(signatureOf(inputs), binding)
}

const churn = [
  field('tenure', 'integer'),
  field('monthly_charges', 'float'),
  field('total_charges', 'float', { optional: true }),
]

/** The column of one row, or the messages by path. */
function encodeOne(inputs: readonly InputField[], row: unknown): unknown {
  const outcome = encoderOf(inputs).encode([row as Record<string, unknown>], () => '')
  if (outcome.ok) return [...(outcome.value.columns[0] as Float32Array)]
  return Object.fromEntries(outcome.failure.details.map(({ path, message }) => [path, message]))
}

describe('a row', () => {
  test('is encoded in the signature’s order, whatever the order of its keys', () => {
    expect(encodeOne(churn, { total_charges: 3, tenure: 1, monthly_charges: 2 })).toEqual([1, 2, 3])
  })

  test('reports unknown, missing and mistyped fields together', () => {
    expect(encodeOne(churn, { monthlyCharges: 70, tenure: 'two years', colour: 1 })).toEqual({
      monthlyCharges: 'is not a field of this model; did you mean `monthly_charges`?',
      tenure: 'must be a whole number, not a text',
      colour: 'is not a field of this model',
      monthly_charges: 'is missing; it must be a number',
    })
  })

  test('takes null and absence as missing only where the field is optional', () => {
    expect(encodeOne(churn, { tenure: 1, monthly_charges: 2, total_charges: null })).toEqual([
      1,
      2,
      Number.NaN,
    ])
    expect(encodeOne(churn, { tenure: 1, monthly_charges: 2 })).toEqual([1, 2, Number.NaN])
    expect(encodeOne(churn, { tenure: null, monthly_charges: 2 })).toEqual({
      tenure: 'is null; it must be a whole number',
    })
    expect(encodeOne(churn, { tenure: undefined, monthly_charges: 2 })).toEqual({
      tenure: 'is missing; it must be a whole number',
    })
  })

  test('takes an explicit null, but not absence, where the field is nullable', () => {
    const inputs = [field('tenure', 'integer', { nullable: true })]
    expect(encodeOne(inputs, { tenure: null })).toEqual([Number.NaN])
    expect(encodeOne(inputs, {})).toEqual({ tenure: 'is missing; it must be a whole number' })
  })

  test.each([
    ['a list', [1, 2]],
    ['null', null],
    ['a number', 7],
  ])('that is %s is refused', (_, row) => {
    expect(encodeOne(churn, row)).toEqual({
      '': 'must be an object with one value for each field',
    })
  })

  test('with keys of Object.prototype names them as unknown and changes nothing', () => {
    const row = JSON.parse(
      '{"__proto__":{"tenure":5},"constructor":1,"tenure":1,"monthly_charges":2}',
    )
    expect(encodeOne(churn, row)).toEqual({
      ['__proto__']: 'is not a field of this model',
      constructor: 'is not a field of this model',
    })
    const odd = [field('__proto__', 'float'), field('constructor', 'float')]
    expect(encodeOne(odd, JSON.parse('{"__proto__":1,"constructor":2}'))).toEqual([1, 2])
    expect(encodeOne(odd, {})).toEqual({
      ['__proto__']: 'is missing; it must be a number',
      constructor: 'is missing; it must be a number',
    })
  })
})

const float32Largest = 3.4028234663852886e38

describe('a value', () => {
  const color = { categories: ['red', 'green', '7'] }
  test.each<[InputField['type'], Partial<InputField>, unknown, number]>([
    ['float', {}, 1.5, 1.5],
    ['float', {}, '70', 70],
    ['float', {}, ' -1e3 ', -1000],
    ['float', {}, '.5', 0.5],
    ['float', {}, '5.', 5],
    ['float', {}, float32Largest, float32Largest],
    ['integer', {}, 3, 3],
    ['integer', {}, '3.0', 3],
    ['integer', {}, true, 1],
    ['boolean', {}, false, 0],
    ['boolean', {}, 1, 1],
    ['boolean', {}, 'True', 1],
    ['boolean', {}, '0', 0],
    ['category', color, 'green', 1],
    ['category', color, 7, 2],
    ['category', {}, 2, 2],
    ['category', {}, '2', 2],
  ])('%s %p takes %p', (type, rest, value, expected) => {
    expect(encodeOne([field('x', type, rest)], { x: value })).toEqual([expected])
  })

  test.each<[InputField['type'], Partial<InputField>, unknown, string]>([
    ['float', {}, '70 dollars', 'must be a number, not a text'],
    ['float', {}, '', 'must be a number, not an empty text'],
    ['float', {}, '1,680', 'must be a number, not a text'],
    ['float', {}, '0x10', 'must be a number, not a text'],
    ['float', {}, 'Infinity', 'must be a number, not a text'],
    ['float', {}, true, 'must be a number, not true or false'],
    ['float', {}, [1], 'must be a number, not a list'],
    ['float', {}, {}, 'must be a number, not an object'],
    ['float', {}, Number.NaN, 'must be a finite number'],
    ['float', {}, Number.POSITIVE_INFINITY, 'must be a finite number'],
    ['float', {}, '1e999', 'must be a finite number'],
    ['float', {}, 1e39, 'is too large for this model'],
    ['float', {}, -1e39, 'is too large for this model'],
    ['integer', {}, 1.5, 'must be a whole number, not 1.5'],
    ['integer', {}, Number.NaN, 'must be a finite number'],
    ['boolean', {}, 2, 'must be true or false'],
    ['boolean', {}, 'maybe', 'must be true or false, not a text'],
    ['category', color, 'gren', 'must be one of "red", "green", "7"; did you mean "green"?'],
    ['category', color, 0, 'must be one of "red", "green", "7"'],
    ['category', color, null, 'is null; it must be the name of a category'],
    ['category', {}, -1, 'must be the code of a category: 0 or a larger whole number'],
    ['category', {}, 0.5, 'must be the code of a category: 0 or a larger whole number'],
    ['category', {}, 'red', 'must be the code of a category, not a text'],
    ['string', {}, 1, 'must be a text in quotes'],
  ])('%s %p refuses %p', (type, rest, value, message) => {
    expect(encodeOne([field('x', type, rest)], { x: value })).toEqual({ x: message })
  })
})

describe('several rows', () => {
  const encoder = encoderOf(churn)
  const good = { tenure: 1, monthly_charges: 2 }
  const bad = { tenure: 1 }

  test('name the row of each problem', () => {
    const outcome = encoder.encode([good, bad, bad], (row) => `instances[${row}].`)
    expect(outcome.ok ? [] : outcome.failure.details.map((detail) => detail.path)).toEqual([
      'instances[1].monthly_charges',
      'instances[2].monthly_charges',
    ])
    expect(outcome.ok ? '' : outcome.failure.message).toBe(
      'instances[1].monthly_charges is missing; it must be a number (and 1 more problem).',
    )
  })

  test('can be encoded apart, so that the good ones are still scored', () => {
    const { encoded, good: kept, problems } = encoder.encodeEach([bad, good, bad, good])
    expect(kept).toEqual([1, 3])
    expect([...problems.keys()]).toEqual([0, 2])
    expect(encoded.count).toBe(2)
    expect([...(encoded.columns[0] as Float32Array)]).toEqual([1, 2, Number.NaN, 1, 2, Number.NaN])
  })

  test('a row after a bad one does not inherit its values', () => {
    const wrong = { tenure: 9, monthly_charges: 9, total_charges: 9, colour: 1 }
    const { encoded } = encoder.encodeEach([wrong, good])
    expect([...(encoded.columns[0] as Float32Array)]).toEqual([1, 2, Number.NaN])
  })

  test('a thousand wrong rows give at most a hundred problems', () => {
    const outcome = encoder.encode(new Array(1000).fill({ nothing: 1 }), () => '')
    expect(outcome.ok ? 0 : outcome.failure.details.length).toBe(100)
  })
})

describe('tensors of other types', () => {
  const inputs = [
    field('count', 'integer'),
    field('price', 'float'),
    field('city', 'string'),
    field('flag', 'boolean'),
    field('size', 'category', { categories: ['S', 'L'] }),
  ]
  const binding: TensorBinding = {
    inputs: [
      { tensor: 'a', type: 'int64', fields: ['count'], rank: 1 },
      { tensor: 'b', type: 'float64', fields: ['price'], rank: 2 },
      { tensor: 'c', type: 'string', fields: ['city', 'size'], rank: 2 },
      { tensor: 'd', type: 'bool', fields: ['flag'], rank: 2 },
    ],
    values: 'values',
  }

  test('get values of their own kind', () => {
    const row = { count: '12', price: 1e300, city: 'Graz', flag: true, size: 'L' }
    const outcome = encoderOf(inputs, binding).encode([row], () => '')
    expect(outcome.ok ? outcome.value.columns : outcome.failure).toEqual([
      BigInt64Array.of(12n),
      Float64Array.of(1e300),
      ['Graz', 'L'],
      Uint8Array.of(1),
    ])
  })

  test('cannot hold a missing whole number, even where the field is optional', () => {
    const optional = [field('count', 'integer', { optional: true })]
    const outcome = encoderOf(optional, {
      inputs: [{ tensor: 'a', type: 'int64', fields: ['count'], rank: 2 }],
      values: 'values',
    }).encode([{}], () => '')
    expect(outcome.ok).toBe(false)
  })

  test('refuse a binding that does not fit the signature', () => {
    const other = floatBinding([field('elsewhere', 'float')])
    expect(() => encoderOf(churn, other)).toThrow('do not fit')
    expect(() => encoderOf(churn, floatBinding(churn.slice(1)))).toThrow('no place for "tenure"')
  })
})
