// One Parquet file inside the worker: its columns are read a row group at a time and written back with more beside them.

import {
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  type SchemaElement,
  snappyUncompress,
} from 'hyparquet'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { BatchError } from './batch-error.ts'
import { MAX_PARQUET_PAGE_BYTES, MAX_PARQUET_ROW_GROUP_BYTES } from './limits.ts'
import { checkRowCounts, checkRowGroup, damaged } from './parquet-guard.ts'
import type { AddedColumn } from './parquet-messages.ts'

type ParquetRow = Readonly<Record<string, unknown>>

export interface ParquetTable {
  readonly names: readonly string[]
  readonly groupRows: readonly number[]
  begin(added: readonly AddedColumn[]): void
  read(group: number, columns: readonly string[]): Promise<unknown[][]>
  write(values: readonly (readonly (string | number | null)[])[]): Uint8Array
  finish(): Uint8Array
}

/** Throws whatever the library throws; the worker's edge turns that into a failure. */
export function openParquetTable(bytes: ArrayBuffer): ParquetTable {
  const metadata = parquetMetadata(bytes, {})
  checkRowCounts(metadata)
  const names = topLevelNames(metadata.schema)
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows))
  let writer: ReturnType<typeof openWriter> | null = null
  let rows: readonly ParquetRow[] = []
  const opened = () => {
    if (writer === null) throw new Error('begin comes before write')
    return writer
  }
  return {
    names,
    groupRows,
    begin(added) {
      writer = openWriter(metadata, names, added)
    },
    async read(group, columns) {
      const rowGroup = metadata.row_groups[group]
      if (rowGroup === undefined) throw new Error('there is no such row group')
      checkRowGroup(bytes, rowGroup)
      const rowStart = groupRows.slice(0, group).reduce((sum, count) => sum + count, 0)
      const rowEnd = rowStart + (groupRows[group] ?? 0)
      rows = await parquetReadObjects({
        file: bytes,
        metadata,
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
      })
      if (rows.length !== rowEnd - rowStart) throw damaged()
      checkTextLength(rows, names)
      return columns.map((name) => rows.map((row) => row[name]))
    },
    write: (values) => opened().write(rows, values),
    finish: () => opened().finish(),
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

/** Columns of the table itself; the members of nested ones follow theirs in the schema and are passed over. */
function topLevelNames(schema: readonly SchemaElement[]): string[] {
  const names: string[] = []
  let waiting = 0
  for (const { name, num_children } of schema.slice(1)) {
    if (waiting === 0) names.push(name)
    else waiting -= 1
    waiting += num_children ?? 0
  }
  return names
}

/** A dictionary lets one long text stand in millions of rows; written out it would be as long as it claims to be. */
function checkTextLength(rows: readonly ParquetRow[], names: readonly string[]): void {
  let length = 0
  for (const row of rows) {
    for (const name of names) {
      const value = row[name]
      if (typeof value === 'string' || value instanceof Uint8Array) length += value.length
    }
  }
  if (length <= MAX_PARQUET_ROW_GROUP_BYTES) return
  throw new BatchError('The texts of this Parquet file are too long.', [], 'too_large')
}

function openWriter(
  metadata: FileMetaData,
  names: readonly string[],
  added: readonly AddedColumn[],
) {
  const [root, ...elements] = metadata.schema
  if (root === undefined) throw damaged()
  const schema: SchemaElement[] = [
    { ...root, num_children: names.length + added.length },
    ...elements,
    ...added.map(elementOf),
  ]
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema, statistics: false })
  return {
    write(rows: readonly ParquetRow[], values: readonly (readonly unknown[])[]): Uint8Array {
      if (rows.length === 0) return new Uint8Array()
      const own = names.map((name): ColumnSource => ({ name, data: rows.map((row) => row[name]) }))
      const more = added.map(
        ({ name }, index): ColumnSource => ({ name, data: [...(values[index] ?? [])] }),
      )
      void writer.write({ columnData: [...own, ...more], rowGroupSize: rows.length })
      return takeBytes(bytes)
    },
    finish(): Uint8Array {
      void writer.finish()
      return takeBytes(bytes)
    },
  }
}

function elementOf({ name, type }: AddedColumn): SchemaElement {
  if (type === 'number') return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }
}

/** Hands out what has been written since the last time and reuses the buffer; offsets go on counting. */
function takeBytes(bytes: ByteWriter): Uint8Array {
  const taken = bytes.getBytes().slice()
  bytes.index = 0
  return taken
}
