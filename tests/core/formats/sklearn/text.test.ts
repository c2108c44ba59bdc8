// Vectorizers: what they refuse, by name, and what they make of a vocabulary that cannot be right.

import { describe, expect, test } from 'bun:test'
import { FormatError } from '#core/formats/format-error.ts'
import type { PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { answers, doubles, integers, list, logistic, made, pipeline, tuple } from './hand-made.ts'

const dict = (entries: Record<string, PickleValue>): PickleValue => ({
  kind: 'dict',
  entries: new Map(Object.entries(entries)),
})

const GLOBAL = { kind: 'global', module: 'churn', name: 'split_words', offset: 0 } as const

function counting(attributes: Record<string, PickleValue>): PickleRecord {
  return made('sklearn.feature_extraction.text.CountVectorizer', {
    analyzer: 'word',
    token_pattern: '(?u)\\b\\w\\w+\\b',
    ngram_range: tuple(1, 1),
    vocabulary_: dict({ good: 0, bad: 1 }),
    _sklearn_version: '1.6.1',
    ...attributes,
  })
}

function model(vectorizer: PickleRecord, width = 2): PickleRecord {
  const weights = Array.from({ length: width }, (_, at) => (at === 0 ? 5 : -5))
  return pipeline(['words', vectorizer], ['model', logistic(weights)])
}

function refusalOf(record: PickleRecord): string {
  try {
    describeSklearn(record, {})
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
  return 'not refused'
}

test('a text is the only field, and it must be there', async () => {
  const description = describeSklearn(model(counting({})), {})
  expect(description.task).toBe('text_classification')
  expect(description.inputs).toEqual([{ name: 'text', type: 'string', optional: false }])
  const found = await answers(model(counting({})), [['GOOD, good!'], ['so bad'], ['']])
  expect(found).toMatchObject([{ label: '1' }, { label: '0' }, { label: '0' }])
})

test('a pattern of words may be any that Python has and Parley knows', async () => {
  const tags = counting({ token_pattern: '(?<!\\w)#(\\w+)' })
  const found = await answers(model(tags), [['#good bad'], ['good #bad']])
  expect(found).toMatchObject([{ label: '1' }, { label: '0' }])
})

describe('what cannot be done is refused with the step and what to do', () => {
  const cases: readonly (readonly [string, PickleRecord, string])[] = [
    [
      'a tokenizer of one’s own',
      counting({ tokenizer: GLOBAL }),
      'calls churn.split_words as its tokenizer',
    ],
    ['a preprocessor of one’s own', counting({ preprocessor: GLOBAL }), 'as its preprocessor'],
    ['an analyzer of one’s own', counting({ analyzer: GLOBAL }), 'as its analyzer'],
    ['accents by a function', counting({ strip_accents: GLOBAL }), 'as its strip_accents'],
    ['files', counting({ input: 'filename' }), 'files by their names'],
    ['a pattern out of reach', counting({ token_pattern: '(\\w)\\1' }), 'which uses \\1'],
    ['runs without end', counting({ ngram_range: tuple(1, 1_000_000) }), 'runs of a length'],
    ['no vocabulary', counting({ vocabulary_: null }), 'never fitted'],
    [
      'two terms for one column',
      counting({ vocabulary_: dict({ a: 0, b: 0 }) }),
      'one after the other',
    ],
    [
      'a column out of order',
      counting({ vocabulary_: dict({ a: 0, b: 2e9 }) }),
      'one after the other',
    ],
    ['stop words that are numbers', counting({ stop_words: list(1, 2) }), 'no text'],
    [
      'hashing into too many columns',
      made('sklearn.feature_extraction.text.HashingVectorizer', {
        token_pattern: '\\w+',
        n_features: 2 ** 30,
        norm: 'l2',
      }),
      'columns of a text',
    ],
    [
      'weights of another vocabulary',
      made('sklearn.feature_extraction.text.TfidfVectorizer', {
        token_pattern: '\\w+',
        vocabulary_: dict({ good: 0, bad: 1 }),
        _tfidf: made('sklearn.feature_extraction.text.TfidfTransformer', {
          use_idf: true,
          idf_: doubles([1, 2, 3]),
          norm: 'l2',
        }),
      }),
      'do not fit its vocabulary',
    ],
  ]

  for (const [title, vectorizer, reason] of cases) {
    test(title, () => {
      const message = refusalOf(model(vectorizer))
      expect(message).toContain(reason)
      expect(message).toContain('(step “words”)')
    })
  }

  test('two columns before a vectorizer', () => {
    const columns = made('sklearn.compose._column_transformer.ColumnTransformer', {
      transformers_: list(tuple('words', counting({}), integers(0, 1))),
      n_features_in_: 2,
    })
    const record = pipeline(['columns', columns], ['model', logistic([1, 1])])
    expect(refusalOf(record)).toContain('reads one column of texts, but 2 columns reach it')
  })
})
