// Reads encoders of categories and bins: OneHotEncoder, OrdinalEncoder, TargetEncoder, KBinsDiscretizer.

import type { Categories, EncodedColumn, OneHotColumn } from '#core/pipeline/categories.ts'
import type { Transformer } from '#core/pipeline/pipeline.ts'
import { asNumber, asText, isCompound } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { readCategories, readGroupings, readUnknownRule } from './categories.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  itemsOfValue,
  numbersOfValue,
  optionalNumber,
  readItems,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import type { TableShape, TransformerReader } from './reading.ts'
import { isOlderThan } from './written-by.ts'

export const ENCODER_READERS: Readonly<Record<string, TransformerReader>> = {
  OneHotEncoder: readOneHot,
  OrdinalEncoder: readOrdinal,
  TargetEncoder: readTarget,
  KBinsDiscretizer: readBins,
}

const ONE_HOT_RULES = ['error', 'ignore', 'infrequent_if_exist', 'warn'] as const

function readOneHot(object: FittedObject, table: TableShape): Transformer {
  const categories = readCategories(object, table).map((own) => withTruthValues(object, own))
  checkLegacy(object, categories)
  const groupings = readGroupings(object, categories)
  const rule = readUnknownRule(object, ONE_HOT_RULES, 'error')
  const dropped = readDropped(object, categories)
  const columns = categories.map((own, index) =>
    oneHotColumn(object, own, groupings[index] ?? null, dropped[index] ?? null, rule),
  )
  return { kind: 'one-hot', columns }
}

/** The old mode took true and false for the numbers 1 and 0, so that only both together tell of them. */
function withTruthValues(object: FittedObject, categories: Categories): Categories {
  if (attribute(object, '_legacy_mode') !== true || categories.type !== 'number') return categories
  const isBoth = categories.values.join() === '0,1'
  return isBoth ? { ...categories, type: 'boolean' } : categories
}

/** The mode of releases before 0.20 has the same results as long as it found its categories by itself, in all columns. */
function checkLegacy(object: FittedObject, categories: readonly Categories[]): void {
  if (attribute(object, '_legacy_mode') !== true) return
  const count = categories.reduce((sum, { values }) => sum + values.length, 0)
  const active = numbersOfValue(attribute(object, '_active_features_'))
  if (active?.length === count && asText(attribute(object, '_categorical_features')) === 'all') {
    return
  }
  throw refuse(
    object,
    'was fitted in the mode of scikit-learn before 0.20 (n_values or categorical_features). Fit it with categories="auto", and save it again.',
  )
}

/** The dropped code of each column, after rare categories are gathered, or null. */
function readDropped(
  object: FittedObject,
  categories: readonly Categories[],
): readonly (number | null)[] {
  const value = firstAttribute(object, '_drop_idx_after_grouping', 'drop_idx_')
  const items = itemsOfValue(value) ?? []
  return categories.map(({ values }, column) => {
    const code = asNumber(items[column])
    if (code === null) return null
    if (Number.isInteger(code) && code >= 0 && code < values.length) return code
    throw refuse(object, `drops category ${code} of a column that has ${values.length}.`)
  })
}

function oneHotColumn(
  object: FittedObject,
  categories: Categories,
  grouping: Float64Array | null,
  dropped: number | null,
  rule: (typeof ONE_HOT_RULES)[number],
): OneHotColumn {
  const count = categories.values.length
  if (grouping !== null && grouping.length !== count) {
    throw refuse(object, 'gathers rare categories in a way that does not fit its categories.')
  }
  const codes = grouping ?? Float64Array.from({ length: count }, (_, code) => code)
  const largest = codes.reduce((most, code) => Math.max(most, code), -1)
  const resultOf = (code: number): number => {
    if (dropped === null || code < dropped) return code
    return code === dropped ? -1 : code - 1
  }
  const gathersUnknown = rule === 'infrequent_if_exist' || rule === 'warn'
  return {
    categories,
    outputs: Int32Array.from(codes, resultOf),
    width: largest + 1 - (dropped === null ? 0 : 1),
    unknown:
      rule === 'error' ? 'refused' : gathersUnknown && grouping !== null ? resultOf(largest) : -1,
  }
}

