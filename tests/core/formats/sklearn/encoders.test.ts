// Encoders of categories where fixtures do not reach, and transformers that cannot be right.

import { describe, expect, test } from 'bun:test'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import {
  answers,
  doubles,
  integers,
  linear,
  list,
  made,
  pipeline,
  texts,
  values,
} from './hand-made.ts'
import { fieldsOf, imputer, refusalOf, seen, step } from './transformers.ts'

const NAN = Number.NaN

const oneHot = (attributes: Record<string, PickleValue>) =>
  step('preprocessing._encoders.OneHotEncoder', { handle_unknown: 'error', ...attributes })

describe('encoders', () => {
  const colours = list(texts('blue', 'green', 'red'))

  test('a closed list of categories is the field’s, an open one takes any text', async () => {
    const closed = seen(oneHot({ categories_: colours }), 1, 2, 3)
    expect(fieldsOf(closed)[0]).toMatchObject({
      type: 'category',
      categories: ['blue', 'green', 'red'],
    })
    expect(fieldsOf(closed)[0]?.open).toBeUndefined()
    const open = seen(oneHot({ categories_: colours, handle_unknown: 'ignore' }), 1, 2, 3)
    expect(fieldsOf(open)[0]).toMatchObject({ open: true })
    expect(await answers(open, [['red'], ['pink']])).toMatchObject([{ value: 3 }, { value: 0 }])
  })

  test('rare categories share a result, which the unknown take too', async () => {
    const rare = oneHot({
      categories_: colours,
      handle_unknown: 'infrequent_if_exist',
      _infrequent_enabled: true,
      _default_to_infrequent_mappings: list(integers(1, 0, 1)),
    })
    const rows = [['blue'], ['green'], ['red'], ['pink']]
    const found = await answers(seen(rare, 1, 10), rows)
    expect(found).toMatchObject([{ value: 10 }, { value: 1 }, { value: 10 }, { value: 10 }])
  })

  test('texts and numbers side by side keep the order of their columns', async () => {
    const mixed = oneHot({ categories_: list(doubles([1, 2]), texts('a', 'b'), doubles([5, 7])) })
    const model = seen(mixed, 1, 2, 4, 8, 16, 32)
    expect(fieldsOf(model).map(({ allowed }) => allowed)).toEqual([[1, 2], undefined, [5, 7]])
    expect(await answers(model, [[2, 'a', 7]])).toMatchObject([{ value: 2 + 4 + 32 }])
  })

  test('a missing number may be a category, and a code may be missing', async () => {
    const nan = seen(oneHot({ categories_: list(doubles([1, NAN])) }), 1, 2)
    expect(fieldsOf(nan)[0]).toMatchObject({ optional: true, allowed: [1] })
    expect(await answers(nan, [[1], [null]])).toMatchObject([{ value: 1 }, { value: 2 }])
    const ordinal = step('preprocessing._encoders.OrdinalEncoder', {
      categories_: list(doubles([3, 5, NAN])),
      handle_unknown: 'use_encoded_value',
      unknown_value: -1,
      encoded_missing_value: NAN,
      // Where the missing value stands among the categories of each column, as scikit-learn notes it since 1.1.
      _missing_indices: { kind: 'dict', entries: new Map([[0, 2]]) },
    })
    const filled = imputer({ statistics_: doubles([100]), n_features_in_: 1 })
    const model = pipeline(['codes', ordinal], ['fill', filled], ['model', linear([1])])
    const found = await answers(model, [[3], [5], [9], [null]])
    expect(found).toMatchObject([{ value: 0 }, { value: 1 }, { value: -1 }, { value: 100 }])
  })

  test('true and false are a field of their own kind', () => {
    const flags: PickleValue = {
      kind: 'ndarray',
      dtype: { code: 'b1', littleEndian: true, itemSize: 1, fields: null },
      shape: [2],
      data: Uint8Array.of(0, 1),
    }
    expect(fieldsOf(seen(oneHot({ categories_: list(flags) }), 1, 2))[0]?.type).toBe('boolean')
  })

  test('means of several classes stand column by column', async () => {
    const target = step('preprocessing._target_encoder.TargetEncoder', {
      categories_: list(texts('a', 'b'), doubles([1])),
      target_type_: 'multiclass',
      target_mean_: doubles([7, 8]),
      encodings_: list(doubles([1, 2]), doubles([3, 4]), doubles([5]), doubles([6])),
    })
    const model = seen(target, 1, 10, 100, 1000)
    const found = await answers(model, [
      ['b', 1],
      ['z', 9],
    ])
    expect(found).toMatchObject([{ value: 2 + 40 + 500 + 6000 }, { value: 7 + 80 + 700 + 8000 }])
  })

  test('old releases put a value just below an edge into the bin above', async () => {
    const bins = (version: string) =>
      step('preprocessing._discretization.KBinsDiscretizer', {
        _sklearn_version: version,
        encode: 'ordinal',
        bin_edges_: list(doubles([0, 1, 2])),
      })
    expect(await values(seen(bins('1.0.2'), 1), [[0.999_999], [0.9]])).toEqual([1, 0])
    expect(await values(seen(bins('1.2.2'), 1), [[0.999_999], [1]])).toEqual([0, 1])
  })
})

