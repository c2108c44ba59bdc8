// Models made of models, where the fixtures do not reach: rare members, rules of ties, files that were tampered with.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { refusal } from '../support.ts'
import {
  classified,
  doubles,
  integers,
  linear,
  list,
  logistic,
  made,
  texts,
  tuple,
  values,
} from './hand-made.ts'

const sigmoid = (margin: number) => 1 / (1 + Math.exp(-margin))

/** Always the second of its two classes, or always the first. */
const certain = (isSecond: boolean, classes: PickleValue) =>
  logistic([0], isSecond ? 50 : -50, classes)

function bag(members: readonly PickleRecord[], more: Record<string, PickleValue> = {}) {
  return made('sklearn.ensemble._bagging.BaggingClassifier', {
    estimators_: list(...members),
    classes_: texts('a', 'b', 'c'),
    n_features_in_: 1,
    ...more,
  })
}

describe('bags', () => {
  test('put members that never saw a class at the places of those they did', async () => {
    const model = bag([certain(true, integers(0, 2)), certain(true, integers(1, 2))])
    const [answer] = await classified(model, [[1]])
    expect(answer?.label).toBe('c')
    expect(answer?.probabilities[2]).toBeCloseTo(1, 12)
    expect(answer?.probabilities[0]).toBeCloseTo(0, 12)
  })

  test('refuse members with classes and columns that are not there', () => {
    const stranger = bag([certain(true, integers(0, 3))])
    expect(refusal(() => describeSklearn(stranger, {})).message).toContain(
      'a class that is not among its own',
    )
    const outside = bag([logistic([1])], { estimators_features_: list(integers(7)) })
    expect(refusal(() => describeSklearn(outside, {})).message).toContain('a column outside its 1')
  })
})

describe('votes', () => {
  const vote = (weights: PickleValue, voting = 'hard') =>
    made('sklearn.ensemble._voting.VotingClassifier', {
      estimators: list(
        tuple('first', logistic([1])),
        tuple('none', 'drop'),
        tuple('last', logistic([1])),
      ),
      estimators_: list(certain(false, integers(0, 1)), certain(true, integers(0, 1))),
      classes_: texts('no', 'yes'),
      voting,
      weights,
      n_features_in_: 1,
    })

  test('leave the weight of a dropped member out', async () => {
    expect((await classified(vote(list(3, 100, 1)), [[0]]))[0]?.label).toBe('no')
    expect((await classified(vote(list(1, 100, 3)), [[0]]))[0]?.label).toBe('yes')
  })

  test('that are equal go to the first class', async () => {
    expect((await classified(vote(null), [[0]]))[0]?.label).toBe('no')
  })

  test('are means of probabilities where they are soft', async () => {
    const [answer] = await classified(vote(list(3, 100, 1), 'soft'), [[0]])
    expect(answer?.probabilities[0]).toBeCloseTo(0.75, 12)
  })

  test('with weights that do not fit are refused', () => {
    for (const weights of [list(1), list(0, 5, 0), list(Number.NaN, 1, 1)]) {
      expect(refusal(() => describeSklearn(vote(weights), {})).message).toContain('weights')
    }
  })
})

describe('boosting of values', () => {
  test('answers with the value at which half of the weights is reached', async () => {
    const constants = [5, 1, 4, 2]
    const weighted = (weights: readonly number[]) =>
      made('sklearn.ensemble._weight_boosting.AdaBoostRegressor', {
        estimators_: list(...constants.map((value) => linear([0], value))),
        estimator_weights_: doubles(weights),
        n_features_in_: 1,
      })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
        async (weights) => {
          const order = [...constants.keys()].sort(
            (first, second) => (constants[first] ?? 0) - (constants[second] ?? 0),
          )
          const half = weights.reduce((sum, weight) => sum + weight, 0) / 2
          let sum = 0
          const at = order.find((index) => {
            sum += weights[index] ?? 0
            return sum >= half
          })
          expect(await values(weighted(weights), [[0]])).toEqual([
            constants[at ?? -1] ?? Number.NaN,
          ])
        },
      ),
      { numRuns: 20 },
    )
  })
})

