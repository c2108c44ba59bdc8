// What preprocessing does to columns.

import type { Categories, EncodedColumn, OneHotColumn } from './categories.ts'
import { type ColumnNeed, type ColumnTable, NUMBER, UNKNOWN } from './column-rules.ts'
import { MISSING_TEXT } from './missing-text.ts'
import { combinationCount } from './polynomial-terms.ts'
import type { Encoder, Imputer, Preprocessor, Rearranger, Scaler } from './preprocessing.ts'

/** Columns that are only calculated with; a missing value is refused. */
const numbers = (_: unknown, width: number) => Array.from({ length: width }, () => NUMBER)

/** Columns whose missing values stay missing, so that what comes after decides about them. */
function numbersThatPass(_: unknown, width: number, after: readonly ColumnNeed[]): ColumnNeed[] {
  return Array.from({ length: width }, (__, index) => {
    const need = after[index]
    if (need?.optional === true) return { ...NUMBER, optional: true }
    return need?.nullable === true ? { ...NUMBER, nullable: true } : NUMBER
  })
}

const same = (_: unknown, width: number) => width

const SCALERS: ColumnTable<Scaler> = {
  scale: { widthAfter: same, needsBefore: numbersThatPass },
  normalize: { widthAfter: same, needsBefore: numbers },
  power: { widthAfter: same, needsBefore: numbersThatPass },
  quantile: { widthAfter: same, needsBefore: numbersThatPass },
  function: { widthAfter: same, needsBefore: numbersThatPass },
  binarize: { widthAfter: same, needsBefore: numbers },
}

const IMPUTERS: ColumnTable<Imputer> = {
  impute: {
    widthAfter: (node) => node.columns.length,
    needsBefore(node, width, after) {
      const needs = Array.from({ length: width }, () => UNKNOWN)
      node.columns.forEach(({ column, fill }, index) => {
        const type = typeof fill === 'string' ? 'text' : 'number'
        needs[column] = needBeforeFilling(after[index] ?? UNKNOWN, type, node.missing)
      })
      return needs
    },
  },
  'missing-indicator': {
    widthAfter: (node) => node.columns.length,
    needsBefore(node, width) {
      const needs = Array.from({ length: width }, () => UNKNOWN)
      const need: ColumnNeed = { kind: node.type ?? 'number', optional: isNothing(node.missing) }
      for (const column of node.columns) needs[column] = need
      return needs
    },
  },
  'impute-nearest': {
    widthAfter: (node) => node.columns.length,
    needsBefore(node, width) {
      const needs = Array.from({ length: width }, () => UNKNOWN)
      for (const column of node.columns) {
        needs[column] = { ...NUMBER, optional: Number.isNaN(node.missing) }
      }
      return needs
    },
  },
}

/** What comes after may be particular about its values; the one that means "missing" is always welcome. */
function needBeforeFilling(
  after: ColumnNeed,
  type: 'number' | 'text',
  missing: number | string,
): ColumnNeed {
  if (isNothing(missing)) return { ...after, kind: type, optional: true }
  const { categories } = after
  if (categories === undefined || after.open === true) return { ...after, kind: type }
  return { ...after, kind: type, categories: [...categories, String(missing)] }
}

/** True where nothing at all stands for a missing value, not some number or word. */
function isNothing(missing: number | string): boolean {
  return missing === MISSING_TEXT || Number.isNaN(missing)
}

const ENCODERS: ColumnTable<Encoder> = {
  'one-hot': {
    widthAfter: (node) => sumOf(node.columns.map((column) => column.width)),
    needsBefore: (node) =>
      node.columns.map((column: OneHotColumn) =>
        categoryNeed(column.categories, column.unknown !== 'refused'),
      ),
  },
  encode: {
    widthAfter: (node) => sumOf(node.columns.map((column) => column.width)),
    needsBefore: (node) =>
      node.columns.map((column: EncodedColumn) =>
        categoryNeed(column.categories, column.unknown !== null),
      ),
  },
  bins: {
    widthAfter: (node) =>
      node.encode === 'ordinal'
        ? node.edges.length
        : sumOf(node.edges.map((edges) => edges.length + 1)),
    needsBefore: numbers,
  },
  lookup: {
    widthAfter: (node) => node.table.columns,
    needsBefore: (node) => [{ kind: 'text', categories: node.keys, open: node.fallback !== null }],
  },
}

function categoryNeed(categories: Categories, open: boolean): ColumnNeed {
  const known = [...categories.values].filter((value) => !isNothing(value)).map(String)
  const hasMissing = known.length < categories.values.length
  return {
    kind: categories.type === 'text' ? 'text' : 'number',
    categories: known,
    open,
    ...(categories.type === 'boolean' && { boolean: true }),
    ...(hasMissing ? { optional: true } : { nullable: open }),
  }
}

const REARRANGERS: ColumnTable<Rearranger> = {
  project: { widthAfter: (node) => node.components.rows, needsBefore: numbers },
  distances: { widthAfter: (node) => node.centres.rows, needsBefore: numbers },
  select: {
    widthAfter: (node) => node.columns.length,
    needsBefore(node, width, after) {
      const needs = Array.from({ length: width }, () => UNKNOWN)
      node.columns.forEach((column, place) => {
        needs[column] = after[place] ?? UNKNOWN
      })
      return needs
    },
  },
  polynomial: {
    widthAfter(node, width) {
      let count = node.bias ? 1 : 0
      for (let degree = node.lowest; degree <= node.highest; degree++) {
        count += combinationCount(width, degree, node.interactionsOnly)
      }
      return count
    },
    needsBefore: numbers,
  },
  splines: {
    widthAfter: (node) => sumOf(node.columns.map((column) => column.outputs)),
    needsBefore: numbers,
  },
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

export const PREPROCESSING_COLUMNS: ColumnTable<Preprocessor> = {
  ...SCALERS,
  ...IMPUTERS,
  ...ENCODERS,
  ...REARRANGERS,
}
