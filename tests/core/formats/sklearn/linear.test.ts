// Linear models: links near their limits, the eras of a parameter, and files that cannot be right.

import { describe, expect, test } from 'bun:test'
import type { LinearLink, LinearPredictor } from '#core/pipeline/linear.ts'
import { answersOf, array, fitted, list, matrix, read, refusal, texts } from './predictors.ts'

const LOGISTIC = 'linear_model._logistic'

/** One margin a row of coefficients, which are 1 for its own column. */
function identityOf(outputs: number, link: LinearLink): LinearPredictor {
  const rows = Array.from({ length: outputs }, (_, row) =>
    Array.from({ length: outputs }, (_, column) => (row === column ? 1 : 0)),
  )
  const intercept = new Float64Array(outputs)
  return { kind: 'linear', coefficients: matrix(...rows), intercept, link }
}

describe('the links of linear models', () => {
  test('a sigmoid keeps all digits of small probabilities', async () => {
    const { numbers } = await answersOf(identityOf(1, 'sigmoid'), [[-30], [-20], [3]], ['a', 'b'])
    const expected = [-30, -20, 3].map((margin) => 1 / (1 + Math.exp(-margin)))
    numbers.forEach((row, index) => {
      expect(row[1]).toBeCloseTo(expected[index] ?? 0, 20)
    })
  })

  test('a softmax of one margin is that of the margin and its opposite', async () => {
    const { numbers } = await answersOf(identityOf(1, 'softmax'), [[0.7]], ['a', 'b'])
    expect(numbers[0]?.[1]).toBeCloseTo(1 / (1 + Math.exp(-1.4)), 12)
  })

  test('one against the rest tells saturated classes apart by their margins', async () => {
    const answers = await answersOf(
      identityOf(3, 'one-versus-rest'),
      [[40, 50, -1]],
      ['a', 'b', 'c'],
    )
    expect(answers.labels).toEqual(['b'])
    expect(answers.numbers[0]?.[0]).toBeCloseTo(answers.numbers[0]?.[1] ?? 0, 12)
  })

  test('modified Huber is uniform where no class has anything', async () => {
    const rows = [
      [-2, -3, -4],
      [0.5, -3, -4],
    ]
    const { numbers } = await answersOf(identityOf(3, 'modified-huber'), rows, ['a', 'b', 'c'])
    expect(numbers).toEqual([
      [1 / 3, 1 / 3, 1 / 3],
      [1, 0, 0],
    ])
  })

  test('a margin of exactly 0 says the first class, and an inlier', async () => {
    const rows = [[0], [1e-300], [-1e-300]]
    const label = await answersOf(identityOf(1, 'label'), rows, ['no', 'yes'])
    expect(label.labels).toEqual(['no', 'yes', 'no'])
    const inlier = await answersOf(identityOf(1, 'inlier'), rows, ['-1', '1'])
    expect(inlier.labels).toEqual(['1', '1', '-1'])
  })
})

describe('what a logistic regression means by multi_class', () => {
  const ERAS = [
    [{ multi_class: 'warn', solver: 'lbfgs' }, 'one-versus-rest'],
    [{ multi_class: 'ovr', solver: 'lbfgs' }, 'one-versus-rest'],
    [{ multi_class: 'auto', solver: 'liblinear' }, 'one-versus-rest'],
    [{ multi_class: 'auto', solver: 'lbfgs' }, 'softmax'],
    [{ multi_class: 'deprecated', solver: 'lbfgs' }, 'softmax'],
    [{ multi_class: 'multinomial', solver: 'saga' }, 'softmax'],
    [{ solver: 'lbfgs' }, 'softmax'],
  ] as const

  test.each(ERAS)('%o of three classes', (parameters, link) => {
    const { predictor } = read(
      fitted(LOGISTIC, 'LogisticRegression', {
        ...parameters,
        coef_: array([[1], [2], [3]]),
        intercept_: array([0, 0, 0]),
        classes_: texts('a', 'b', 'c'),
      }),
      1,
    )
    expect(predictor).toMatchObject({ kind: 'linear', link })
  })

  test('two classes are a sigmoid unless the file says multinomial', () => {
    const two = { coef_: array([[1]]), intercept_: array([0]), classes_: texts('a', 'b') }
    const linkOf = (mode: string) =>
      read(fitted(LOGISTIC, 'LogisticRegression', { ...two, multi_class: mode }), 1).predictor
    expect(linkOf('auto')).toMatchObject({ link: 'sigmoid' })
    expect(linkOf('multinomial')).toMatchObject({ link: 'softmax' })
  })
})

describe('linear models that are refused', () => {
  const coef_ = array([[1, 2]])
  const classes_ = texts('a', 'b')

  test('coefficients for another number of columns', () => {
    const record = fitted('linear_model._base', 'LinearRegression', { coef_, intercept_: 0 })
    expect(refusal(record, 3)).toContain('fitted with 2 columns, but 3 reach it')
  })

  test('as many intercepts as fit nothing', () => {
    const parts = { coef_, intercept_: array([1, 2, 3]) }
    const record = fitted('linear_model._base', 'LinearRegression', parts)
    expect(refusal(record, 2)).toContain('3 intercepts for 1 rows')
  })

  test('as many classes as fit nothing', () => {
    const parts = { coef_, intercept_: array([0]), classes_: texts('a', 'b', 'c') }
    const record = fitted(LOGISTIC, 'LogisticRegression', parts)
    expect(refusal(record, 2)).toContain('names 3 classes and has numbers for 2')
  })

  test('several targets at once', () => {
    const parts = { coef_, intercept_: array([0]), classes_: list(classes_, classes_) }
    const record = fitted(LOGISTIC, 'LogisticRegression', parts)
    expect(refusal(record, 2)).toContain('several targets at once')
  })

  test('several labels at once', () => {
    const encoder = fitted('preprocessing._label', 'LabelBinarizer', {
      y_type_: 'multilabel-indicator',
      classes_,
    })
    const parts = { coef_, intercept_: array([0]), _label_binarizer: encoder }
    const record = fitted('linear_model._ridge', 'RidgeClassifier', parts)
    expect(refusal(record, 2)).toContain('several labels at once')
  })

  test('sparse coefficients that point outside of themselves', () => {
    const outside = {
      ...fitted('', 'csr_matrix', {
        _shape: { kind: 'tuple', items: [1, 2] },
        indptr: array([0, 1]),
        indices: array([7]),
        data: array([1]),
      }),
      callable: { kind: 'global', module: 'scipy.sparse._csr', name: 'csr_matrix', offset: 0 },
    } as const
    const parts = { coef_: outside, intercept_: array([0]), classes_ }
    const record = fitted(LOGISTIC, 'LogisticRegression', parts)
    expect(refusal(record, 2)).toContain('points outside of itself')
  })
})

test('coefficients kept sparse are the same as dense ones', () => {
  const sparse = {
    ...fitted('', 'csc_matrix', {
      _shape: { kind: 'tuple', items: [2, 3] },
      indptr: array([0, 1, 1, 3]),
      indices: array([1, 0, 1]),
      data: array([4, 5, 6]),
    }),
    callable: { kind: 'global', module: 'scipy.sparse._csc', name: 'csc_matrix', offset: 0 },
  } as const
  const parts = { coef_: sparse, intercept_: array([0, 0]) }
  const { predictor } = read(fitted('linear_model._coordinate_descent', 'Lasso', parts), 3)
  expect(predictor).toMatchObject({ coefficients: matrix([0, 0, 5], [4, 0, 6]) })
})
