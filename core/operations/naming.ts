// What an uploaded model is called: a name for its endpoint, a title for people, and what it predicts.

import { isModelName } from '#core/registry/names.ts'

/** Words of file names that say nothing about what is predicted. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(
  `model models clf classifier regressor reg estimator predictor pipeline pipe booster final latest new best prod
  production test tuned trained export exported saved save dump copy tmp temp my the a an of for xgb xgboost lgb lgbm
  lightgbm sklearn onnx pickle pickled pkl joblib json ubj binary v version bst gbm gbt rf tree trees untitled`.split(
    /\s+/,
  ),
)

/** Extensions in the order they are taken off: `churn.pkl.gz` loses both. */
const EXTENSION =
  /\.(?:pkl|pickle|p|joblib|json|ubj|ubjson|model|bin|bst|xgb|deprecated|onnx|gz|bz2|xz|lzma|lz4|z|zip|txt)$/i
const VERSION_WORD = /^(?:v|ver|version)?\d+(?:\.\d+)*$/
const CAMEL_BOUNDARY = /(?<=[a-z0-9])(?=[A-Z])/g
const TRAILING_SEPARATOR = /_+$/
const SEPARATORS = /[^a-z0-9]+/
const MARKS = /\p{M}+/gu
const SPACES = /\s+/g
const TRAILING_MODEL = /\s+(?:model|classifier|regressor|predictor)$/i
const LEADING_ARTICLE = /^(?:my|our|the|a|an|this)\s+/i

const FALLBACK_NAME = 'model'
/** As long as the registry allows. */
const MAX_NAME_LENGTH = 63
const MAX_TITLE_LENGTH = 120

/** A name from words: `Customer churn` → `customer_churn`; one that is a name already stays. Null when nothing is left. */
export function slugOf(text: string): string | null {
  const lower = text.trim().toLowerCase()
  if (isModelName(lower)) return lower
  return joinName(wordsOf(text))
}

/** `churn_model_v2.pkl` → `churn`; `model.pkl` → null, as it says nothing. */
export function nameFromFile(fileName: string): string | null {
  let stem = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
  while (EXTENSION.test(stem)) stem = stem.replace(EXTENSION, '')
  return joinName(tellingWords(stem))
}

function joinName(words: readonly string[]): string | null {
  const name = words.join('_').slice(0, MAX_NAME_LENGTH).replace(TRAILING_SEPARATOR, '')
  return name === '' ? null : name
}

/** The name when nobody gave one: from the file, else from what the person called it. `generic` when neither says anything. */
export function deriveName(
  fileName: string,
  title: string | undefined,
): { readonly name: string; readonly generic: boolean } {
  const fromFile = nameFromFile(fileName)
  if (fromFile !== null) return { name: fromFile, generic: false }
  const fromTitle = title === undefined ? null : nameFromFile(title)
  if (fromTitle !== null) return { name: fromTitle, generic: false }
  return { name: FALLBACK_NAME, generic: true }
}

/** `my customer churn model` → `Customer churn`; undefined when nothing is left. */
export function titleFromWords(words: string | undefined): string | undefined {
  const bareTitle = (words ?? '')
    .replace(SPACES, ' ')
    .trim()
    .replace(LEADING_ARTICLE, '')
    .replace(TRAILING_MODEL, '')
    .slice(0, MAX_TITLE_LENGTH)
    .trim()
  return bareTitle === '' ? undefined : bareTitle.slice(0, 1).toUpperCase() + bareTitle.slice(1)
}

/** What a model of this name predicts, in words: `house_price` → `house price`; undefined for a name that says nothing. */
export function targetFromName(name: string): string | undefined {
  const telling = tellingWords(name)
  return telling.length === 0 ? undefined : telling.join(' ')
}

function tellingWords(text: string): string[] {
  return wordsOf(text).filter((word) => !EMPTY_WORDS.has(word) && !VERSION_WORD.test(word))
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(CAMEL_BOUNDARY, ' ')
    .toLowerCase()
    .split(SEPARATORS)
    .filter((word) => word !== '')
}
