// A data set as typed columns, read from the table formats that batches come in.

import { parse } from 'csv-parse/sync'
import { BatchError } from '#core/batch/batch-error.ts'
import { sniffFormat } from '#core/batch/batch-format.ts'
import type { Chunk, TableOptions } from '#core/batch/chunk.ts'
import { readCsv } from '#core/batch/csv.ts'
import { readJsonLines } from '#core/batch/json-lines.ts'
import { MAX_COLUMNS, MAX_RECORD_BYTES } from '#core/batch/limits.ts'
import { readParquet } from '#core/batch/parquet.ts'
import { type Outcome, succeed } from '#core/errors.ts'
import type { InputField, Scalar } from '#core/model.ts'
import { parquetColumnNames } from './parquet-names.ts'

export type Column = NumberColumn | TextColumn

export interface NumberColumn {
  readonly kind: 'number'
  readonly name: string
  /** NaN where a value is missing. */
  readonly values: Float64Array
}

export interface TextColumn {
  readonly kind: 'text'
  readonly name: string
  /** null where a value is missing. Booleans are the texts `true` and `false`. */
  readonly values: readonly (string | null)[]
}

export interface Table {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** The whole file is in memory while it is read; a training set that is larger needs a sample drawn first. */
export const MAX_TABLE_BYTES = 512 * 1024 * 1024
/** Cells held as JavaScript values while their column's type is not known yet: about 16 bytes each and the texts. */
const MAX_TABLE_CELLS = 60_000_000

/** Throws nothing for a bad table: the failure says what is wrong with it. Rejects with the signal's reason when aborted. */
export async function readTable(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome<Table>> {
  try {
    if (bytes.byteLength > MAX_TABLE_BYTES) {
      const limit = `${MAX_TABLE_BYTES / 1024 / 1024} MB`
      throw new BatchError(`A table to train on may have ${limit}.`, [], 'too_large')
    }
    return succeed(await readColumns(bytes, signal))
  } catch (error) {
    if (error instanceof BatchError) return { ok: false, failure: error.failure }
    throw error
  }
}

async function readColumns(bytes: Uint8Array, signal: AbortSignal): Promise<Table> {
  const format = sniffFormat(bytes)
  const names = await columnNames(bytes, format, signal)
  if (names.length > MAX_COLUMNS) {
    throw new BatchError(`The table has ${names.length} columns; ${MAX_COLUMNS} is the limit.`)
  }
  const inputs = names.map((name): InputField => ({ name, type: 'string', optional: true }))
  const signature = { task: 'regression', inputs, namesKnown: true, outputs: [] } as const
  const options: TableOptions = { signature, reportErrors: false, signal }
  const stream = new Blob([Uint8Array.from(bytes)]).stream()
  return collect(READERS[format](stream, options), names)
}

type Format = ReturnType<typeof sniffFormat>

const READERS = {
  csv: readCsv,
  jsonl: readJsonLines,
  parquet: readParquet,
} as const satisfies Record<
  Format,
  (input: ReadableStream<Uint8Array>, options: TableOptions) => AsyncGenerator<Chunk>
>

async function columnNames(
  bytes: Uint8Array,
  format: Format,
  signal: AbortSignal,
): Promise<readonly string[]> {
  switch (format) {
    case 'csv':
      return csvNames(bytes)
    case 'jsonl':
      return jsonNames(bytes)
    case 'parquet':
      return parquetColumnNames(bytes, signal)
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const

/** The first line's cells, by the sign that cuts it into most of them: as the reader of batches tells it. */
function csvNames(bytes: Uint8Array): readonly string[] {
  const start = new TextDecoder().decode(bytes.subarray(0, MAX_RECORD_BYTES))
  let names: readonly string[] = []
  for (const delimiter of DELIMITERS) {
    const found = firstLine(start, delimiter)
    if (found.length > names.length) names = found
  }
  return names.map((name) => name.trim())
}

function firstLine(text: string, delimiter: string): readonly string[] {
  const options = { bom: true, delimiter, to: 1, relax_quotes: true, skip_empty_lines: true }
  try {
    return (parse(text, options) as string[][])[0] ?? []
  } catch {
    // Not cut by this sign; the reader of batches says what is wrong where none cuts it.
    return []
  }
}

/** Every key of every object, in the order in which they first come up; broken lines are told by the reader. */
function jsonNames(bytes: Uint8Array): readonly string[] {
  const names = new Set<string>()
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const object = parseObject(line)
    if (object !== null) for (const key of Object.keys(object)) names.add(key)
    if (names.size > MAX_COLUMNS) break
  }
  return [...names]
}

function parseObject(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

async function collect(chunks: AsyncGenerator<Chunk>, names: readonly string[]): Promise<Table> {
  const cells: Scalar[][] = names.map(() => [])
  let rows = 0
  for await (const chunk of chunks) {
    const [problem] = chunk.problems
    if (problem !== undefined) {
      const [index, message] = problem
      throw new BatchError(`Line ${chunk.lines[index]} ${message}.`)
    }
    rows += chunk.rows.length
    if (rows * names.length > MAX_TABLE_CELLS) {
      const message = `The table has more than ${MAX_TABLE_CELLS} cells; train on a sample of its rows.`
      throw new BatchError(message, [], 'too_large')
    }
    names.forEach((name, column) => {
      const values = cells[column]
      for (const row of chunk.rows) values?.push(row[name] ?? null)
    })
  }
  const columns = names.map((name, index) => toColumn(name || `column_${index + 1}`, cells[index]))
  return { rows, columns }
}

/** Numbers where every value that is there is one, else texts. */
function toColumn(name: string, cells: readonly Scalar[] = []): Column {
  const values = new Float64Array(cells.length)
  for (let row = 0; row < cells.length; row++) {
    const number = asNumber(cells[row] ?? null)
    if (number === null) return { kind: 'text', name, values: cells.map(asText) }
    values[row] = number
  }
  return { kind: 'number', name, values }
}

/** `00501` is a code, not five hundred and one; `0x1f` and `Infinity` are no numbers of a table. */
const PLAIN_NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

function asNumber(cell: Scalar): number | null {
  if (cell === null) return Number.NaN
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : Number.NaN
  if (typeof cell === 'boolean') return null
  const text = cell.trim()
  return PLAIN_NUMBER.test(text) ? Number(text) : null
}

function asText(cell: Scalar): string | null {
  if (cell === null) return null
  // A list or an object inside JSON lines arrives here as it is.
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

/** The same rows in this order; a row may occur several times or not at all. */
export function takeRows(table: Table, order: Int32Array): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'number') {
      const { values } = column
      return { ...column, values: Float64Array.from(order, (row) => values[row] ?? Number.NaN) }
    }
    return { ...column, values: Array.from(order, (row) => column.values[row] ?? null) }
  })
  return { rows: order.length, columns }
}

/** What a row holds, as one text: equal rows have equal keys. */
export function rowKey(columns: readonly Column[], row: number): string {
  return JSON.stringify(columns.map((column) => String(column.values[row] ?? null)))
}
