// Naive Bayes, networks, curves and dummies: what is unknown or out of bounds, and files that cannot be right.

import { describe, expect, test } from 'bun:test'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { predictorNeeds } from '#core/pipeline/predictor-needs.ts'
import { answersOf, array, fitted, list, matrix, read, refusal, texts } from './predictors.ts'

const NETWORK = 'neural_network._multilayer_perceptron'

describe('categorical naive Bayes', () => {
  const model: Predictor = {
    kind: 'categorical-bayes',
    logPrior: Float64Array.of(Math.log(0.5), Math.log(0.5)),
    columns: [
      matrix([Math.log(0.9), Math.log(0.2)], [Math.log(0.1), Math.log(0.8)]),
      matrix([0, 0], [0, 0], [Math.log(0.25), Math.log(0.5)]),
    ],
  }

  test('multiplies what it knows of each category', async () => {
    const { numbers } = await answersOf(model, [[1, 2]], ['a', 'b'])
    expect(numbers[0]?.[0]).toBeCloseTo(0.025 / 0.425, 12)
  })

  test('has no answer for a category that it never saw, and cuts fractions off', async () => {
    const rows = [
      [2, 0],
      [-1, 0],
      [0, 3],
      [1.9, 0],
    ]
    const { numbers } = await answersOf(model, rows, ['a', 'b'])
    expect(numbers.map((row) => row.some(Number.isNaN))).toEqual([true, true, true, false])
  })

  test('allows the categories that it knows', () => {
    const needs = predictorNeeds(model, 2)
    expect(needs.map((need) => need.categories)).toEqual([
      ['0', '1'],
      ['0', '1', '2'],
    ])
  })

  test('without a probability for each class is refused', () => {
    const record = fitted('naive_bayes', 'CategoricalNB', {
      feature_log_prob_: list(array([[0, 0, 0]]), array([[0, 0]])),
      class_log_prior_: array([0]),
      classes_: texts('a', 'b'),
    })
    expect(refusal(record, 2)).toContain('each class and category')
  })
})

describe('an isotonic curve', () => {
  const curve = { X_thresholds_: array([0, 1, 3]), y_thresholds_: array([10, 20, 20]) }

  test('is linear between its points and flat beyond them where it clips', async () => {
    const record = fitted('isotonic', 'IsotonicRegression', { ...curve, out_of_bounds: 'clip' })
    const { predictor } = read(record, 1)
    const { numbers } = await answersOf(predictor, [[-5], [0.25], [1], [2], [9]], null)
    expect(numbers.flat()).toEqual([10, 12.5, 20, 20, 20])
  })

  test('has no answer beyond them where it does not', async () => {
    const { predictor } = read(fitted('isotonic', 'IsotonicRegression', curve), 1)
    const { numbers } = await answersOf(predictor, [[-0.1], [0], [3], [3.1]], null)
    expect(numbers.flat()).toEqual([Number.NaN, 10, 20, Number.NaN])
  })

  test('of a single point, or of two, is one piece', async () => {
    const one = read(
      fitted('isotonic', 'IsotonicRegression', {
        X_thresholds_: array([2]),
        y_thresholds_: array([7]),
        out_of_bounds: 'clip',
      }),
      1,
    )
    expect((await answersOf(one.predictor, [[1], [2]], null)).numbers.flat()).toEqual([7, 7])
    const two = read(
      fitted('isotonic', 'IsotonicRegression', {
        X_thresholds_: array([0, 4]),
        y_thresholds_: array([0, 8]),
        out_of_bounds: 'clip',
      }),
      1,
    )
    expect((await answersOf(two.predictor, [[1], [3]], null)).numbers.flat()).toEqual([2, 6])
  })

  test('with points out of order is refused', () => {
    const parts = { X_thresholds_: array([1, 0]), y_thresholds_: array([1, 2]) }
    expect(refusal(fitted('isotonic', 'IsotonicRegression', parts), 1)).toContain('usable points')
  })
})

describe('dummies', () => {
  const parts = { classes_: texts('a', 'b'), class_prior_: array([0.3, 0.7]) }

  test('say the same for every row', async () => {
    const { predictor } = read(
      fitted('dummy', 'DummyClassifier', { ...parts, strategy: 'prior' }),
      2,
    )
    const rows = [
      [1, 2],
      [Number.NaN, 4],
      [5, 6],
    ]
    const { numbers } = await answersOf(predictor, rows, ['a', 'b'])
    expect(numbers).toEqual([
      [0.3, 0.7],
      [0.3, 0.7],
      [0.3, 0.7],
    ])
  })

  test('that answer at random are refused', () => {
    const record = fitted('dummy', 'DummyClassifier', { ...parts, strategy: 'stratified' })
    expect(refusal(record, 1)).toContain('answers at random (strategy stratified)')
  })
})

describe('networks that are refused', () => {
  const layers = {
    coefs_: list(array([[1], [2]]), array([[3]])),
    intercepts_: list(array([0]), array([0])),
    activation: 'relu',
    out_activation_: 'identity',
  }

  test.each([
    ['another width', {}, 3, 'fitted with 2 columns, but 3 reach it'],
    ['layers that do not meet', { coefs_: list(array([[1], [2]]), array([[3], [4]])) }, 2, 'fit'],
    ['an unknown activation', { activation: 'swish' }, 2, 'uses the activation swish'],
    ['an unknown end', { out_activation_: 'softmax' }, 2, 'ends with softmax'],
  ])('%s', (_, change, width, words) => {
    expect(refusal(fitted(NETWORK, 'MLPRegressor', { ...layers, ...change }), width)).toContain(
      words,
    )
  })

  test('several labels at once', () => {
    const encoder = fitted('preprocessing._label', 'LabelBinarizer', {
      y_type_: 'multilabel-indicator',
    })
    const parts = { ...layers, _label_binarizer: encoder }
    expect(refusal(fitted(NETWORK, 'MLPClassifier', parts), 2)).toContain('several labels at once')
  })

  test('while one that fits is read', () => {
    expect(read(fitted(NETWORK, 'MLPRegressor', layers), 2).outputs).toBe(1)
  })
})