describe('boosting of classes', () => {
  const MEMBERS = [
    { slope: 1, weight: 0.5 },
    { slope: -2, weight: 1.25 },
    { slope: 0.5, weight: 1 },
  ]
  const boosted = (version: string, algorithm: string) =>
    made('sklearn.ensemble._weight_boosting.AdaBoostClassifier', {
      estimators_: list(...MEMBERS.map(({ slope }) => logistic([slope], 0.1, texts('no', 'yes')))),
      estimator_weights_: doubles(MEMBERS.map(({ weight }) => weight)),
      algorithm,
      classes_: texts('no', 'yes'),
      n_features_in_: 1,
      _sklearn_version: version,
    })
  const total = MEMBERS.reduce((sum, { weight }) => sum + weight, 0)
  const positives = (x: number) => MEMBERS.map(({ slope }) => sigmoid(slope * x + 0.1))

  /** Half the difference between the scores of the two classes, for each rule. */
  const RULES: readonly [string, string, string, (x: number) => number][] = [
    [
      'votes for a label before scikit-learn 1.3.1',
      '1.3.0',
      'SAMME',
      (x) => votesOf(x) / 2 / total,
    ],
    ['votes for and against since', '1.3.1', 'SAMME', (x) => votesOf(x) / total],
    [
      'logarithms of probabilities by SAMME.R',
      '1.2.2',
      'SAMME.R',
      (x) => positives(x).reduce((sum, p) => sum + (Math.log(p) - Math.log(1 - p)) / 2, 0) / total,
    ],
  ]
  const votesOf = (x: number) =>
    positives(x).reduce((sum, p, at) => sum + (p > 0.5 ? 1 : -1) * (MEMBERS[at]?.weight ?? 0), 0)

  for (const [name, version, algorithm, half] of RULES) {
    test(`takes ${name}`, async () => {
      const rows = [[-2], [0.3], [4]]
      const found = await classified(boosted(version, algorithm), rows)
      rows.forEach(([x = 0], at) => {
        expect(found[at]?.probabilities[1]).toBeCloseTo(sigmoid(2 * half(x)), 12)
        expect(found[at]?.label).toBe(half(x) > 0 ? 'yes' : 'no')
      })
    })
  }
})

describe('one classifier a class', () => {
  const rest = (version: string, members: readonly PickleRecord[], classes = ['a', 'b', 'c']) =>
    made('sklearn.multiclass.OneVsRestClassifier', {
      estimators_: list(...members),
      label_binarizer_: made('sklearn.preprocessing._label.LabelBinarizer', {
        classes_: texts(...classes),
        y_type_: 'multiclass',
      }),
      n_features_in_: 1,
      _sklearn_version: version,
    })

  test('takes the last of equal scores before scikit-learn 1.8, and the first since', async () => {
    const members = [logistic([1]), logistic([1]), logistic([0], -3)]
    expect((await classified(rest('1.7.2', members), [[2]]))[0]?.label).toBe('b')
    expect((await classified(rest('1.8.0', members), [[2]]))[0]?.label).toBe('a')
  })

  test('knows the stand-in for a class that was nowhere', async () => {
    const never = made('sklearn.multiclass._ConstantPredictor', { y_: integers(0) })
    const [answer] = await classified(rest('1.6.1', [logistic([1]), logistic([-2]), never]), [[1]])
    const first = sigmoid(1)
    const second = sigmoid(-2)
    expect(answer?.probabilities[0]).toBeCloseTo(first / (first + second), 12)
    expect(answer?.probabilities[2]).toBe(0)
  })

  test('is refused where it gives several labels, or has too few members', () => {
    const several = rest('1.6.1', [logistic([1])])
    const few = refusal(() => describeSklearn(several, {}))
    expect(few.message).toContain('1 members for 3 classes')
    const labels = made('sklearn.multiclass.OneVsRestClassifier', {
      estimators_: list(logistic([1])),
      label_binarizer_: made('sklearn.preprocessing._label.LabelBinarizer', {
        classes_: integers(0, 1),
        y_type_: 'multilabel-indicator',
      }),
      n_features_in_: 1,
    })
    expect(refusal(() => describeSklearn(labels, {})).message).toContain('several labels at once')
  })
})

