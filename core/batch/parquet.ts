// Reads a Parquet table a row group at a time and writes it back with the predictions as further columns.

import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  type SchemaElement,
  snappyUncompress,
} from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import type { InputField, Scalar } from '#core/model.ts'
import { BatchError } from './batch-error.ts'
import { cellValue } from './cells.ts'
import type { Chunk, RowOutcome, TableOptions } from './chunk.ts'
import {
  MAX_PARQUET_BYTES,
  MAX_PARQUET_PAGE_BYTES,
  MAX_PARQUET_ROW_GROUP_BYTES,
  MAX_PARQUET_ROW_GROUP_ROWS,
} from './limits.ts'
import { matchColumns } from './match-columns.ts'
import { ERROR_COLUMN, freeColumnName, type OutputColumn, outputColumns } from './output-columns.ts'

type ParquetRow = Readonly<Record<string, unknown>>

/** Throws BatchError for a file that is too large or that hyparquet cannot read. */
export async function* readParquet(
  input: ReadableStream<Uint8Array>,
  options: TableOptions,
): AsyncGenerator<Chunk> {
  const file = toBuffer(await collect(input))
  const metadata = await reading(async () => parquetMetadata(await file.slice(0), {}))
  checkSizes(metadata)
  const names = topLevelNames(metadata.schema)
  const fields = matchColumns(options.signature, names).map(({ field, index }) => ({
    field,
    column: names[index] ?? '',
  }))
  const table = openWriter(metadata, names, options)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    options.signal.throwIfAborted()
    const rowEnd = rowStart + Number(group.num_rows)
    const rows = await reading(() =>
      parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors: COMPRESSORS }),
    )
    const first = rowStart + 1
    yield {
      rows: rows.map((row: ParquetRow) => featuresOf(row, fields)),
      problems: new Map(),
      lines: rows.map((_, index) => first + index),
      write: (outcomes) => table.write(rows, outcomes),
    }
    rowStart = rowEnd
  }
  yield { rows: [], problems: new Map(), lines: [], write: () => table.finish() }
}

async function collect(input: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of input) {
    size += piece.byteLength
    if (size > MAX_PARQUET_BYTES) {
      const limit = `${MAX_PARQUET_BYTES / 1024 / 1024} MB`
      const message = `A Parquet table may have ${limit}, as its index is at its end; CSV and JSON lines may have any size.`
      throw new BatchError(message, [], 'too_large')
    }
    pieces.push(piece)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole.buffer
}

function toBuffer(bytes: ArrayBuffer): AsyncBuffer {
  return { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) }
}

/** The library throws plain errors about the file's bytes; the person needs to know that the file is at fault. */
async function reading<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof BatchError) throw error
    throw new BatchError(
      'The Parquet file cannot be read: it is damaged or uses a part of the format that is not supported.',
    )
  }
}

function checkSizes({ row_groups }: FileMetaData): void {
  for (const { num_rows, total_byte_size } of row_groups) {
    if (num_rows > MAX_PARQUET_ROW_GROUP_ROWS || total_byte_size > MAX_PARQUET_ROW_GROUP_BYTES) {
      throw new BatchError(
        'A row group of this Parquet file is too large; please write it with smaller row groups.',
        [],
        'too_large',
      )
    }
  }
}

const COMPRESSORS: Compressors = {
  SNAPPY(input, size) {
    const output = new Uint8Array(pageSize(size))
    snappyUncompress(input, output)
    return output
  },
  GZIP: (input, size) => limited(Bun.gunzipSync(new Uint8Array(input)), size),
  ZSTD: (input, size) => limited(new Uint8Array(Bun.zstdDecompressSync(input)), size),
}

function pageSize(size: number): number {
  if (size <= MAX_PARQUET_PAGE_BYTES) return size
  throw new BatchError('A page of this Parquet file is too large.', [], 'too_large')
}

function limited(output: Uint8Array, size: number): Uint8Array {
  pageSize(Math.max(size, output.byteLength))
  return output
}

function featuresOf(
  row: ParquetRow,
  fields: readonly { readonly field: InputField; readonly column: string }[],
): Readonly<Record<string, Scalar>> {
  const features: Record<string, Scalar> = {}
  for (const { field, column } of fields) features[field.name] = featureValue(row[column], field)
  return features
}

function featureValue(value: unknown, field: InputField): Scalar {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (typeof value === 'string') return cellValue(value, field)
  if (typeof value === 'boolean') return value
  // A date, a list or bytes: the validator says that this input takes no such thing.
  return String(value)
}

/** Columns of the table itself; the members of nested ones follow theirs in the schema and are passed over. */
function topLevelNames(schema: readonly SchemaElement[]): string[] {
  const names: string[] = []
  let index = 1
  const skip = () => {
    const element = schema[index++]
    for (let child = 0; child < (element?.num_children ?? 0); child++) skip()
  }
  while (index < schema.length) {
    names.push(schema[index]?.name ?? '')
    skip()
  }
  return names
}

function openWriter(metadata: FileMetaData, names: readonly string[], options: TableOptions) {
  const outputs = outputColumns(options.signature)
  const added: string[] = []
  const isTaken = (name: string) => names.includes(name) || added.includes(name)
  for (const { name } of outputs) added.push(freeColumnName(name, isTaken))
  if (options.reportErrors) added.push(freeColumnName(ERROR_COLUMN, isTaken))
  const [root, ...elements] = metadata.schema
  if (root === undefined) throw new BatchError('The Parquet file has no schema.')
  const schema: SchemaElement[] = [
    { ...root, num_children: names.length + added.length },
    ...elements,
    ...added.map((name, index) => elementOf(name, outputs[index])),
  ]
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema, statistics: false })
  return {
    write(rows: readonly ParquetRow[], outcomes: readonly RowOutcome[]): Uint8Array {
      if (rows.length === 0) return new Uint8Array()
      const columnData: ColumnSource[] = [
        ...names.map((name) => ({ name, data: rows.map((row) => row[name]) })),
        ...outputs.map(({ pick }, index) => ({
          name: added[index] ?? '',
          data: outcomes.map((outcome) => (outcome.ok ? pick(outcome.prediction) : null)),
        })),
      ]
      if (options.reportErrors) {
        columnData.push({ name: added.at(-1) ?? '', data: outcomes.map(errorOf) })
      }
      void writer.write({ columnData, rowGroupSize: rows.length })
      return takeBytes(bytes)
    },
    finish(): Uint8Array {
      void writer.finish()
      return takeBytes(bytes)
    },
  }
}

function errorOf(outcome: RowOutcome): string | null {
  return outcome.ok ? null : `row ${outcome.line}: ${outcome.message}`
}

function elementOf(name: string, output: OutputColumn | undefined): SchemaElement {
  if (output?.type === 'number') return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }
}

/** Hands out what has been written since the last time and reuses the buffer; offsets go on counting. */
function takeBytes(bytes: ByteWriter): Uint8Array {
  const taken = bytes.getBytes().slice()
  bytes.index = 0
  return taken
}
