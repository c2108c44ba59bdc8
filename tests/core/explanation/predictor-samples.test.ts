// What predictors keep of their training tells which values their columns usually have.

import { describe, expect, test } from 'bun:test'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { predictorSamples } from '#core/pipeline/predictor-samples.ts'
import { doubles, integers, linear, list, made, pipeline } from '../formats/sklearn/hand-made.ts'

function matrix(...rows: readonly (readonly number[])[]): Matrix {
  return {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    data: Float64Array.from(rows.flat()),
  }
}

/** A quarter of the rows are of the first class. */
const PRIOR = Float64Array.of(Math.log(0.25), Math.log(0.75))

describe('the columns of a predictor', () => {
  test('reach one standard deviation beyond the means of classes, with the mean of all rows between', () => {
    const samples = predictorSamples({
      kind: 'gaussian-bayes',
      logPrior: PRIOR,
      means: matrix([10, 5], [30, 5]),
      variances: matrix([4, 9], [16, 9]),
    })
    expect(samples).toEqual([
      { minimum: 8, maximum: 34, example: 25 },
      { minimum: 2, maximum: 8, example: 5 },
    ])
  })

  test('are zeros and ones where the variance says so', () => {
    const share = (mean: number) => mean * (1 - mean)
    const [flag] = predictorSamples({
      kind: 'gaussian-bayes',
      logPrior: PRIOR,
      means: matrix([0.2], [0.9]),
      // With what the library adds to each.
      variances: matrix([share(0.2) + 1e-8], [share(0.9) + 1e-8]),
    })
    expect(flag).toEqual({ minimum: 0, maximum: 1, example: 1 })
  })

  test('have the variances along the rotated axes of a quadratic discriminant', () => {
    const turn = Math.SQRT1_2
    const rotation = matrix([turn, -turn], [turn, turn])
    const [first, second] = predictorSamples({
      kind: 'quadratic',
      logPrior: Float64Array.of(0),
      means: matrix([100, 0]),
      rotations: [rotation],
      scalings: [Float64Array.of(6, 2)],
    })
    // Half of 6 and half of 2 in both columns: a standard deviation of 2.
    expect(first).toEqual({ minimum: 98, maximum: 102, example: 100 })
    expect(second).toEqual({ minimum: -2, maximum: 2, example: 0 })
  })

  test('lie between stored rows, centres and the ends of a curve', () => {
    const points = matrix([1, 7], [3, 9], [5, 8])
    const [first, second] = predictorSamples({
      kind: 'kernel',
      kernel: { kind: 'linear' },
      vectors: points,
      dualCoefficients: matrix([1, 1, -1]),
      intercept: Float64Array.of(0),
      target: { kind: 'value' },
    })
    expect(first).toEqual({ minimum: 1, maximum: 5, example: 3 })
    expect(second).toEqual({ minimum: 7, maximum: 9, example: 8 })
    const centres = predictorSamples({
      kind: 'centres',
      centres: matrix([1.004, 2], [7.018, 2]),
      metric: { kind: 'euclidean' },
      posterior: null,
    })
    expect(centres).toEqual([{ minimum: 1, maximum: 7, example: 4 }, { example: 2 }])
    expect(
      predictorSamples({
        kind: 'interpolation',
        x: Float64Array.of(2, 3, 10),
        y: Float64Array.of(0, 1, 2),
        beyond: 'none',
      }),
    ).toEqual([{ minimum: 2, maximum: 10, example: 6 }])
  })

  test('are not guessed from numbers that are none, or by predictors that keep nothing', () => {
    const broken = predictorSamples({
      kind: 'gaussian-bayes',
      logPrior: PRIOR,
      means: matrix([Number.NaN, 1], [2, 1]),
      variances: matrix([1, -1], [1, 1]),
    })
    expect(broken).toEqual([null, null])
    expect(
      predictorSamples({ kind: 'layers', layers: [], activation: 'relu', output: 'identity' }),
    ).toEqual([])
  })
})

describe('the inputs of a scikit-learn file', () => {
  test('know the mean that a projection took away', () => {
    const components = made('sklearn.decomposition._pca.PCA', {
      components_: doubles([0.6, 0.8], [1, 2]),
      mean_: doubles([40, 3.21]),
      whiten: false,
      n_features_in_: 2,
    })
    const { inputs } = describeSklearn(pipeline(['pca', components], ['model', linear([2])]), {})
    expect(inputs.map(({ example }) => example)).toEqual([40, 3.21])
  })

  test('hear of members that see only some of the columns', () => {
    const member = made('sklearn.naive_bayes.GaussianNB', {
      theta_: doubles([10, 20], [2, 1]),
      var_: doubles([1, 1], [2, 1]),
      class_prior_: doubles([0.5, 0.5]),
      classes_: integers(0, 1),
      n_features_in_: 1,
    })
    const bag = made('sklearn.ensemble._bagging.BaggingClassifier', {
      estimators_: list(member, member),
      estimators_features_: list(integers(2), integers(0)),
      classes_: integers(0, 1),
      n_classes_: 2,
      n_features_in_: 3,
      _sklearn_version: '1.6.1',
    })
    const { inputs } = describeSklearn(bag, {})
    expect(inputs.map(({ minimum, maximum }) => [minimum, maximum])).toEqual([
      [9, 21],
      [undefined, undefined],
      [9, 21],
    ])
  })
})
