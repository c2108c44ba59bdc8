// What a description and its signature say beyond the numbers: names, hints, what may be missing, which trees are used.

import { describe, expect, test } from 'bun:test'
import type { ModelDescription } from '#core/formats/description.ts'
import { type SignatureHints, signatureOf } from '#core/formats/signature.ts'
import { describeXgboostFile } from '#core/formats/xgboost/describe-xgboost.ts'
import { jsonBytes, type ModelParts, modelDocument, stump } from './documents.ts'
import { describeFixture, type Fixture, loadFixtures } from './fixtures.ts'
import { predictRow } from './reference-predictor.ts'

const fixtures = loadFixtures()

function fixture(name: string): Fixture {
  const found = fixtures.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found
}

function describeParts(parts: ModelParts, hints: SignatureHints = {}): ModelDescription {
  return describeXgboostFile(jsonBytes(modelDocument(parts)), hints)
}

describe('feature names', () => {
  test('come from the model', () => {
    const { inputs, namesKnown, warnings } = describeFixture(fixture('1.7.6/binary.pkl'))
    expect(inputs.map(({ name }) => name)).toEqual(['age', 'income', 'visits', 'score'])
    expect(inputs.map(({ type }) => type)).toEqual(['float', 'float', 'integer', 'float'])
    expect(namesKnown).toBe(true)
    expect(warnings).toEqual([])
  })

  test('are asked for where the model was trained on a bare array, in every era', () => {
    for (const version of ['0.90', '1.2.1', '1.5.2', '1.7.6', '3.4.1']) {
      const described = describeFixture(fixture(`${version}/binary_array.pkl`))
      expect(described.namesKnown).toBe(false)
      expect(described.inputs.map(({ name }) => name)).toEqual(['f0', 'f1', 'f2', 'f3'])
      expect(described.warnings[0]).toStartWith(
        'This file has no feature names (it was trained on a bare array). I use f0 to f3 for now',
      )
    }
  })

  test('given by the person go before the model’s own, and are counted', () => {
    const features = ['w', 'x', 'y', 'z']
    const described = describeFixture(fixture('1.7.6/binary_array.pkl'), { features })
    expect(described.inputs.map(({ name }) => name)).toEqual(features)
    expect(described.namesKnown).toBe(true)
    expect(described.warnings).toEqual([])
    expect(() => describeParts({}, { features: ['x'] })).toThrow(
      'takes 2 features, and 1 name was given',
    )
    expect(() => describeParts({}, { features: ['x', 'x'] })).toThrow(
      'Two features have the name "x"',
    )
  })
})

