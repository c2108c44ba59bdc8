// What servers say of their models, as Triton, KServe and MLServer write it, and what it is taken to mean.

import { describe, expect, test } from 'bun:test'
import { describeRemote, readRemote, writeRemote } from '#core/engine/remote/description.ts'
import { readRemoteModel } from '#core/engine/remote/signature.ts'
import type { SignatureHints } from '#core/formats/signature.ts'

const URL = 'http://triton:8000/v2/models/m'
const tensor = (name: string, datatype: string, ...shape: number[]) => ({ name, datatype, shape })

function read(inputs: unknown[], outputs: unknown[], hints: SignatureHints = {}) {
  return readRemoteModel(describeRemote(URL, { inputs, outputs }), hints)
}

const TABLE = [tensor('input__0', 'FP32', -1, 2)]

describe('metadata means', () => {
  test('a classifier with probabilities, where a label stands beside numbers', () => {
    const { signature, binding } = read(
      [tensor('float_input', 'FP32', -1, 2)],
      [tensor('label', 'INT64', -1), tensor('probabilities', 'FP32', -1, 3)],
    )
    expect(signature.task).toBe('multiclass_classification')
    expect(signature.classes).toEqual(['0', '1', '2'])
    expect(signature.inputs.map(({ name }) => name)).toEqual(['float_input_0', 'float_input_1'])
    expect(binding).toEqual({
      inputs: [
        {
          tensor: 'float_input',
          type: 'float32',
          fields: ['float_input_0', 'float_input_1'],
          rank: 2,
        },
      ],
      probabilities: 'probabilities',
      label: 'label',
    })
  })

  test('a classifier where its classes are given, by a person or by another Parley', () => {
    const given = read(TABLE, [tensor('output__0', 'FP32', -1, 2)], { classes: ['No', 'Yes'] })
    const parameters = { classes: '["No","Yes"]' }
    const told = read(TABLE, [{ ...tensor('output__0', 'FP32', -1, 2), parameters }])
    for (const { signature } of [given, told]) {
      expect([signature.task, signature.positiveLabel]).toEqual(['binary_classification', 'Yes'])
    }
    const single = read(TABLE, [tensor('score', 'FP32', -1)], { classes: ['No', 'Yes'] })
    expect(single.signature.task).toBe('binary_classification')
  })

  test('values where numbers stand alone', () => {
    expect(read(TABLE, [tensor('output__0', 'FP32', -1)]).signature.task).toBe('regression')
    const two = read(TABLE, [tensor('out', 'FP32', -1, 2)])
    expect(two.signature.outputs.map(({ name }) => name)).toEqual(['out_0', 'out_1'])
    const parameters = { names: '["low","high"]' }
    const named = read(TABLE, [{ ...tensor('out', 'FP32', -1, 2), parameters }])
    expect(named.signature.outputs.map(({ name }) => name)).toEqual(['low', 'high'])
  })

  test('labels alone where there is nothing else', () => {
    const { signature, binding } = read(TABLE, [tensor('label', 'BYTES', -1, 1)])
    expect(signature.task).toBe('multiclass_classification')
    expect(binding.label).toBe('label')
    expect(binding.probabilities).toBeUndefined()
  })

  test('a column for each tensor of its own, by its datatype', () => {
    const kinds = [
      ['a', 'FP64', 'float'],
      ['b', 'INT8', 'integer'],
      ['c', 'BOOL', 'boolean'],
      ['d', 'BYTES', 'string'],
    ] as const
    const inputs = kinds.map(([name, datatype]) => tensor(name, datatype, -1, 1))
    const { signature } = read(inputs, [tensor('y', 'FP64', -1)])
    expect(signature.inputs.map(({ name, type }) => [name, type])).toEqual(
      kinds.map(([name, , type]) => [name, type]),
    )
  })

  test('as many columns as there are names, where the server does not say', () => {
    const features = ['a', 'b', 'c']
    const { binding } = read([tensor('x', 'FP32', -1, -1)], [tensor('y', 'FP32', -1)], { features })
    expect(binding.inputs[0]?.fields).toEqual(features)
  })
})

describe('metadata is refused', () => {
  const y = [tensor('y', 'FP32', -1)]
  test.each<[string, unknown[], unknown[], SignatureHints, string]>([
    ['without inputs', [], y, {}, 'inputs'],
    ['with half precision', [tensor('x', 'FP16', -1, 2)], y, {}, 'not read here'],
    ['with images', [tensor('x', 'FP32', -1, 3, 224, 224)], y, {}, '[rows, columns]'],
    ['with unknown columns', [tensor('x', 'FP32', -1, -1)], y, {}, 'names of the features'],
    ['with other names than columns', TABLE, y, { features: ['a'] }, '1 names were given'],
    ['with a name twice', TABLE, y, { features: ['a', 'a'] }, 'same name'],
    ['with rows by the four', [tensor('x', 'FP32', 4, 2)], y, {}, '4 rows at a time'],
    ['with two outputs of numbers', TABLE, [...y, tensor('z', 'FP32', -1)], {}, '"y", "z"'],
    ['with other classes than numbers', TABLE, y, { classes: ['a', 'b', 'c'] }, '3 classes'],
    ['with unknown numbers', TABLE, [tensor('y', 'FP32', -1, -1)], {}, 'name its classes'],
  ])('%s', (_, inputs, outputs, hints, words) => {
    expect(() => read(inputs, outputs, hints)).toThrow(words)
  })
})

test('a description reads back as it was written, and nothing else does', () => {
  const remote = describeRemote(URL, { inputs: TABLE, outputs: [tensor('y', 'FP32', -1)] })
  const bytes = writeRemote(remote)
  expect(readRemote(bytes)).toEqual(remote)
  expect(() => readRemote(bytes.slice(0, 40))).toThrow('damaged')
})