describe('files that cannot be right are refused', () => {
  const select = (name: string, attributes: Record<string, PickleValue>) =>
    step(`feature_selection._base.${name}`, { n_features_in_: 3, ...attributes })
  const cases: readonly (readonly [string, PickleRecord, string])[] = [
    [
      'more means than columns',
      step('preprocessing._data.StandardScaler', {
        mean_: doubles([1, 2, 3]),
        scale_: doubles([1, 1, 1]),
        n_features_in_: 2,
      }),
      'was fitted with 3 columns, but 2 reach it',
    ],
    ['a category twice', oneHot({ categories_: list(texts('a', 'a')) }), 'has a category twice'],
    [
      'a dropped category that is not there',
      oneHot({ categories_: list(texts('a')), drop_idx_: list(9) }),
      'drops category 9',
    ],
    [
      'rare categories beyond the list',
      oneHot({
        categories_: list(texts('a', 'b')),
        _infrequent_enabled: true,
        _default_to_infrequent_mappings: list(integers(0, 1_000_000)),
      }),
      'gathers rare categories',
    ],
    [
      'encodings of another length',
      step('preprocessing._target_encoder.TargetEncoder', {
        categories_: list(texts('a', 'b')),
        target_type_: 'binary',
        target_mean_: 0.5,
        encodings_: list(doubles([1])),
      }),
      'do not fit its categories',
    ],
    [
      'an indicator beyond the table',
      step('impute._base.MissingIndicator', {
        features_: integers(0, 5),
        missing_values: NAN,
        n_features_in_: 2,
      }),
      'column 5 of a table that has 2',
    ],
    [
      'scores of another length',
      select('SelectKBest', { k: 1, scores_: doubles([1, 2]) }),
      'was fitted with 2 columns',
    ],
    [
      'no number of columns to keep',
      select('SelectKBest', { k: 1.5, scores_: doubles([1, 2, 3]) }),
      'is no number',
    ],
    [
      'a degree without end',
      step('preprocessing._polynomial.PolynomialFeatures', {
        degree: 1e9,
        n_features_in_: 2,
      }),
      'degree',
    ],
    [
      'splines with one knot',
      step('preprocessing._polynomial.SplineTransformer', {
        bsplines_: list(
          made('scipy.interpolate._bsplines.BSpline', { t: doubles([0]), c: doubles([1]), k: 3 }),
        ),
        n_features_in_: 1,
      }),
      'fewer knots',
    ],
    [
      'neighbours asked by another measure',
      step('impute._knn.KNNImputer', {
        _fit_X: doubles([1, 2], [2, 1]),
        metric: 'haversine',
        weights: 'uniform',
        n_neighbors: 1,
        n_features_in_: 1,
      }),
      'haversine',
    ],
    [
      'a whitening of other components',
      step('decomposition._pca.PCA', {
        components_: doubles([1, 0], [1, 2]),
        mean_: doubles([0, 0]),
        whiten: true,
        explained_variance_: doubles([1, 2]),
        n_features_in_: 2,
      }),
      'do not fit its components',
    ],
  ]

  for (const [title, transformer, reason] of cases) {
    test(title, () => expect(refusalOf(seen(transformer, 1))).toContain(reason))
  }
})
