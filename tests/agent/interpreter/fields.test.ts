// Values find their fields whatever the order and the form, for models that no rule was written for.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { bindFields } from '#agent/interpreter/fields.ts'
import { findSegments } from '#agent/interpreter/structured.ts'
import { tokenise } from '#agent/interpreter/tokens.ts'
import type { InputField, Signature } from '#core/model.ts'

const signatureOf = (inputs: readonly InputField[]): Signature => ({
  task: 'regression',
  namesKnown: true,
  inputs,
  outputs: [{ name: 'value', type: 'number' }],
})

const number = (name: string, more: Partial<InputField> = {}): InputField => ({
  name,
  type: 'float',
  optional: true,
  ...more,
})

const bind = (signature: Signature, text: string) =>
  bindFields(
    signature,
    tokenise(
      text,
      findSegments(text, () => false),
    ),
    () => false,
  )

const FLIGHT = signatureOf([
  number('distance', { unit: 'km' }),
  number('departure_hour', { type: 'integer' }),
  { name: 'carrier', type: 'category', optional: false, categories: ['Blue Air', 'SkyJet', 'NW'] },
  { name: 'is_holiday', type: 'boolean', optional: false },
  number('load_factor', { minimum: 0, maximum: 1 }),
  { name: 'remark', type: 'string', optional: true },
])

const BINDINGS: readonly (readonly [text: string, features: Record<string, unknown>])[] = [
  ['a distance of 850 km and departure hour 17', { distance: 850, departure_hour: 17 }],
  ['500 miles distance', { distance: 804.672 }],
  ['distance 850, holiday, carrier skyjet', { distance: 850, is_holiday: true, carrier: 'SkyJet' }],
  ['not a holiday, with blue air', { is_holiday: false, carrier: 'Blue Air' }],
  ['is_holiday=no carrier=nw', { is_holiday: false, carrier: 'NW' }],
  ['load factor 85%', { load_factor: 0.85 }],
  ['departureHour: 6, loadFactor: .5', { departure_hour: 6, load_factor: 0.5 }],
  ['distence 850 departure_hour 9', { distance: 850, departure_hour: 9 }],
  [
    'remark "not a holiday, distance 5", distance 900',
    { remark: 'not a holiday, distance 5', distance: 900 },
  ],
  ['load factor unknown, distance 10', { load_factor: null, distance: 10 }],
  [
    'distance, departure hour and load factor are 850, 6 and 0.5',
    { distance: 850, departure_hour: 6, load_factor: 0.5 },
  ],
  ['distance from 100 to 200', {}],
  ['distance 100 or 200', {}],
  ['distance over 100', {}],
  ['distance 100, no wait, distance 200', { distance: 200 }],
]

describe('binding words to fields', () => {
  test.each(BINDINGS)('%p', (text, features) => {
    expect(bind(FLIGHT, text).features).toEqual(features as Record<string, never>)
  })

  test('a value that found no field is told', () => {
    expect(bind(FLIGHT, 'distance 850 and blood pressure 120').leftovers).toBe(1)
  })

  test('a field given twice is bound to neither', () => {
    const binding = bind(FLIGHT, 'distance 100, load factor 0.5, distance 200')
    expect(binding.conflicts).toEqual(['distance'])
    expect(binding.features).toEqual({ load_factor: 0.5 })
  })
})

/** Words that are no units, numbers or links, so that any of them can make a name. */
const NOUNS = [
  'engine',
  'oxygen',
  'harvest',
  'voltage',
  'humidity',
  'salinity',
  'rainfall',
  'payload',
  'torque',
  'viscosity',
  'altitude',
  'biomass',
  'nitrogen',
  'porosity',
  'luminance',
  'seismic',
] as const
const KINDS = ['', 'level', 'index', 'peak', 'mean', 'gross'] as const

interface Said {
  readonly name: string
  readonly value: number
  readonly form: number
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const spoken = (name: string) => name.replaceAll('_', ' ')

/** Ways to say one value; each is unmistakable by itself. */
const FORMS: readonly ((said: Said) => string)[] = [
  ({ name, value }) => `${name}=${value}`,
  ({ name, value }) => `${spoken(name)} ${value}`,
  ({ name, value }) => `${spoken(name)} of ${value}`,
  ({ name, value }) => `${spoken(name)} is about ${value}`,
  ({ name, value }) => `${camel(name)}: ${value}`,
  ({ name, value }) => `${value} ${spoken(name)}`,
  ({ name, value }) =>
    `a ${spoken(name)} of ${value.toLocaleString('en-US', { maximumFractionDigits: 3 })}`,
]

const rows = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NOUNS), fc.constantFrom(...KINDS)), {
    minLength: 2,
    maxLength: 7,
    selector: ([noun]) => noun,
  })
  .chain((names) =>
    fc.tuple(
      fc.constant(names.map(([noun, kind]) => (kind === '' ? noun : `${noun}_${kind}`))),
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 99_999 }),
          fc.integer({ min: 1, max: 99_999 }).map((whole) => whole / 100),
        ),
        { minLength: names.length, maxLength: names.length },
      ),
      fc.array(fc.nat(FORMS.length - 1), { minLength: names.length, maxLength: names.length }),
      fc.shuffledSubarray([...names.keys()], { minLength: names.length, maxLength: names.length }),
      fc.constantFrom(', ', '; ', ' and ', '\n'),
    ),
  )

describe('binding invented rows of invented models', () => {
  test('every way of saying a row binds to that row', () => {
    fc.assert(
      fc.property(rows, ([names, values, forms, order, separator]) => {
        const wanted: Record<string, number> = {}
        const said = order.map((index) => {
          const name = names[index] ?? ''
          const value = values[index] ?? 0
          return FORMS[forms[index] ?? 0]?.({ name, value, form: 0 }) ?? ''
        })
        names.forEach((name, index) => {
          wanted[name] = values[index] ?? 0
        })
        const binding = bind(signatureOf(names.map((name) => number(name))), said.join(separator))
        expect(binding.features).toEqual(wanted)
        expect(binding.leftovers).toBe(0)
      }),
      { numRuns: 400, seed: 20260101 },
    )
  })
})
