// Reads a CSV table row by row and writes each row back as it was, with the predictions behind it.

import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { CsvError, type Info, type Parser, parse } from 'csv-parse'
import type { Scalar } from '#core/model.ts'
import { BatchError } from './batch-error.ts'
import { cellValue } from './cells.ts'
import type { Chunk, FeatureRow, RowOutcome, TableOptions } from './chunk.ts'
import { MAX_RECORD_BYTES, ROWS_PER_CHUNK } from './limits.ts'
import { type MatchedColumn, matchColumns } from './match-columns.ts'
import { ERROR_COLUMN, freeColumnName, type OutputColumn, outputColumns } from './output-columns.ts'
import { peekStream } from './peek-stream.ts'

/** One record as csv-parse gives it with `raw` and `info`. */
interface CsvRecord {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: Info
}

/** What the first line settles for the rest of the file. */
interface CsvTable extends Dialect {
  readonly width: number
  readonly header: string
  readonly matched: readonly MatchedColumn[]
  readonly outputs: readonly OutputColumn[]
}

const NEEDS_QUOTES = /["\r\n]/
const LINE_BREAKS_AROUND = /^[\r\n]+|[\r\n]+$/g
const BYTE_ORDER_MARK = '\ufeff'

/** Throws BatchError for a table that cannot be scored at all. */
export async function* readCsv(
  input: ReadableStream<Uint8Array>,
  options: TableOptions,
): AsyncGenerator<Chunk> {
  const { start, stream } = await peekStream(input, MAX_RECORD_BYTES, endsFirstLine)
  refuseOtherEncodings(start)
  const dialect = sniffDialect(new TextDecoder().decode(start))
  const parser = openParser(stream, dialect.delimiter, options.signal)
  let table: CsvTable | null = null
  let isFirst = true
  let batch: CsvRecord[] = []
  try {
    for await (const record of parser as AsyncIterable<CsvRecord>) {
      if (table === null) {
        table = readHeader(record, dialect, options)
        continue
      }
      batch.push(record)
      if (batch.length < ROWS_PER_CHUNK) continue
      yield toChunk(batch, table, options, isFirst)
      batch = []
      isFirst = false
    }
  } catch (error) {
    throw error instanceof CsvError ? new BatchError(describeCsvError(error)) : error
  } finally {
    parser.destroy()
  }
  if (table === null) throw new BatchError('The file is empty.')
  if (batch.length > 0 || isFirst) yield toChunk(batch, table, options, isFirst)
}

function openParser(
  stream: ReadableStream<Uint8Array>,
  delimiter: string,
  signal: AbortSignal,
): Parser {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  // Bun's stream fails on a private field of its own where the signal has ended already.
  signal.throwIfAborted()
  const source = Readable.fromWeb(stream as unknown as NodeReadableStream<Uint8Array>, { signal })
  // pipe() carries no errors: an upload that breaks off, or is cancelled, must end the parser too.
  source.on('error', (error) => parser.destroy(error))
  parser.on('close', () => source.destroy())
  source.pipe(parser)
  return parser
}

function endsFirstLine(bytes: Uint8Array): boolean {
  return bytes.includes(0x0a)
}

/** Spreadsheets offer "Unicode text", which is UTF-16: as UTF-8 its names would be full of zeros. */
function refuseOtherEncodings(start: Uint8Array): void {
  const [first, second] = start
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new BatchError('The table is in UTF-16; please save it as CSV in UTF-8.')
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const

interface Dialect {
  /** The sign that the first line has most of, outside quotes; a comma where it has none. */
  readonly delimiter: string
  readonly lineBreak: '\n' | '\r\n'
}

function sniffDialect(start: string): Dialect {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]))
  let inQuotes = false
  let previous = ''
  for (const sign of start) {
    if (sign === '"') inQuotes = !inQuotes
    else if (sign === '\n' && !inQuotes) break
    else if (!inQuotes && counts.has(sign)) counts.set(sign, (counts.get(sign) ?? 0) + 1)
    previous = sign
  }
  let delimiter: string = DELIMITERS[0]
  for (const [one, count] of counts) if (count > (counts.get(delimiter) ?? 0)) delimiter = one
  return { delimiter, lineBreak: previous === '\r' ? '\r\n' : '\n' }
}

