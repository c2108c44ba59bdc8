// A signature says what a description holds, and nothing that the file does not tell.

import { describe, expect, test } from 'bun:test'
import type { ModelDescription } from '#core/formats/description.ts'
import { signatureOf, unknownNamesWarning } from '#core/formats/signature.ts'

const regression: ModelDescription = {
  task: 'regression',
  library: 'xgboost',
  libraryVersion: '3.4.1',
  modelClass: 'XGBRegressor',
  objective: 'reg:squarederror',
  inputs: [{ name: 'size', type: 'float', optional: false }],
  namesKnown: true,
  classes: null,
  outputNames: null,
  missingValue: null,
  predictor: {
    kind: 'linear',
    featureCount: 1,
    groups: 1,
    weights: Float32Array.of(1),
    bias: Float32Array.of(0),
    transform: 'identity',
  },
  warnings: [],
}

const several: ModelDescription = {
  ...regression,
  task: 'multiclass_classification',
  classes: ['low', 'mid', 'high'],
}

describe('a signature', () => {
  test('of a regression has one number and no classes', () => {
    expect(signatureOf(regression, {})).toEqual({
      task: 'regression',
      inputs: regression.inputs,
      namesKnown: true,
      outputs: [{ name: 'prediction', type: 'number' }],
    })
  })

  test('of several numbers names each', () => {
    const { outputs } = signatureOf({ ...regression, outputNames: ['north', 'south'] }, {})
    expect(outputs.map(({ name, type }) => [name, type])).toEqual([
      ['north', 'number'],
      ['south', 'number'],
    ])
  })

  test('of three classes has no positive label', () => {
    const signature = signatureOf(several, { positiveLabel: 'high' })
    expect(signature.classes).toEqual(['low', 'mid', 'high'])
    expect(signature.positiveLabel).toBeUndefined()
    expect(signature.outputs.map(({ type }) => type)).toEqual(['label', 'probability'])
  })

  test('leaves bands to those who know what is predicted', () => {
    const binary = { ...several, task: 'binary_classification', classes: ['0', '1'] } as const
    const signature = signatureOf(binary, {})
    expect(signature.positiveLabel).toBe('1')
    expect(signature.riskBands).toBeUndefined()
    expect(signature.confidenceBands).toBeUndefined()
  })
})

test('placeholders are named in the warning that asks for the real names', () => {
  expect(unknownNamesWarning(1)).toContain('I use f0 for now')
  expect(unknownNamesWarning(2)).toContain('I use f0 and f1 for now')
  expect(unknownNamesWarning(3)).toContain('I use f0, f1 and f2 for now')
  expect(unknownNamesWarning(30)).toContain('I use f0 to f29 for now')
})
