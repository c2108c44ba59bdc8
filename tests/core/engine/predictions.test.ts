// Tensors become predictions in the signature's words, and nonsense becomes an error.

import { describe, expect, test } from 'bun:test'
import type { RunOutputs } from '#core/engine/outputs.ts'
import { readPredictions } from '#core/engine/predictions.ts'
import type { Signature } from '#core/model.ts'

const binary: Signature = {
  task: 'binary_classification',
  inputs: [],
  namesKnown: true,
  outputs: [],
  classes: ['No', 'Yes'],
}
const regression: Signature = { task: 'regression', inputs: [], namesKnown: true, outputs: [] }

function outputs(parts: Partial<RunOutputs>): RunOutputs {
  return { probabilities: null, label: null, values: null, ...parts }
}

function probabilities(width: number, ...data: number[]): RunOutputs {
  return outputs({ probabilities: { data: Float64Array.from(data), width } })
}

describe('classification', () => {
  test('takes the label from the largest probability, the first of equals', () => {
    expect(readPredictions(binary, probabilities(2, 0.25, 0.75, 0.5, 0.5), 2)).toEqual([
      { kind: 'classification', label: 'Yes', probabilities: [0.25, 0.75] },
      { kind: 'classification', label: 'No', probabilities: [0.5, 0.5] },
    ])
  })

  test('completes the probability of the positive class alone', () => {
    expect(readPredictions(binary, probabilities(1, 0.75), 1)).toEqual([
      { kind: 'classification', label: 'Yes', probabilities: [0.25, 0.75] },
    ])
  })

  test.each([
    ['text', ['Yes'] as const, 'Yes'],
    ['a position', BigInt64Array.of(1n), 'Yes'],
    ['a number that is no class', BigInt64Array.of(7n), '7'],
  ])('believes the graph’s own label given as %s', (_, label, expected) => {
    const run = { ...probabilities(2, 0.75, 0.25), label }
    expect(readPredictions(binary, run, 1)[0]).toMatchObject({ label: expected })
  })

  test('invents no probabilities for a label alone', () => {
    const run = outputs({ label: ['Yes', 'No'] })
    expect(readPredictions(binary, run, 2)).toEqual([
      { kind: 'classification', label: 'Yes', probabilities: [] },
      { kind: 'classification', label: 'No', probabilities: [] },
    ])
  })

  test.each<[string, RunOutputs]>([
    ['NaN', probabilities(2, Number.NaN, 1)],
    ['a margin', probabilities(2, -3, 4)],
    ['too many columns', probabilities(3, 0.2, 0.3, 0.5)],
    ['nothing', outputs({})],
  ])('refuses %s', (_, run) => {
    expect(() => readPredictions(binary, run, 1)).toThrow('The model gave')
  })
})

describe('regression', () => {
  test('gives one value, or several in order', () => {
    const one = outputs({ values: { data: Float32Array.of(1.5, -2), width: 1 } })
    expect(readPredictions(regression, one, 2)).toEqual([
      { kind: 'regression', value: 1.5 },
      { kind: 'regression', value: -2 },
    ])
    const two = outputs({ values: { data: Float32Array.of(1, 2, 3, 4), width: 2 } })
    expect(readPredictions(regression, two, 2)).toEqual([
      { kind: 'values', values: [1, 2] },
      { kind: 'values', values: [3, 4] },
    ])
  })

  test('refuses what is not finite', () => {
    const run = outputs({ values: { data: Float32Array.of(Number.POSITIVE_INFINITY), width: 1 } })
    expect(() => readPredictions(regression, run, 1)).toThrow('no finite number')
  })
})