const ORDINAL_RULES = ['error', 'use_encoded_value'] as const

function readOrdinal(object: FittedObject, table: TableShape): Transformer {
  const categories = readCategories(object, table)
  const groupings = readGroupings(object, categories)
  const rule = readUnknownRule(object, ORDINAL_RULES, 'error')
  const unknown = rule === 'error' ? null : codeOf(object, 'unknown_value')
  const missing = codeOf(object, 'encoded_missing_value')
  const missingCodes = readMissingCodes(object)
  const columns = categories.map((own, index): EncodedColumn => {
    const grouping = groupings[index] ?? null
    const missingCode = missingCodes.get(index)
    const table = Float64Array.from({ length: own.values.length }, (_, code) =>
      code === missingCode ? missing : (grouping?.[code] ?? code),
    )
    return {
      categories: own,
      table,
      width: 1,
      unknown: unknown === null ? null : Float64Array.of(unknown),
    }
  })
  return { kind: 'encode', columns }
}

/** NaN is written as such or not at all. */
function codeOf(object: FittedObject, name: string): number {
  return optionalNumber(object, name) ?? Number.NaN
}

/** The code of NaN by column. None is a category like any other, and so was NaN before scikit-learn 1.0. */
function readMissingCodes(object: FittedObject): ReadonlyMap<number, number> {
  const value = attribute(object, '_missing_indices')
  const codes = new Map<number, number>()
  if (!isCompound(value) || value.kind !== 'dict') return codes
  for (const [column, code] of value.entries) {
    codes.set(asNumber(column) ?? -1, asNumber(code) ?? -1)
  }
  return codes
}

/** Means of the target by category; of several classes one mean a class, class by class within each column. */
function readTarget(object: FittedObject, table: TableShape): Transformer {
  const categories = readCategories(object, table)
  const means = readVector(object, 'target_mean_')
  const width = readText(object, 'target_type_', '') === 'multiclass' ? means.length : 1
  const encodings = readItems(object, 'encodings_').map(numbersOfValue)
  if (encodings.length !== categories.length * width || width === 0 || means.length !== width) {
    throw refuse(object, 'has encodings that do not fit its columns.')
  }
  const columns = categories.map((own, column): EncodedColumn => {
    const count = own.values.length
    const numbers = new Float64Array(count * width)
    for (let at = 0; at < width; at++) {
      const encoding = encodings[column * width + at] ?? null
      if (encoding?.length !== count) {
        throw refuse(object, 'has encodings that do not fit its categories.')
      }
      encoding.forEach((number, code) => {
        numbers[code * width + at] = number
      })
    }
    return { categories: own, table: numbers, width, unknown: means.slice(0, width) }
  })
  return { kind: 'encode', columns }
}

function readBins(object: FittedObject, table: TableShape): Transformer {
  const encode = readText(object, 'encode', 'onehot')
  if (encode !== 'ordinal' && encode !== 'onehot' && encode !== 'onehot-dense') {
    throw refuse(object, `encodes its bins as ${printable(encode)}.`)
  }
  const edges = readItems(object, 'bin_edges_').map((value) => {
    const all = numbersOfValue(value)
    if (all === null || all.length < 2) throw refuse(object, 'has a column without bins.')
    // The outer edges do not cut anything off.
    return all.slice(1, -1)
  })
  checkWidth(object, edges.length, table)
  return {
    kind: 'bins',
    edges,
    tolerant: isOlderThan(object, 1, 1, 0),
    encode: encode === 'ordinal' ? 'ordinal' : 'one-hot',
  }
}