test('a code book answers with the class whose code is nearest', async () => {
  const codes = [
    [1, -1, 1],
    [-1, 1, 1],
    [-1, -1, -1],
  ]
  const model = made('sklearn.multiclass.OutputCodeClassifier', {
    estimators_: list(
      logistic([1], 0, integers(-1, 1)),
      logistic([-1], 0, integers(-1, 1)),
      logistic([0], 0.5),
    ),
    classes_: texts('a', 'b', 'c'),
    code_book_: doubles(codes.flat(), [3, 3]),
    n_features_in_: 1,
  })
  const rows = [[-3], [-0.2], [0.1], [4]]
  const expected = rows.map(([x = 0]) => {
    const scores = [x, -x, 0.5]
    const distances = codes.map((code) =>
      code.reduce((sum, bit, at) => sum + ((scores[at] ?? 0) - bit) ** 2, 0),
    )
    return ['a', 'b', 'c'][distances.indexOf(Math.min(...distances))]
  })
  expect((await classified(model, rows)).map(({ label }) => label)).toEqual(expected as string[])
})

describe('a threshold', () => {
  const thresholded = (more: Record<string, PickleValue>, name = 'FixedThresholdClassifier') =>
    made(`sklearn.model_selection._classification_threshold.${name}`, {
      estimator_: logistic([1], 0, texts('no', 'yes')),
      response_method: 'auto',
      n_features_in_: 1,
      ...more,
    })
  const labels = async (model: PickleRecord) =>
    (await classified(model, [[-2], [-1], [0], [1], [2]])).map(({ label }) => label).join(' ')

  test('says the second class from there on', async () => {
    expect(await labels(thresholded({ threshold: 0.25 }))).toBe('no yes yes yes yes')
    expect(await labels(thresholded({ threshold: 'auto' }))).toBe('no no yes yes yes')
    const scores = { threshold: 1.5, response_method: 'decision_function' }
    expect(await labels(thresholded(scores))).toBe('no no no no yes')
  })

  test('of the first class says that from there on', async () => {
    const first = { threshold: 0.25, pos_label: 'no' }
    expect(await labels(thresholded(first))).toBe('no no no no yes')
  })

  test('that was searched for is the best that was found', async () => {
    const tuned = { best_threshold_: 0.8 }
    expect(await labels(thresholded(tuned, 'TunedThresholdClassifierCV'))).toBe('no no no no yes')
  })

  test('of a class that is not there is refused', () => {
    const model = thresholded({ threshold: 0.5, pos_label: 'maybe' })
    expect(refusal(() => describeSklearn(model, {})).message).toContain('not among its own')
  })
})

describe('calibration', () => {
  const calibrated = (
    curves: readonly PickleRecord[],
    estimator: PickleRecord,
    classes: string[],
  ) =>
    made('sklearn.calibration.CalibratedClassifierCV', {
      calibrated_classifiers_: list(
        made('sklearn.calibration._CalibratedClassifier', {
          estimator,
          calibrators: list(...curves),
          classes: texts(...classes),
        }),
      ),
      classes_: texts(...classes),
      n_features_in_: 1,
    })
  const isotonic = (x: readonly number[], y: readonly number[]) =>
    made('sklearn.isotonic.IsotonicRegression', {
      X_thresholds_: doubles(x),
      y_thresholds_: doubles(y),
    })

  test('follows a curve between its points and stays level outside', async () => {
    const curve = isotonic([-1, 0, 2], [0.1, 0.2, 0.8])
    const model = calibrated([curve], logistic([1], 0, texts('no', 'yes')), ['no', 'yes'])
    const found = await classified(model, [[-5], [-0.5], [0], [1], [2], [9]])
    const second = found.map(({ probabilities }) => probabilities[1] ?? Number.NaN)
    const expected = [0.1, 0.15, 0.2, 0.5, 0.8, 0.8]
    expected.forEach((value, at) => {
      expect(second[at]).toBeCloseTo(value, 12)
    })
  })

  test('of a single point is that point', async () => {
    const model = calibrated([isotonic([3], [0.25])], logistic([1], 0, texts('n', 'y')), ['n', 'y'])
    expect((await classified(model, [[7]]))[0]?.probabilities).toEqual([0.75, 0.25])
  })

  test('shares what is left where every curve says zero', async () => {
    const three = made('sklearn.linear_model._logistic.LogisticRegression', {
      coef_: doubles([1, 0, -1], [3, 1]),
      intercept_: doubles([0, 0, 0]),
      classes_: texts('a', 'b', 'c'),
      n_features_in_: 1,
    })
    const zero = isotonic([-1, 1], [0, 0])
    const model = calibrated([zero, zero, zero], three, ['a', 'b', 'c'])
    const [answer] = await classified(model, [[5]])
    expect(answer?.probabilities).toEqual([1 / 3, 1 / 3, 1 / 3])
  })

  test('by points that fall back is refused', () => {
    const model = calibrated([isotonic([0, -1], [0, 1])], logistic([1], 0, texts('n', 'y')), [
      'n',
      'y',
    ])
    expect(refusal(() => describeSklearn(model, {})).message).toContain('make no curve')
  })
})

