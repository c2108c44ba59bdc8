// Pipelines and what chooses columns: names, positions, ranges, and what comes of them in the fields of a form.

import { describe, expect, test } from 'bun:test'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { refusal } from '../support.ts'
import {
  doubles,
  integers,
  linear,
  list,
  logistic,
  made,
  pipeline,
  texts,
  tuple,
  values,
} from './hand-made.ts'

const NAMES = ['age', 'income', 'visits', 'score']

const keep = (columns: PickleValue, name = 'keep') => tuple(name, 'passthrough', columns)

function columns(parts: readonly PickleValue[], more: Record<string, PickleValue> = {}) {
  return made('sklearn.compose._column_transformer.ColumnTransformer', {
    transformers_: list(...parts),
    feature_names_in_: texts(...NAMES),
    n_features_in_: NAMES.length,
    _sklearn_version: '1.6.1',
    ...more,
  })
}

const slice = (start: PickleValue, stop: PickleValue, step: PickleValue = null): PickleRecord => ({
  ...made('builtins.slice', {}),
  args: [start, stop, step],
})

const index = (parts: Record<string, PickleValue>): PickleRecord => ({
  ...made('pandas.core.indexes.base._new_Index', {}),
  args: [null, { kind: 'dict', entries: new Map(Object.entries(parts)) }],
})

const mask = (...flags: readonly boolean[]): PickleValue => ({
  kind: 'ndarray',
  dtype: { code: 'b1', littleEndian: true, itemSize: 1, fields: null },
  shape: [flags.length],
  data: Uint8Array.from(flags, Number),
})

/** The row is 1, 20, 300, 4000, and the model adds its columns up with the factors 1, 0.1, 0.01 in their order. */
async function chosen(value: PickleValue, count: number): Promise<number | undefined> {
  const factors = [1, 0.1, 0.01].slice(0, count)
  const model = pipeline(['prepare', columns([keep(value)])], ['model', linear(factors)])
  return (await values(model, [[1, 20, 300, 4000]]))[0]
}

describe('columns are chosen', () => {
  const WAYS: readonly [string, PickleValue, number, number][] = [
    ['by names', list('visits', 'age'), 2, 300.1],
    ['by a single name', 'income', 1, 20],
    ['by an array of names', texts('score', 'age'), 2, 4000.1],
    ['by an Index of names', index({ data: texts('score', 'age') }), 2, 4000.1],
    ['by positions', list(3, 0), 2, 4000.1],
    ['by positions from the end', list(-1, -4), 2, 4000.1],
    ['by an array of positions', integers(1, 2), 2, 50],
    ['by a range', index({ start: 1, stop: 4, step: 2 }), 2, 420],
    ['by a mask', mask(false, true, false, true), 2, 420],
    ['by a list of flags', list(true, false, false, true), 2, 401],
    ['by a slice', slice(1, null, 2), 2, 420],
    ['by a slice from the end', slice(-2, null), 2, 700],
    ['by a slice of names, its end too', slice('income', 'score', null), 3, 90],
    [
      'by a remainder of scikit-learn 1.5 to 1.7',
      made('sklearn.compose._column_transformer._RemainderColsList', { data: list(0, 2) }),
      2,
      31,
    ],
  ]
  for (const [way, value, count, sum] of WAYS) {
    test(way, async () => {
      expect(await chosen(value, count)).toBeCloseTo(sum, 9)
    })
  }

  test('by a function, as old files keep what it chose beside it', async () => {
    const selector = made('sklearn.compose._column_transformer.make_column_selector', {})
    const prepare = columns([keep(selector)], { _columns: list(list('visits')) })
    const model = pipeline(['prepare', prepare], ['model', linear([2])])
    expect(await values(model, [[1, 20, 300, 4000]])).toEqual([600])
  })

  test('by name from what a step before made', async () => {
    const first = columns([keep(list('visits')), keep(list('age'), 'again')])
    const second = columns([keep(list('again__age'))], {
      feature_names_in_: texts('keep__visits', 'again__age'),
      n_features_in_: 2,
    })
    const model = pipeline(['first', first], ['second', second], ['model', linear([1])])
    expect(await values(model, [[7, 0, 9, 0]])).toEqual([7])
  })

  test('never outside of the table', () => {
    for (const [value, words] of [
      [list(4), 'column 4'],
      [list(-5), 'column -5'],
      [list('height'), 'which the model was not trained with'],
      [slice(null, null, -1), 'runs backwards'],
      [null, 'Name them'],
    ] as const) {
      const model = pipeline(['prepare', columns([keep(value)])], ['model', linear([1])])
      expect(refusal(() => describeSklearn(model, {})).message).toContain(words)
    }
  })
})

describe('weights', () => {
  test('are factors of the parts that they name', async () => {
    const prepare = columns([keep(list('age'), 'first'), keep(list('income'), 'second')], {
      transformer_weights: { kind: 'dict', entries: new Map([['second', 0.5]]) },
    })
    const model = pipeline(['prepare', prepare], ['model', linear([1, 1])])
    expect(await values(model, [[1, 20, 0, 0]])).toEqual([11])
  })

  test('of a union leave its dropped parts out', async () => {
    const union = made('sklearn.pipeline.FeatureUnion', {
      transformer_list: list(tuple('same', 'passthrough'), tuple('none', 'drop')),
      transformer_weights: { kind: 'dict', entries: new Map([['same', 3]]) },
      n_features_in_: 2,
    })
    const model = pipeline(['union', union], ['model', linear([1, 10])])
    expect(await values(model, [[2, 1]])).toEqual([36])
  })
})

