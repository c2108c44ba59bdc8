// A table that is joined to a model, as it comes in a CSV file: one row a key, one number a column.

import { parse } from 'csv-parse/sync'
import { FormatError } from './format-error.ts'

/** What to make of the file. */
export interface LookupRules {
  /** Name of its column of keys, and of the request's field that picks a row. */
  readonly key: string
  /** What happens to a key that is not in the table: an answer of 422, or the middle of each column. */
  readonly unknown: 'refuse' | 'median'
}

export interface LookupTable extends LookupRules {
  /** Names of the columns that a key adds; those without any number are left out. */
  readonly columns: readonly string[]
  readonly keys: readonly string[]
  /** [keys, columns], row-major; NaN where a cell is empty. */
  readonly values: Float64Array
  /** Line of each key in the file, from 1. */
  readonly lines: readonly number[]
}

/** The file is text that is parsed in memory; a table that is larger belongs into a database. */
export const MAX_LOOKUP_BYTES = 16 * 1024 * 1024
/** Numbers in the artifact, 8 bytes each: what is loaded again with every version. */
const MAX_ENTRIES = 4_000_000
const MAX_COLUMNS = 2_000

const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** A whole number as tables with gaps write it: 98118.0 is the key 98118. */
const WHOLE_AS_FLOAT = /^(-?\d+)\.0+$/
const DELIMITERS = [',', ';', '\t', '|'] as const

/** Throws FormatError with the line that cannot be used. */
export function readLookupTable(bytes: Uint8Array, rules: LookupRules): LookupTable {
  if (bytes.byteLength > MAX_LOOKUP_BYTES) {
    throw misfit(`The table is larger than ${MAX_LOOKUP_BYTES / 1024 / 1024} MB.`)
  }
  const [header = [], ...body] = readRecords(bytes)
  const names = header.map((name) => name.trim())
  const place = names.indexOf(rules.key)
  if (place === -1) {
    const shown = names.slice(0, 10).join(', ')
    throw misfit(`The table has no column “${rules.key}”. It has ${shown}.`)
  }
  if (new Set(names).size !== names.length) throw misfit('The table has two columns of one name.')
  if (body.length === 0) throw misfit(`The table by ${rules.key} has no rows.`)
  if (names.length > MAX_COLUMNS || body.length * names.length > MAX_ENTRIES) {
    throw misfit(`The table by ${rules.key} has more than ${MAX_ENTRIES} entries.`)
  }
  const keys = readKeys(body, place, rules.key)
  const columns = names.map((_, column) => column).filter((column) => column !== place)
  const numeric = columns.filter((column) => isNumeric(body, column))
  const values = new Float64Array(body.length * numeric.length)
  numeric.forEach((column, at) => {
    body.forEach((row, index) => {
      values[index * numeric.length + at] = numberOf(row[column] ?? '')
    })
  })
  return {
    ...rules,
    columns: numeric.map((column) => names[column] ?? ''),
    keys,
    values,
    lines: body.map((_, index) => index + 2),
  }
}

function readRecords(bytes: Uint8Array): readonly (readonly string[])[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw misfit('The table is not a text in UTF-8. Save it as CSV.')
  }
  const end = text.indexOf('\n')
  const first = end === -1 ? text : text.slice(0, end)
  const counts = DELIMITERS.map((sign) => first.split(sign).length)
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ','
  try {
    return parse(text, { bom: true, delimiter, skip_empty_lines: true }) as string[][]
  } catch (error) {
    const line = lineOf(error)
    throw misfit(
      `The table cannot be read${line === null ? '' : ` beyond line ${line}`}: its rows are not of one length, or a quote is left open.`,
    )
  }
}

/** The parser's own message may hold cells. */
function lineOf(error: unknown): number | null {
  const line = typeof error === 'object' && error !== null && 'lines' in error ? error.lines : null
  return typeof line === 'number' ? line : null
}

function readKeys(
  rows: readonly (readonly string[])[],
  place: number,
  name: string,
): readonly string[] {
  const lineOfKey = new Map<string, number>()
  rows.forEach((row, index) => {
    const cell = (row[place] ?? '').trim()
    const key = WHOLE_AS_FLOAT.exec(cell)?.[1] ?? cell
    const line = index + 2
    if (key === '') throw misfit(`The table has no ${name} in line ${line}.`)
    const earlier = lineOfKey.get(key)
    if (earlier !== undefined) {
      throw misfit(`The table has one ${name} twice, in lines ${earlier} and ${line}.`)
    }
    lineOfKey.set(key, line)
  })
  return [...lineOfKey.keys()]
}

function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  let known = 0
  for (const row of rows) {
    const cell = (row[column] ?? '').trim()
    if (PLAIN_NUMBER.test(cell)) known++
    else if (cell !== '') return false
  }
  return known > 0
}

function numberOf(cell: string): number {
  const text = cell.trim()
  return text === '' ? Number.NaN : Number(text)
}

function misfit(message: string): FormatError {
  return new FormatError(message, 0, 'invalid_input')
}
