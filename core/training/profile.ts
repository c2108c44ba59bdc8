// What a column of a data set looks like: its kind, what is missing, what it holds most.

import type { Column, NumberColumn, Table, TextColumn } from './table.ts'

export const COLUMN_KINDS = [
  'number',
  'integer',
  'boolean',
  'category',
  'text',
  'identifier',
  'date',
  'constant',
] as const

export type ColumnKind = (typeof COLUMN_KINDS)[number]

export interface ColumnProfile {
  readonly name: string
  readonly kind: ColumnKind
  /** Share of rows without a value, 0..1. */
  readonly missing: number
  /** Different values, missing ones not counted. */
  readonly distinct: number
  /** Numbers only, over the values that are there. */
  readonly quantiles: Quantiles | null
  /** Most frequent values with their counts, most frequent first, equals in order of appearance. */
  readonly frequent: readonly { readonly value: string; readonly count: number }[]
}

export interface Quantiles {
  readonly minimum: number
  readonly quarter: number
  readonly median: number
  readonly threeQuarters: number
  readonly maximum: number
  readonly mean: number
}

const FREQUENT_SHOWN = 10
/** Below this many values it cannot be told whether a column numbers its rows. */
const IDENTIFIER_ROWS = 20
/** Texts that are nearly all different name their rows, unless they are sentences. */
const IDENTIFIER_SHARE = 0.95
/** From this many words on the average a text is something to read. */
const TEXT_WORDS = 3
const TEXT_DISTINCT_SHARE = 0.3
const DATE_SHARE = 0.95
/** Values of a column looked at for its form. */
const FORM_SAMPLE = 2_000

const YES_NO_PAIRS: ReadonlySet<string> = new Set(['no/yes', 'false/true', 'f/t', 'n/y'])
const IDENTIFIER_NAME =
  /^(id|uuid|guid|key|index|unnamed 0|row (number|id|index))$|(^| )(id|uuid|guid)$/
const CAMEL = /([\p{Ll}\d])(\p{Lu})/gu
const SEPARATORS = /[^\p{L}\p{N}]+/gu
const DATE =
  /^(?:\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}.*)?|\d{8}T\d{6}.*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?: .*)?|\d{4}\/\d{1,2}\/\d{1,2}(?: .*)?|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2},? \d{4})$/
const WHITE_SPACE = /\s+/

export function profileTable(table: Table): readonly ColumnProfile[] {
  return table.columns.map(profileColumn)
}

export function profileColumn(column: Column): ColumnProfile {
  const counts = countValues(column)
  const present = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const rows = column.values.length
  const top = [...counts].sort((left, right) => right[1] - left[1]).slice(0, FREQUENT_SHOWN)
  return {
    name: column.name,
    kind: kindOf(column, counts, present),
    missing: rows === 0 ? 0 : (rows - present) / rows,
    distinct: counts.size,
    quantiles: column.kind === 'number' && present > 0 ? quantilesOf(column) : null,
    frequent: top.map(([value, count]) => ({ value: String(value), count })),
  }
}

type Counts = ReadonlyMap<string | number, number>

function countValues(column: Column): Counts {
  const counts = new Map<string | number, number>()
  for (const value of column.values) {
    if (value === null || Number.isNaN(value)) continue
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

function kindOf(column: Column, counts: Counts, present: number): ColumnKind {
  if (counts.size <= 1) return 'constant'
  return column.kind === 'number'
    ? numberKind(column, counts, present)
    : textKind(column, counts, present)
}

function numberKind({ name, values }: NumberColumn, counts: Counts, present: number): ColumnKind {
  if (counts.size === 2 && counts.has(0) && counts.has(1)) return 'boolean'
  if (!values.every((value) => Number.isNaN(value) || Number.isInteger(value))) return 'number'
  if (present < IDENTIFIER_ROWS) return 'integer'
  if (counts.size === present && (soundsLikeIdentifier(name) || countsRows(values))) {
    return 'identifier'
  }
  // A customer may come up several times; the name then has to say what the numbers are.
  const mostlyDifferent = counts.size > present * 0.5
  return mostlyDifferent && soundsLikeIdentifier(name) ? 'identifier' : 'integer'
}

function soundsLikeIdentifier(name: string): boolean {
  const words = name.replace(CAMEL, '$1 $2').toLowerCase().replace(SEPARATORS, ' ').trim()
  return IDENTIFIER_NAME.test(words)
}

/** 0, 1, 2, … or 101, 102, …: the rows' own numbers. */
function countsRows(values: Float64Array): boolean {
  const [first = Number.NaN] = values
  return values.every((value, row) => value === first + row)
}

function textKind(column: TextColumn, counts: Counts, present: number): ColumnKind {
  const distinct = [...counts.keys()].map((value) => String(value))
  if (distinct.length === 2) {
    const pair = distinct.map((value) => value.trim().toLowerCase()).sort()
    if (YES_NO_PAIRS.has(pair.join('/'))) return 'boolean'
  }
  const sample = distinct.slice(0, FORM_SAMPLE)
  const share = (test: (text: string) => boolean) => sample.filter(test).length / sample.length
  if (share((text) => DATE.test(text.trim())) >= DATE_SHARE) return 'date'
  const words =
    sample.reduce((sum, text) => sum + text.trim().split(WHITE_SPACE).length, 0) / sample.length
  const differing = distinct.length / present
  if (words >= TEXT_WORDS && differing >= TEXT_DISTINCT_SHARE) return 'text'
  if (present >= IDENTIFIER_ROWS && differing >= IDENTIFIER_SHARE) return 'identifier'
  if (differing > 0.5 && soundsLikeIdentifier(column.name)) return 'identifier'
  return 'category'
}

function quantilesOf({ values }: NumberColumn): Quantiles {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  return {
    minimum: sorted[0] ?? Number.NaN,
    quarter: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    threeQuarters: quantile(sorted, 0.75),
    maximum: sorted[sorted.length - 1] ?? Number.NaN,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  }
}

/** Of sorted values, with linear interpolation between neighbours, as numpy's default does. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const lower = sorted[below] ?? Number.NaN
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  const part = place - below
  // numpy's own rounding: from the nearer end.
  return part >= 0.5 ? upper - (upper - lower) * (1 - part) : lower + (upper - lower) * part
}