test('names that do not fit are the input’s fault, so the file stays one to try again', () => {
  const wishes = [{ features: ['x'] }, { features: ['x', 'x'] }, { classes: ['a'] }]
  for (const given of wishes) {
    expect(() => describeParts({ objective: 'binary:logistic' }, given)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  }
})

describe('a missing value', () => {
  test('may be left out where training saw the feature missing, and is null elsewhere', () => {
    const complete = describeFixture(fixture('1.7.6/complete_data.pkl')).inputs
    expect(complete.every(({ optional, nullable }) => !optional && nullable === true)).toBe(true)
    const gaps = describeFixture(fixture('1.7.6/multiclass.pkl')).inputs
    expect(gaps.some(({ optional }) => optional)).toBe(true)
  })

  test('has a number of its own where the wrapper says so', () => {
    expect(describeFixture(fixture('1.7.6/missing_minus_999.pkl')).missingValue).toBe(-999)
    expect(describeFixture(fixture('1.7.6/binary.pkl')).missingValue).toBeNull()
  })
})

describe('classes', () => {
  const binary = { objective: 'binary:logistic' } as const

  test('are codes where the file has no labels, and the person’s where they are given', () => {
    expect(describeParts(binary).classes).toEqual(['0', '1'])
    const classes = ['stays', 'leaves']
    expect(describeParts(binary, { classes }).classes).toEqual(classes)
    expect(() => describeParts(binary, { classes: ['a'] })).toThrow(
      'has 2 classes, and 1 name was given',
    )
    expect(() => describeParts(binary, { classes: ['a', 'a'] })).toThrow(
      'Two classes have the name "a"',
    )
  })

  test('come from the label encoder of old wrappers', () => {
    for (const version of ['0.90', '1.2.1', '1.5.2']) {
      expect(describeFixture(fixture(`${version}/string_labels.pkl`)).classes).toEqual([
        'no',
        'yes',
      ])
    }
  })

  test('become a signature whose positive label is the last class or the one that is given', () => {
    const described = describeParts(binary, { classes: ['no', 'yes'] })
    expect(signatureOf(described, {})).toMatchObject({
      task: 'binary_classification',
      classes: ['no', 'yes'],
      positiveLabel: 'yes',
    })
    expect(signatureOf(described, { positiveLabel: 'no' }).positiveLabel).toBe('no')
    expect(() => signatureOf(described, { positiveLabel: 'maybe' })).toThrow(
      'its classes are "no" and "yes"',
    )
  })
})

describe('numbers', () => {
  test('have one output, or one a target, quantile or label', () => {
    const outputs = (name: string): readonly string[] => {
      const described = describeFixture(fixture(name))
      expect(described.task).toBe('regression')
      return signatureOf(described, {}).outputs.map((output) => output.name)
    }
    expect(outputs('1.7.6/regressor.pkl')).toEqual(['prediction'])
    expect(outputs('1.7.6/multi_output.pkl')).toEqual(['output_0', 'output_1'])
    expect(outputs('3.4.1/quantile_several.pkl')).toEqual([
      'quantile_0.1',
      'quantile_0.5',
      'quantile_0.9',
    ])
    expect(outputs('1.7.6/multilabel.pkl')).toEqual(['label_0', 'label_1', 'label_2'])
  })

  test('of several outputs take their names from the person', () => {
    const classes = ['north', 'south']
    const described = describeFixture(fixture('1.7.6/multi_output.pkl'), { classes })
    expect(described.outputNames).toEqual(classes)
  })

  test('of a classifier that gives none are refused', () => {
    const attributes = { scikit_learn: '{"_estimator_type": "classifier"}' }
    expect(() => describeParts({ attributes })).toThrow('gives no probabilities of classes')
  })
})

describe('early stopping', () => {
  const parts = (more: Record<string, string>): ModelParts => ({
    trees: [stump(), stump(), stump()],
    attributes: { best_iteration: '0', ...more },
  })

  test('ends a wrapper at its best round, and says so', () => {
    const described = describeParts(parts({ scikit_learn: '{"_estimator_type": "regressor"}' }))
    expect(predictRow(described, [0, 1]).outputs).toEqual([2.5])
    expect(described.warnings).toEqual([
      'Training stopped early: like XGBRegressor.predict, Parley uses the first 1 of 3 trees.',
    ])
  })

  test('does not end a bare Booster, and says so', () => {
    const described = describeParts(parts({}))
    expect(predictRow(described, [0, 1]).outputs).toEqual([6.5])
    expect(described.warnings[0]).toContain('best with the first 1 of 3 trees')
  })

  test('counts all trees of a round, and takes no more than there are', () => {
    const wrapper = { scikit_learn: '{"_estimator_type": "regressor"}' }
    const rounds = { ...parts(wrapper), more: { iteration_indptr: [0, 2, 3] } }
    expect(predictRow(describeParts(rounds), [0, 1]).outputs).toEqual([4.5])
    const beyond = parts({ ...wrapper, best_iteration: '99' })
    expect(predictRow(describeParts(beyond), [0, 1]).outputs).toEqual([6.5])
    const nonsense = parts({ ...wrapper, best_iteration: 'best' })
    expect(predictRow(describeParts(nonsense), [0, 1]).outputs).toEqual([6.5])
  })
})

describe('an objective', () => {
  test('with an output of its own kind says what it is', () => {
    expect(describeParts({ objective: 'rank:ndcg' }).warnings).toEqual([
      'The value is a ranking score.',
    ])
    expect(describeParts({ objective: 'binary:logitraw' }).warnings[0]).toContain('log odds')
  })

  test('of several expectiles is refused, for its outputs add up in a way we do not have', () => {
    const parameters = { num_target: '2' }
    const parts = { objective: 'reg:expectileerror', parameters, treeInfo: [1] }
    expect(() => describeParts(parts)).toThrow('several expectiles')
  })
})
