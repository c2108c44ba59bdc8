// Reads the categories of encoders: texts, numbers and truth values, with missing ones among them.

import type { Categories } from '#core/pipeline/categories.ts'
import { MISSING_TEXT } from '#core/pipeline/missing-text.ts'
import { asNumber, asText, isArray } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  numbersOfValue,
  readItems,
  refuse,
} from './fitted-object.ts'
import type { TableShape } from './reading.ts'

/** One list a column. */
export function readCategories(object: FittedObject, table: TableShape): readonly Categories[] {
  const lists = readItems(object, 'categories_').map((value) => categoriesOf(object, value))
  checkWidth(object, lists.length, table)
  return lists
}

type Scalar = string | number | boolean | null

function categoriesOf(object: FittedObject, value: PickleValue): Categories {
  const items = (itemsOfValue(value) ?? []).map((item) => scalarOf(object, item))
  const isFlags = isArray(value) && value.dtype.code.startsWith('b')
  if (items.some((item) => typeof item === 'string')) {
    return { type: 'text', values: distinct(object, items.map(textOf)) }
  }
  const known = items.filter((item) => !isMissing(item))
  const isBoolean =
    isFlags || (known.length > 0 && known.every((item) => typeof item === 'boolean'))
  const values = distinct(
    object,
    items.map((item) => (item === null ? Number.NaN : Number(item))),
  )
  return { type: isBoolean ? 'boolean' : 'number', values: Float64Array.from(values) }
}

function scalarOf(object: FittedObject, item: PickleValue): Scalar {
  if (item === null || typeof item === 'boolean') return item
  const scalar = asText(item) ?? asNumber(item)
  if (scalar !== null) return scalar
  throw refuse(
    object,
    'knows categories that are neither texts nor numbers, such as dates. Turn them into texts before the model.',
  )
}

function isMissing(item: Scalar): boolean {
  return item === null || Number.isNaN(item)
}

/** Python's str() of what stands between texts. */
function textOf(item: Scalar): string {
  if (isMissing(item)) return MISSING_TEXT
  if (typeof item === 'boolean') return item ? 'True' : 'False'
  return String(item)
}

/** A category twice would make two results of one value. */
function distinct<Value extends string | number>(
  object: FittedObject,
  values: readonly Value[],
): readonly Value[] {
  if (new Set(values).size === values.length) return values
  throw refuse(object, 'has a category twice.')
}

/** How rare categories are gathered: one column's codes after gathering, or null where it has none. */
export function readGroupings(
  object: FittedObject,
  categories: readonly Categories[],
): readonly (Float64Array | null)[] {
  const mappings = itemsOfValue(attribute(object, '_default_to_infrequent_mappings'))
  const isEnabled = attribute(object, '_infrequent_enabled') === true && mappings !== null
  return categories.map(({ values }, column) => {
    const mapping = isEnabled ? numbersOfValue(mappings[column]) : null
    if (mapping === null) return null
    const isSound = mapping.every(
      (code) => Number.isInteger(code) && code >= 0 && code < values.length,
    )
    if (mapping.length > values.length || mapping.length === 0 || !isSound) {
      throw refuse(object, 'gathers rare categories in a way that does not fit its categories.')
    }
    return mapping
  })
}

/** handle_unknown, one of `known`. */
export function readUnknownRule<Rule extends string>(
  object: FittedObject,
  known: readonly Rule[],
  fallback: Rule,
): Rule {
  const value = asText(attribute(object, 'handle_unknown')) ?? fallback
  const rule = known.find((name) => name === value)
  if (rule === undefined) {
    throw refuse(object, `treats unknown categories by the rule ${printable(value)}.`)
  }
  return rule
}
