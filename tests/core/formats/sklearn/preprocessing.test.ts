// Scalers, imputers and choices of columns where fixtures do not reach: ends and ties, and what fields they ask for.

import { describe, expect, test } from 'bun:test'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { answers, doubles, linear, list, made, tuple, values } from './hand-made.ts'
import { fieldsOf, imputer, refusalOf, seen, step } from './transformers.ts'

const NAN = Number.NaN

describe('scalers', () => {
  test('a power of 0 is a logarithm, and of 2 one below zero', async () => {
    const power = step('preprocessing._data.PowerTransformer', {
      method: 'yeo-johnson',
      standardize: false,
      lambdas_: doubles([0, 2]),
      n_features_in_: 2,
    })
    const rows = [
      [Math.E - 1, 0],
      [0, 1 - Math.E],
      [1e-9, 0],
    ]
    const found = await values(seen(power, 1, 1), rows)
    expect(found[0]).toBeCloseTo(1, 14)
    expect(found[1]).toBeCloseTo(-1, 14)
    expect(found[2]).toBeCloseTo(Math.log1p(1e-9), 24)
  })

  test('quantiles that repeat are half-way between, and the ends are 0 and 1', async () => {
    const quantile = step('preprocessing._data.QuantileTransformer', {
      output_distribution: 'uniform',
      quantiles_: doubles([0, 2, 2, 2, 5], [5, 1]),
      references_: doubles([0, 0.25, 0.5, 0.75, 1]),
      n_features_in_: 1,
    })
    const found = await values(seen(quantile, 1), [[-9], [0], [1], [2], [3.5], [5], [9]])
    expect(found).toEqual([0, 0, 0.125, 0.5, 0.875, 1, 1])
  })

  test('a row of zeros has no direction and stays', async () => {
    const normal = step('preprocessing._data.Normalizer', { norm: 'l2', n_features_in_: 2 })
    const found = await values(seen(normal, 1, 10), [
      [0, 0],
      [3, -4],
    ])
    expect(found[0]).toBe(0)
    expect(found[1]).toBeCloseTo(0.6 - 8, 12)
  })

  test.each([
    ['log1p', Math.log1p],
    ['expm1', Math.expm1],
    ['sinh', Math.sinh],
    ['arcsinh', Math.asinh],
    ['arctanh', Math.atanh],
    ['arcsin', Math.asin],
    ['arctan', Math.atan],
  ] as const)('%s keeps its digits near zero', async (name, exact) => {
    const of = step('preprocessing._function_transformer.FunctionTransformer', {
      func: { kind: 'global', module: 'numpy', name, offset: 0 },
      n_features_in_: 1,
    })
    const [found] = await values(seen(of, 1), [[1e-10]])
    expect(Math.abs((found ?? 0) / exact(1e-10) - 1)).toBeLessThan(1e-14)
  })

  test('a function that is not numpy’s is refused by name, and so are options for one', () => {
    const own = step('preprocessing._function_transformer.FunctionTransformer', {
      func: { kind: 'global', module: 'features', name: 'log', offset: 0 },
      n_features_in_: 1,
    })
    expect(refusalOf(seen(own, 1))).toContain('(step “step”) calls the function features.log')
    const options = new Map<PickleValue, PickleValue>([['where', true]])
    const bound = step('preprocessing._function_transformer.FunctionTransformer', {
      func: { kind: 'global', module: 'numpy', name: 'log', offset: 0 },
      kw_args: { kind: 'dict', entries: options },
      n_features_in_: 1,
    })
    expect(refusalOf(seen(bound, 1))).toContain('calls log with the option where (kw_args)')
    const lists = new Map<PickleValue, PickleValue>([['a_min', list(0, 1)]])
    const each = step('preprocessing._function_transformer.FunctionTransformer', {
      func: { kind: 'global', module: 'numpy', name: 'clip', offset: 0 },
      kw_args: { kind: 'dict', entries: lists },
      n_features_in_: 1,
    })
    expect(refusalOf(seen(each, 1))).toContain('a_min (kw_args) that is no single number')
  })

  test('products of many columns end before they fill the memory', () => {
    const many = step('preprocessing._polynomial.PolynomialFeatures', {
      degree: 8,
      interaction_only: false,
      include_bias: true,
      n_features_in_: 500,
    })
    expect(refusalOf(seen(many, 1))).toContain('products of 500 columns')
  })
})

describe('imputers', () => {
  test('make fields optional, and leave out columns that were always empty', async () => {
    const model = seen(imputer({ statistics_: doubles([4, NAN]) }), 1)
    expect(fieldsOf(model)).toMatchObject([
      { type: 'float', optional: true },
      { optional: true, unused: true },
    ])
    expect(await answers(model, [[null, 7]])).toMatchObject([{ value: 4 }])
  })

  test('another marker is filled in, and a missing field is asked for', async () => {
    const model = seen(imputer({ statistics_: doubles([4, 5]), missing_values: -1 }), 1, 10)
    expect(await values(model, [[-1, 2]])).toEqual([24])
    expect(fieldsOf(model)[0]).toMatchObject({ optional: false })
  })

  test('nearest rows fill in by what both have; with nothing in common the mean does', async () => {
    const nearest = step('impute._knn.KNNImputer', {
      _fit_X: doubles([1, 10, 2, 20, 9, 90], [3, 2]),
      n_neighbors: 1,
      weights: 'uniform',
      metric: 'nan_euclidean',
      missing_values: NAN,
      n_features_in_: 2,
    })
    const model = seen(nearest, 0, 1)
    const found = await answers(model, [
      [1.9, null],
      [8, null],
      [null, null],
    ])
    expect(found).toMatchObject([{ value: 20 }, { value: 90 }, { value: 40 }])
  })
})

describe('choices of columns', () => {
  const kept = async (transformer: PickleRecord, count: number) =>
    (
      await values(seen(transformer, ...Array.from({ length: count }, (_, at) => 10 ** at)), [
        [1, 2, 3, 4],
      ])
    )[0]
  const select = (name: string, attributes: Record<string, PickleValue>) =>
    step(`feature_selection._base.${name}`, { n_features_in_: 4, ...attributes })

  test('of equal scores the last columns stay, and the rest counts for nothing', async () => {
    const best = select('SelectKBest', { k: 2, scores_: doubles([5, NAN, 5, 5]) })
    expect(await kept(best, 2)).toBe(3 + 40)
  })

  test('a percentage keeps the first of equal scores', async () => {
    const share = select('SelectPercentile', { percentile: 50, scores_: doubles([5, 5, 5, 1]) })
    expect(await kept(share, 2)).toBe(1 + 20)
  })

  test('importances come from coefficients, cut at a share of their mean', async () => {
    const model = select('SelectFromModel', {
      estimator_: linear([0.1, -4, 2, 0.2]),
      threshold: '1.25*mean',
      norm_order: 1,
      max_features: null,
    })
    expect(await kept(model, 2)).toBe(2 + 30)
  })

  test('a model whose importances no file keeps is named', () => {
    const forest = made('sklearn.neighbors._classification.KNeighborsClassifier', {})
    const model = select('SelectFromModel', { estimator_: forest, threshold: null })
    expect(refusalOf(seen(model, 1))).toContain('KNeighborsClassifier')
  })

  test('a tuple of degrees leaves out the lower products', async () => {
    const products = step('preprocessing._polynomial.PolynomialFeatures', {
      degree: tuple(2, 2),
      interaction_only: true,
      include_bias: false,
      n_features_in_: 3,
    })
    expect(await values(seen(products, 1, 10, 100), [[2, 3, 5]])).toEqual([6 + 100 + 1500])
  })
})
