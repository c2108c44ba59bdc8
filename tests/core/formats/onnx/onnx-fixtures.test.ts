// Every ONNX file of the usual converters is described, made plain, and answers what Python's onnxruntime answered.

import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FormatError } from '#core/formats/format-error.ts'
import { describeOnnxFile } from '#core/formats/onnx/describe-onnx.ts'
import { type FixtureRow, runDescription } from './run-description.ts'

const FOLDER = join(import.meta.dir, '../../../fixtures/onnx')

const TOLERANCE = 1e-5

interface Expected {
  readonly task: string
  readonly classes: readonly string[] | null
  readonly inputs: readonly { readonly name: string }[]
  readonly rows: readonly FixtureRow[]
  readonly labels: readonly string[] | null
  readonly probabilities: readonly (readonly number[])[] | null
  readonly values: readonly (readonly number[])[] | null
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'))

function load(name: string): { readonly bytes: Uint8Array; readonly expected: Expected } {
  return {
    bytes: new Uint8Array(readFileSync(join(FOLDER, name))),
    expected: JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8')),
  }
}

describe('an ONNX file of a usual converter', () => {
  for (const name of names.filter((file) => file !== 'external_data.onnx')) {
    test(`${name} answers what onnxruntime answered in Python`, async () => {
      const { bytes, expected } = load(name)
      const description = describeOnnxFile(bytes, {})
      expect(String(description.task)).toBe(expected.task)
      if (expected.classes !== null) expect(description.classes).toEqual([...expected.classes])
      const answers = await runDescription(description, expected.rows)
      if (answers.labels !== null) expect(answers.labels).toEqual([...(expected.labels ?? [])])
      expectClose(answers.probabilities, expected.probabilities)
      expectClose(answers.values, expected.values)
    })
  }

  test('is refused when its weights lie in another file', () => {
    const { bytes } = load('external_data.onnx')
    expect(() => describeOnnxFile(bytes, {})).toThrow(FormatError)
    expect(() => describeOnnxFile(bytes, {})).toThrow('in another file')
  })

  test('takes the names of a bare matrix from the person, and counts them', () => {
    const { bytes } = load('zipmap.onnx')
    const features = ['age', 'income', 'visits', 'score']
    const described = describeOnnxFile(bytes, { features })
    expect(described.namesKnown).toBe(true)
    expect(described.inputs.map(({ name }) => name)).toEqual(features)
    expect(describeOnnxFile(bytes, {}).warnings).toHaveLength(1)
    expect(() => describeOnnxFile(bytes, { features: ['age'] })).toThrow('takes 4 features')
  })

  test('has its inputs as fields where each is a column of its own', () => {
    const { bytes } = load('mixed_inputs.onnx')
    const { inputs, namesKnown } = describeOnnxFile(bytes, {})
    expect(namesKnown).toBe(true)
    expect(inputs.map(({ name, type }) => [name, type])).toEqual([
      ['age', 'float'],
      ['income', 'float'],
      ['visits', 'integer'],
      ['city', 'string'],
    ])
  })

  test('takes null where its first operator is a tree ensemble, and only there', () => {
    expect(describeOnnxFile(load('xgboost_binary.onnx').bytes, {}).inputs[0]?.nullable).toBe(true)
    expect(describeOnnxFile(load('network.onnx').bytes, {}).inputs[0]?.nullable).toBeUndefined()
  })
})

function expectClose(
  actual: readonly (readonly number[])[] | null,
  wanted: readonly (readonly number[])[] | null,
): void {
  expect(actual === null).toBe(wanted === null)
  if (actual === null || wanted === null) return
  expect(actual).toHaveLength(wanted.length)
  wanted.forEach((row, index) => {
    row.forEach((value, column) => {
      const difference = Math.abs((actual[index]?.[column] ?? Number.NaN) - value)
      expect(difference).toBeLessThanOrEqual(TOLERANCE * Math.max(1e-3, Math.abs(value)))
    })
  })
}
