// Checks how words of a command line become an operation's input.

import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { argumentsOf, parseArguments } from '#core/operations/arguments.ts'

const predict = z.strictObject({
  model: z.string(),
  features: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  version: z.int().optional(),
})
const deploy = z.strictObject({
  upload: z.string().optional(),
  name: z.string().optional(),
  features: z.array(z.string()).optional(),
  positive_label: z.string().optional(),
  deploy: z.boolean().optional(),
})
const promote = z.strictObject({ model: z.string(), version: z.int() })
const remove = z.strictObject({ model: z.string(), confirmation: z.string().optional() })

function inputOf(schema: z.ZodObject, line: readonly string[]): unknown {
  const parsed = parseArguments(schema, line)
  return parsed.ok ? parsed.value.input : parsed.failure.details.map((detail) => detail.message)
}

describe('a command line', () => {
  test('takes name=value words as features', () => {
    expect(
      inputOf(predict, ['churn', 'tenure=24', 'contract=two year', 'online=true', 'gone=null']),
    ).toEqual({
      model: 'churn',
      features: { tenure: 24, contract: 'two year', online: true, gone: null },
    })
  })

  test('keeps a value that only starts like a number as text', () => {
    expect(inputOf(predict, ['churn', 'a=24 months', 'b=1e3', 'c=-.5', 'd=0x10', 'e='])).toEqual({
      model: 'churn',
      features: { a: '24 months', b: 1000, c: -0.5, d: '0x10', e: '' },
    })
  })

  test('asks for the value of an option that ends the line', () => {
    expect(inputOf(promote, ['churn', '2', '--output'])).toEqual([
      '--output needs a value after it.',
    ])
  })

  test('does not choose between two values of one feature', () => {
    expect(inputOf(predict, ['churn', 'tenure=24', 'tenure=42'])).toEqual([
      'tenure is given twice.',
    ])
  })

  test('a feature called __proto__ is a feature', () => {
    const parsed = parseArguments(predict, ['churn', '__proto__=1'])
    const features = parsed.ok ? parsed.value.input['features'] : null
    expect(JSON.stringify(features)).toBe('{"__proto__":1}')
    expect(Object.getPrototypeOf({}).constructor).toBe(Object)
  })

  test('takes features as JSON too', () => {
    expect(inputOf(predict, ['churn', '--features', '{"tenure":24}', '--version=2'])).toEqual({
      model: 'churn',
      features: { tenure: 24 },
      version: 2,
    })
  })

  test('reads positional words in order, lists, and switches', () => {
    expect(inputOf(promote, ['churn', '2'])).toEqual({ model: 'churn', version: 2 })
    expect(
      inputOf(deploy, ['m.pkl', '--features', 'a, b', '--positive-label', 'Yes', '--no-deploy']),
    ).toEqual({ upload: 'm.pkl', features: ['a', 'b'], positive_label: 'Yes', deploy: false })
    expect(inputOf(deploy, ['m.pkl', '--features=["a,b","c"]'])).toEqual({
      upload: 'm.pkl',
      features: ['a,b', 'c'],
    })
  })

  test('reads the options that every command has', () => {
    const parsed = parseArguments(promote, ['churn', '2', '--json', '--yes', '-o', 'out.csv'])
    expect(parsed.ok && parsed.value.common).toEqual({
      json: true,
      yes: true,
      help: false,
      output: 'out.csv',
      reportErrors: false,
    })
  })

  test('reports every problem at once', () => {
    expect(inputOf(promote, ['--colour', 'churn', 'two', 'three'])).toEqual([
      '--colour is not an option here.',
      'version must be a whole number; it is "two".',
      'I do not know what "three" is for.',
    ])
    expect(inputOf(promote, [])).toEqual(['model is missing.', 'version is missing.'])
    expect(inputOf(promote, ['churn', '--version'])).toEqual(['--version needs a value after it.'])
    expect(inputOf(promote, ['churn', 'x'])).toEqual(['version must be a whole number; it is "x".'])
    expect(inputOf(remove, ['churn', 'now'])).toEqual(['I do not know what "now" is for.'])
  })

  test('never offers what is asked as a confirmation', () => {
    expect(argumentsOf(remove).map((field) => field.name)).toEqual(['model'])
  })
})
