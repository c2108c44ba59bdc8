// Says in a few words what an inert value is, for messages and `parley inspect`.

import { asText, isCompound, itemsOf } from './pickle/access.ts'
import { printable, qualifiedName } from './pickle/globals.ts'
import type { GlobalRef, NdArray, PickleValue } from './pickle/value.ts'

/** More than these are summed up as "and 5 more". */
const MAX_NAMED = 6
const MAX_TEXT = 40

/** Letters and initials that are spoken with a vowel first: "an XGBClassifier", "an SVC". */
const SPOKEN_WITH_VOWEL = /^([AEIOaeio]|[FHLMNRSX][A-Z])/

/** The libraries that model files are written by, by top-level package. */
const LIBRARY_TITLES: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn',
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  catboost: 'CatBoost',
  imblearn: 'imbalanced-learn',
  pandas: 'pandas',
  numpy: 'NumPy',
  scipy: 'SciPy',
}

export function withArticle(name: string): string {
  return `${SPOKEN_WITH_VOWEL.test(name) ? 'an' : 'a'} ${name}`
}

/** `scikit-learn`, or null for a package that is none of the usual ones. */
export function libraryTitle(ref: GlobalRef): string | null {
  const root = ref.module.split('.')[0] ?? ''
  return Object.hasOwn(LIBRARY_TITLES, root) ? (LIBRARY_TITLES[root] ?? null) : null
}

/** "a StandardScaler", "a list of 3 numbers"; containers say what is in them one level deep. Values themselves are never shown. */
export function nameObject(value: PickleValue, depth = 0): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  if (typeof value === 'string') return 'a text'
  if (!isCompound(value)) return `${value.length} bytes`
  switch (value.kind) {
    case 'global':
      return `the name ${printable(qualifiedName(value))}`
    case 'record':
      return withArticle(printable(value.callable.name))
    case 'ndarray':
      return nameArray(value)
    case 'set':
      return `a set of ${value.items.length} items`
    case 'list':
    case 'tuple':
      return nameSequence(value.kind, value.items, depth)
    case 'dict':
      return nameDict(value.entries, depth)
  }
}

/** "a, b and c"; long lists are cut. */
export function joinNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED)
  const rest = names.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  if (shown.length < 2) return shown.join('')
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** What the top-level objects of a file are: a short list or tuple that holds objects counts as its parts. */
export function nameContents(values: readonly PickleValue[]): string {
  const [only] = values
  const items = values.length === 1 ? itemsOf(only) : null
  const parts = items !== null && items.length <= MAX_NAMED && items.some(isObject) ? items : values
  return joinNames(parts.map((part) => nameObject(part, items === null ? 0 : 1)))
}

function isObject(value: PickleValue): boolean {
  return isCompound(value) && value.kind === 'record'
}

function nameSequence(kind: string, items: readonly PickleValue[], depth: number): string {
  if (items.length === 0) return `an empty ${kind}`
  if (depth > 0 || items.length > MAX_NAMED || !items.some(isObject)) {
    return `a ${kind} of ${items.length} ${nounOf(items)}${items.length === 1 ? '' : 's'}`
  }
  return `a ${kind} of ${joinNames(items.map((item) => nameObject(item, depth + 1)))}`
}

/** What all items are, in one word. */
function nounOf(items: readonly PickleValue[]): string {
  if (items.every((item) => typeof item === 'string')) return 'text'
  return items.every((item) => typeof item === 'number' || typeof item === 'bigint')
    ? 'number'
    : 'item'
}

function nameDict(entries: ReadonlyMap<PickleValue, PickleValue>, depth: number): string {
  if (entries.size === 0) return 'an empty dict'
  if (depth > 0) return `a dict of ${entries.size} entries`
  const names: string[] = []
  for (const [key, value] of entries) {
    if (names.length > MAX_NAMED) break
    const text = asText(key)
    const place = text === null ? nameObject(key, 1) : `“${shorten(text)}”`
    names.push(`${nameObject(value, 1)} under ${place}`)
  }
  const rest = entries.size - Math.min(names.length, MAX_NAMED)
  const shown = names.slice(0, MAX_NAMED).join(', ')
  return `a dict with ${shown}${rest > 0 ? ` and ${rest} more` : ''}`
}

function nameArray(array: NdArray): string {
  if (array.shape.length === 0) return 'a NumPy number'
  return `a NumPy array (${array.shape.join(' × ')})`
}

function shorten(text: string): string {
  const clean = printable(text)
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT - 1)}…` : clean
}