function readHeader(
  { record, raw }: CsvRecord,
  { delimiter, lineBreak }: Dialect,
  options: TableOptions,
): CsvTable {
  const names = [...record]
  const added: string[] = []
  const isTaken = (name: string) => names.includes(name) || added.includes(name)
  const outputs = outputColumns(options.signature)
  for (const { name } of outputs) added.push(freeColumnName(name, isTaken))
  if (options.reportErrors) added.push(freeColumnName(ERROR_COLUMN, isTaken))
  const own = trimRecord(raw.startsWith(BYTE_ORDER_MARK) ? raw.slice(1) : raw)
  return {
    delimiter,
    lineBreak,
    width: names.length,
    header: [own, ...added.map((name) => quote(name, delimiter))].join(delimiter),
    matched: matchColumns(options.signature, names),
    outputs,
  }
}

function trimRecord(raw: string): string {
  return raw.replace(LINE_BREAKS_AROUND, '')
}

function toChunk(
  records: readonly CsvRecord[],
  table: CsvTable,
  { reportErrors }: TableOptions,
  isFirst: boolean,
): Chunk {
  const problems = new Map<number, string>()
  const rows = records.map(({ record }, index): FeatureRow => {
    if (record.length !== table.width) {
      problems.set(index, `has ${record.length} cells where the first line has ${table.width}`)
      return NO_FEATURES
    }
    const row: Record<string, Scalar> = {}
    for (const { field, index: place } of table.matched) {
      row[field.name] = cellValue(record[place] ?? '', field)
    }
    return row
  })
  return {
    rows,
    problems,
    lines: records.map(firstLineOf),
    write: (outcomes) => writeRows(records, outcomes, table, reportErrors, isFirst),
  }
}

const NO_FEATURES: FeatureRow = {}

/** csv-parse counts the line on which a record ends; a quoted cell may have begun it earlier. */
function firstLineOf({ raw, info }: CsvRecord): number {
  const breaks = trimRecord(raw).split('\n').length - 1
  return info.lines - breaks
}

const encoder = new TextEncoder()

function writeRows(
  records: readonly CsvRecord[],
  outcomes: readonly RowOutcome[],
  table: CsvTable,
  reportErrors: boolean,
  isFirst: boolean,
): Uint8Array {
  const { delimiter, lineBreak, outputs } = table
  let text = isFirst ? table.header + lineBreak : ''
  records.forEach((record, index) => {
    const outcome = outcomes[index]
    text += rowText(record, table)
    for (const { pick } of outputs) {
      const value = outcome?.ok ? pick(outcome.prediction) : null
      text += delimiter
      if (typeof value === 'number') text += value
      else if (value !== null) text += quote(value, delimiter)
    }
    if (reportErrors) {
      text += delimiter
      if (outcome?.ok === false)
        text += quote(`line ${outcome.line}: ${outcome.message}`, delimiter)
    }
    text += lineBreak
  })
  return encoder.encode(text)
}

/** As it came; only a row with a cell too few or too many is set right, so that the new columns stand below their names. */
function rowText({ record, raw }: CsvRecord, { width, delimiter }: CsvTable): string {
  if (record.length === width) return trimRecord(raw)
  const cells = Array.from({ length: width }, (_, index) => quote(record[index] ?? '', delimiter))
  return cells.join(delimiter)
}

function quote(text: string, delimiter: string): string {
  if (!text.includes(delimiter) && !NEEDS_QUOTES.test(text)) return text
  return `"${text.replaceAll('"', '""')}"`
}

/** The library's own message quotes the row; ours only says where. */
function describeCsvError(error: CsvError): string {
  const lines: unknown = error['lines']
  const where = typeof lines === 'number' ? ` at line ${lines}` : ''
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return `A row${where} is longer than 1 MB; is a quote missing its partner?`
  }
  return `The CSV cannot be read${where}: a quoted cell is not closed or not followed by a separator.`
}