describe('inputs', () => {
  const scaler = (mean: readonly number[], variance: readonly number[]) =>
    made('sklearn.preprocessing._data.StandardScaler', {
      mean_: doubles(mean),
      var_: doubles(variance),
      scale_: doubles(variance.map(Math.sqrt)),
      n_features_in_: mean.length,
    })

  test('that no step looks at are optional and said to be unused', () => {
    const model = pipeline(['prepare', columns([keep(list('income'))])], ['model', linear([1])])
    const [age, income] = describeSklearn(model, {}).inputs
    expect(age).toMatchObject({ name: 'age', unused: true, optional: true })
    expect(income).toMatchObject({ name: 'income', optional: false })
    expect(income?.unused).toBeUndefined()
  })

  test('have an example of what the scaler saw, as exact as people say it', () => {
    const parts = [
      tuple('scale', scaler([53.2169, 71234.56, 0.25], [161, 4e8, 0.1875]), list(0, 1, 3)),
      keep(list(2)),
    ]
    const model = pipeline(['prepare', columns(parts)], ['model', linear([1, 1, 1, 1])])
    const inputs = describeSklearn(model, {}).inputs
    expect(inputs.map(({ example }) => example)).toEqual([53, 71235, undefined, 0])
    expect(inputs[3]).toMatchObject({ minimum: 0, maximum: 1 })
  })

  test('have the range that another scaler saw, through columns that were only moved', () => {
    const ranged = made('sklearn.preprocessing._data.MinMaxScaler', {
      min_: doubles([0]),
      scale_: doubles([0.1]),
      data_min_: doubles([-10]),
      data_max_: doubles([30]),
      n_features_in_: 1,
    })
    const moved = columns([keep(list('score'))])
    const model = pipeline(['move', moved], ['scale', ranged], ['model', linear([1])])
    const inputs = describeSklearn(model, {}).inputs
    expect(inputs[3]).toMatchObject({ minimum: -10, maximum: 30, example: 10 })
    expect(inputs[0]?.example).toBeUndefined()
  })

  test('tell nothing of what is behind a scaler', () => {
    const model = pipeline(
      ['first', scaler([5], [4])],
      ['second', scaler([0], [1])],
      ['model', linear([1])],
    )
    expect(describeSklearn(model, {}).inputs[0]?.example).toBe(5)
  })

  test('without names take those that a person gives, by position', async () => {
    const model = pipeline(['scale', scaler([1, 2], [1, 1])], ['model', linear([1, 1])])
    const bare = describeSklearn(model, {})
    expect(bare.namesKnown).toBe(false)
    expect(bare.inputs.map(({ name }) => name)).toEqual(['f0', 'f1'])
    const named = describeSklearn(model, { features: ['width', 'height'] })
    expect(named.inputs.map(({ name }) => name)).toEqual(['width', 'height'])
  })

  test('of the first releases stand between positions that no step names', () => {
    const old = made('sklearn.compose._column_transformer.ColumnTransformer', {
      transformers_: list(keep(list('plan')), keep(list(0, 2), 'rest')),
      _sklearn_version: '0.20.0',
    })
    const model = pipeline(['prepare', old], ['model', linear([1, 1, 1])])
    expect(describeSklearn(model, {}).inputs.map(({ name }) => name)).toEqual(['f0', 'plan', 'f2'])
    const given = { features: ['age', 'tenure', 'plan'] }
    expect(describeSklearn(model, given).inputs.map(({ name }) => name)).toEqual(given.features)
  })
})

describe('what is inside', () => {
  test('a search is described as the best that it found', () => {
    const search = (best: PickleValue) =>
      made('sklearn.model_selection._search.GridSearchCV', { best_estimator_: best })
    const found = describeSklearn(search(search(logistic([1, 2]))), {})
    expect(found.modelClass).toBe('LogisticRegression')
    expect(refusal(() => describeSklearn(search(null), {})).message).toContain('refit=True')
  })

  test('a pipeline of imbalanced-learn answers without its sampler', async () => {
    const sampler = made('imblearn.over_sampling._smote.base.SMOTE', {})
    const model = made('imblearn.pipeline.Pipeline', {
      steps: list(tuple('smote', sampler), tuple('model', linear([2]))),
    })
    expect(await values(model, [[4]])).toEqual([8])
  })

  test('a file that holds itself is refused, not followed', () => {
    const model = pipeline(['again', 'passthrough'])
    const inner = pipeline(['again', model])
    ;(model.state as { entries: Map<string, PickleValue> }).entries.set(
      'steps',
      list(tuple('again', inner)),
    )
    ;(model.state as { entries: Map<string, PickleValue> }).entries.set('n_features_in_', 1)
    expect(refusal(() => describeSklearn(model, {})).message).toContain('beyond reason')
  })

  test('a search that holds itself is refused, not followed', () => {
    const search = made('sklearn.model_selection._search.GridSearchCV', {})
    ;(search.state as { entries: Map<string, PickleValue> }).entries.set('best_estimator_', search)
    expect(refusal(() => describeSklearn(search, {})).message).toContain('beyond reason')
  })
})
