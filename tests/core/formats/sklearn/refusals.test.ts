// What cannot be served is named, with its step and class, and with what to do instead.

import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { FIXTURES, readBytes, refusal } from '../support.ts'
import { doubles, linear, list, logistic, made, pipeline, tuple } from './hand-made.ts'

const read = (path: string) => readModelFile(readBytes(path), {}, createBudget())

const MODEL_FILE = /\.(pkl|joblib)$/

/** Every file that its writer says has to be refused, with the words that the refusal has to hold. */
function refusedFiles(): readonly {
  readonly name: string
  readonly path: string
  readonly mentions: readonly string[]
}[] {
  const folder = join(FIXTURES, 'sklearn')
  return readdirSync(folder).flatMap((version) => {
    const refused = join(folder, version, 'refused')
    let files: readonly string[]
    try {
      files = readdirSync(refused)
    } catch {
      return []
    }
    return files
      .filter((file) => MODEL_FILE.test(file))
      .map((file) => {
        const path = join(refused, file)
        const { mentions } = JSON.parse(readFileSync(path.replace(MODEL_FILE, '.json'), 'utf8'))
        return { name: `${version}/${file}`, path, mentions }
      })
  })
}

describe('files of real releases', () => {
  const files = refusedFiles()

  test('are there', () => {
    expect(files.length).toBeGreaterThan(20)
  })

  for (const { name, path, mentions } of files) {
    test(name, () => {
      const { message } = refusal(() => read(path))
      for (const word of mentions) expect(message).toContain(word)
      expect(message).toMatch(WHAT_TO_DO)
    })
  }
})

/** Every refusal ends with something that its reader can do. */
const WHAT_TO_DO = /export|Save|save|Fit it|Leave this step out|[Uu]se|[Tt]rain|Parley never runs/

describe('steps', () => {
  const asked = (step: ReturnType<typeof made>, last = logistic([1])) =>
    refusal(() => describeSklearn(pipeline(['scale', step], ['model', last]), {})).message

  test('of a class that is not read are named', () => {
    const step = made('sklearn.manifold._isomap.Isomap', { n_features_in_: 1 })
    expect(asked(step)).toStartWith(
      'The Isomap (step “scale”) is of a class that Parley does not read yet.',
    )
  })

  test('of one’s own are named with their module', () => {
    const step = made('churn_features.AddRatios', { n_features_in_: 1 })
    expect(asked(step)).toContain(
      'the class churn_features.AddRatios, whose code Parley does not have',
    )
  })

  test('of other libraries are not taken for scikit-learn’s of the same name', () => {
    const step = made('category_encoders.one_hot.OneHotEncoder', { n_features_in_: 1 })
    expect(asked(step)).toContain(
      'is of category_encoders, whose classes Parley does not read here',
    )
  })

  test('that predict do not prepare, and the other way round', () => {
    expect(asked(linear([1]))).toContain('stands before another step')
    const scaler = made('sklearn.preprocessing._data.StandardScaler', {
      mean_: doubles([0]),
      scale_: doubles([1]),
      n_features_in_: 1,
    })
    expect(asked(scaler, scaler)).toContain('(step “model”) prepares data and predicts nothing')
  })

  test('are named with every pipeline around them', () => {
    const stranger = made('own.Cleaner', {})
    const inner = pipeline(['clean', stranger])
    const model = made('sklearn.pipeline.Pipeline', {
      steps: list(tuple('prepare', inner), tuple('model', logistic([1]))),
      n_features_in_: 1,
    })
    expect(refusal(() => describeSklearn(model, {})).message).toStartWith(
      'The Cleaner (step “prepare → clean”)',
    )
  })
})

describe('sizes', () => {
  test('of a table that no form could show are refused before anything is made of them', () => {
    const model = made('sklearn.linear_model._base.LinearRegression', {
      coef_: doubles([1]),
      intercept_: 0,
      n_features_in_: 4_000_000_000,
    })
    const { message, code } = refusal(() => describeSklearn(model, {}))
    expect(message).toContain('takes 4000000000 features')
    expect(code).toBe('too_large')
  })

  test('of what a step makes are refused with its name', () => {
    const wide = made('sklearn.feature_extraction.text.HashingVectorizer', {
      n_features: 2 ** 30,
      analyzer: 'word',
      token_pattern: '(?u)\\b\\w\\w+\\b',
      ngram_range: tuple(1, 1),
      norm: 'l2',
    })
    const model = pipeline(['words', wide], ['model', logistic([1])])
    expect(refusal(() => describeSklearn(model, {})).message).toMatch(
      /^The HashingVectorizer \(step “words”\) .*(columns|features)/,
    )
  })
})

describe('models that were never fitted', () => {
  test('say so with their steps', () => {
    const scaler = made('sklearn.preprocessing._data.StandardScaler', {})
    const model = pipeline(
      ['scale', scaler],
      ['model', made('sklearn.linear_model._base.LinearRegression', {})],
    )
    expect(refusal(() => describeSklearn(model, {})).message).toBe(
      'This Pipeline (StandardScaler, LinearRegression) does not know how many features it takes, so it was never fitted. Fit it, save it again, and upload that.',
    )
  })

  test('are told from fitted ones that old releases wrote without a number of columns', () => {
    const function_ = made('sklearn.preprocessing._function_transformer.FunctionTransformer', {
      func: { kind: 'global', module: 'numpy', name: 'log1p', offset: 0 },
    })
    const union = made('sklearn.pipeline.FeatureUnion', {
      transformer_list: list(tuple('first', function_), tuple('second', function_)),
    })
    const model = pipeline(['both', union], ['model', linear([1, 2, 3, 4])])
    expect(refusal(() => describeSklearn(model, {})).message).toBe(
      'This Pipeline (FeatureUnion, LinearRegression) does not know how many features it takes, as scikit-learn before 1.1 did not write it down. Give me their names in the order of the training columns, and I read it.',
    )
    const { inputs } = describeSklearn(model, { features: ['height', 'width'] })
    expect(inputs.map(({ name }) => name)).toEqual(['height', 'width'])
  })

  test('of several targets say that one works', () => {
    const classes = list(doubles([0, 1]), doubles([0, 1]))
    const model = made('sklearn.ensemble._bagging.BaggingClassifier', {
      estimators_: list(logistic([1])),
      classes_: classes,
      n_features_in_: 1,
    })
    expect(refusal(() => describeSklearn(model, {})).message).toContain('several targets at once')
  })
})