describe('a transformed target', () => {
  const wrapped = (transformer: PickleRecord) =>
    made('sklearn.compose._target.TransformedTargetRegressor', {
      regressor_: linear([1]),
      transformer_: transformer,
      n_features_in_: 1,
    })
  const power = (method: string, lambda: number) =>
    wrapped(
      made('sklearn.preprocessing._data.PowerTransformer', {
        method,
        standardize: false,
        lambdas_: doubles([lambda]),
      }),
    )
  const yeoJohnson = (y: number, lambda: number) => {
    if (y >= 0) return lambda === 0 ? Math.log1p(y) : ((y + 1) ** lambda - 1) / lambda
    return lambda === 2 ? -Math.log1p(-y) : -((1 - y) ** (2 - lambda) - 1) / (2 - lambda)
  }

  test('comes back from the power transform of Yeo and Johnson', async () => {
    for (const lambda of [-0.5, 0, 0.7, 2, 2.5]) {
      const targets = [-3, -0.1, 0, 0.2, 1.5, 4]
      const found = await values(
        power('yeo-johnson', lambda),
        targets.map((target) => [yeoJohnson(target, lambda)]),
      )
      targets.forEach((target, at) => {
        expect(found[at]).toBeCloseTo(target, 9)
      })
    }
  })

  test('comes back from that of Box and Cox', async () => {
    const targets = [0.1, 1, 8]
    const rows = targets.map((target) => [(target ** 0.3 - 1) / 0.3])
    const found = await values(power('box-cox', 0.3), rows)
    targets.forEach((target, at) => {
      expect(found[at]).toBeCloseTo(target, 9)
    })
  })

  test('comes back from a range and from ranks', async () => {
    const ranged = wrapped(
      made('sklearn.preprocessing._data.MinMaxScaler', {
        min_: doubles([-0.5]),
        scale_: doubles([0.25]),
      }),
    )
    expect(await values(ranged, [[0], [1]])).toEqual([2, 6])
    const ranks = wrapped(
      made('sklearn.preprocessing._data.QuantileTransformer', {
        output_distribution: 'uniform',
        quantiles_: doubles([10, 20, 80], [3, 1]),
        references_: doubles([0, 0.5, 1]),
      }),
    )
    expect(await values(ranks, [[-1], [0.25], [0.75], [3]])).toEqual([10, 15, 50, 80])
  })

  test('is refused where nothing is known of the way back', () => {
    const model = wrapped(made('sklearn.preprocessing._data.Normalizer', { norm: 'l2' }))
    expect(refusal(() => describeSklearn(model, {})).message).toContain('cannot take back')
  })
})

test('a chain of values needs an order that names each value once', () => {
  const model = made('sklearn.multioutput.RegressorChain', {
    estimators_: list(linear([1]), linear([1, 1])),
    order_: list(0, 0),
    n_features_in_: 1,
  })
  expect(refusal(() => describeSklearn(model, {})).message).toContain('in which order')
})

test('several targets at once are refused with what to do', () => {
  for (const name of ['MultiOutputClassifier', 'ClassifierChain']) {
    const model = made(`sklearn.multioutput.${name}`, {
      estimators_: list(logistic([1])),
      n_features_in_: 1,
    })
    expect(refusal(() => describeSklearn(model, {})).message).toContain('one at a time')
  }
})
