// Which steps hand a sparse matrix on, as scikit-learn's do.

import { describe, expect, test } from 'bun:test'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import { isSparseAfter } from '#core/formats/sklearn/sparse-tables.ts'
import { list, made, pipeline, tuple } from './hand-made.ts'

const scaler = made('sklearn.preprocessing._data.StandardScaler', {})
const pca = made('sklearn.decomposition._pca.PCA', {})
const oneHot = made('sklearn.preprocessing._encoders.OneHotEncoder', {})
const words = made('sklearn.feature_extraction.text.TfidfVectorizer', {})

const union = (...parts: readonly PickleValue[]) =>
  made('sklearn.pipeline.FeatureUnion', {
    transformer_list: list(...parts.map((part, index) => tuple(`part ${index}`, part))),
  })

describe('a table after', () => {
  const CASES: readonly [string, PickleValue, before: boolean, after: boolean][] = [
    ['a vectorizer is sparse', words, false, true],
    ['a OneHotEncoder is sparse unless it was told otherwise', oneHot, false, true],
    [
      'a OneHotEncoder with sparse_output=False is not',
      made('sklearn.preprocessing._encoders.OneHotEncoder', { sparse_output: false }),
      false,
      false,
    ],
    [
      'an old OneHotEncoder with sparse=False is not',
      made('sklearn.preprocessing._encoders.OneHotEncoder', { sparse: false }),
      false,
      false,
    ],
    ['a scaler is as the one before', scaler, true, true],
    ['a scaler of a plain table is plain', scaler, false, false],
    ['a projection is plain', pca, true, false],
    ['nothing is as the one before', 'passthrough', true, true],
    [
      'a pipeline is what its last step makes of it',
      pipeline(['a', words], ['b', pca]),
      false,
      false,
    ],
    ['a pipeline keeps it through scalers', pipeline(['a', words], ['b', scaler]), false, true],
    ['a union with one sparse part is sparse', union(scaler, oneHot), false, true],
    ['a union of plain parts is plain', union(scaler, pca), false, false],
    [
      'a ColumnTransformer is what it decided when it was fitted',
      made('sklearn.compose._column_transformer.ColumnTransformer', { sparse_output_: true }),
      false,
      true,
    ],
    [
      'KBinsDiscretizer(encode="ordinal") is plain',
      made('sklearn.preprocessing._discretization.KBinsDiscretizer', { encode: 'ordinal' }),
      true,
      false,
    ],
  ]
  for (const [title, step, before, after] of CASES) {
    test(title, () => expect(isSparseAfter(step, before)).toBe(after))
  }
})
