// The models that can be trained and what can be set of each, by scikit-learn's names.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { nearestWord } from '#core/nearest.ts'

export const MODEL_NAMES = ['logreg', 'ridge', 'knn', 'rf', 'hgb', 'tfidf'] as const

export type ModelName = (typeof MODEL_NAMES)[number]

export type Setting = number | string | null

interface Hyperparameter {
  readonly default: Setting
  readonly about: string
  readonly check:
    | { readonly kind: 'number'; readonly above: number }
    | { readonly kind: 'count'; readonly least: number; readonly orNone: boolean }
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    /** A share of 1, or one of these words. */
    | { readonly kind: 'share'; readonly choices: readonly string[] }
}

const SCALER: Hyperparameter = {
  default: 'standard',
  about: 'How numbers are scaled',
  check: { kind: 'choice', choices: ['standard', 'robust', 'none'] },
}

/** scikit-learn has a wrapper around the model for it, TransformedTargetRegressor. */
const TARGET: Hyperparameter = {
  default: 'plain',
  about: 'Learn a number as it is, or its logarithm',
  check: { kind: 'choice', choices: ['plain', 'log'] },
}

const positive = (value: number, about: string): Hyperparameter => ({
  default: value,
  about,
  check: { kind: 'number', above: 0 },
})

const count = (value: number | null, least: number, about: string): Hyperparameter => ({
  default: value,
  about,
  check: { kind: 'count', least, orNone: value === null },
})

interface ModelFacts {
  readonly title: string
  readonly predicts: 'classes' | 'values' | 'both'
  readonly settings: Readonly<Record<string, Hyperparameter>>
}

export const MODELS: Readonly<Record<ModelName, ModelFacts>> = {
  logreg: {
    title: 'logistic regression',
    predicts: 'classes',
    settings: {
      C: positive(1, 'Inverse strength of the L2 penalty'),
      max_iter: count(1_000, 1, 'Iterations at most'),
      tol: positive(1e-6, 'Gradient at which it is done'),
      scaler: SCALER,
    },
  },
  ridge: {
    title: 'ridge regression',
    predicts: 'values',
    settings: {
      alpha: positive(1, 'Strength of the L2 penalty'),
      scaler: SCALER,
      target_scale: TARGET,
    },
  },
  knn: {
    title: 'nearest neighbours',
    predicts: 'both',
    settings: {
      n_neighbors: count(5, 1, 'Neighbours asked'),
      weights: {
        default: 'uniform',
        about: 'Whether nearer ones count more',
        check: { kind: 'choice', choices: ['uniform', 'distance'] },
      },
      scaler: SCALER,
      target_scale: TARGET,
    },
  },
  rf: {
    title: 'random forest',
    predicts: 'both',
    settings: {
      n_estimators: count(100, 1, 'Trees'),
      max_depth: count(null, 1, 'Depth of a tree at most'),
      min_samples_split: count(2, 2, 'Rows needed to split'),
      min_samples_leaf: count(1, 1, 'Rows of a leaf at least'),
      max_features: {
        default: null,
        about: 'Share of the features tried at a split, or sqrt',
        check: { kind: 'share', choices: ['sqrt'] },
      },
      scaler: SCALER,
      target_scale: TARGET,
    },
  },
  hgb: {
    title: 'histogram gradient boosting',
    predicts: 'both',
    settings: {
      max_iter: count(100, 1, 'Rounds of trees at most'),
      learning_rate: positive(0.1, 'How much each tree counts'),
      max_leaf_nodes: count(31, 2, 'Leaves of a tree at most'),
      max_depth: count(null, 1, 'Depth of a tree at most'),
      min_samples_leaf: count(20, 1, 'Rows of a leaf at least'),
      l2_regularization: {
        default: 0,
        about: 'Strength of the L2 penalty',
        check: { kind: 'number', above: -Number.MIN_VALUE },
      },
      early_stopping: {
        default: 'auto',
        about: 'Stop when rows held out gain nothing; auto: above 10,000 rows',
        check: { kind: 'choice', choices: ['auto', 'on', 'off'] },
      },
      validation_fraction: positive(0.1, 'Share of the rows held out for that'),
      n_iter_no_change: count(10, 1, 'Rounds without gain after which it stops'),
      target_scale: TARGET,
    },
  },
  tfidf: {
    title: 'TF-IDF with logistic regression',
    predicts: 'classes',
    settings: {
      // Rows of length 1 over tens of thousands of columns: the usual 1 holds the coefficients down too much.
      C: positive(10, 'Inverse strength of the L2 penalty'),
      max_iter: count(1_000, 1, 'Iterations at most'),
      tol: positive(1e-4, 'Gradient at which it is done'),
      ngrams: count(2, 1, 'Longest run of words that counts as one term'),
      min_df: count(1, 1, 'Texts in which a term must occur'),
    },
  },
}

export type Settings = Readonly<Record<string, Setting>>

/** What was given over the defaults; `invalid_input` for a name that the model lacks or a value that it cannot take. */
export function resolveSettings(
  model: ModelName,
  given: Readonly<Record<string, string>>,
): Outcome<Settings> {
  const known = MODELS[model].settings
  const settings: Record<string, Setting> = {}
  for (const [name, { default: value }] of Object.entries(known)) settings[name] = value
  for (const [name, text] of Object.entries(given)) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined
    if (parameter === undefined) return unknownSetting(model, name)
    const value = readSetting(text, parameter)
    if (value === undefined) {
      return fail('invalid_input', `${name} must be ${describeCheck(parameter)}; it is “${text}”.`)
    }
    settings[name] = value
  }
  return succeed(settings)
}

function unknownSetting(model: ModelName, name: string): Outcome<never> {
  const names = Object.keys(MODELS[model].settings)
  const near = nearestWord(name, names)
  const hint = near === null ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`
  return fail('invalid_input', `${model} has no setting ${name}. ${hint}`)
}

/** Undefined for a value that it cannot take. */
function readSetting(text: string, { check }: Hyperparameter): Setting | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  switch (check.kind) {
    case 'number':
      return Number.isFinite(number) && number > check.above ? number : undefined
    case 'count':
      if (check.orNone && text === 'none') return null
      return Number.isSafeInteger(number) && number >= check.least ? number : undefined
    case 'choice':
      return check.choices.includes(text) ? text : undefined
    case 'share':
      if (check.choices.includes(text)) return text
      return number > 0 && number <= 1 ? number : undefined
  }
}

function describeCheck({ check }: Hyperparameter): string {
  switch (check.kind) {
    case 'number':
      return check.above >= 0 ? `a number above ${check.above}` : 'a number that is not negative'
    case 'count':
      return `a whole number from ${check.least}${check.orNone ? ', or none' : ''}`
    case 'choice':
      return check.choices.join(', ')
    case 'share':
      return `a share above 0 and up to 1, or ${check.choices.join(', ')}`
  }
}
