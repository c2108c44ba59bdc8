// Checks what a Parquet file claims about its pages before the library allocates by it.

import type { ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { BatchError } from './batch-error.ts'
import {
  MAX_PARQUET_PAGE_BYTES,
  MAX_PARQUET_ROW_GROUP_BYTES,
  MAX_PARQUET_ROW_GROUP_ROWS,
  MAX_PARQUET_ROW_GROUP_VALUES,
} from './limits.ts'

/**
 * The library makes arrays of as many values as a page's header names, which a run-length code of a few bytes can
 * fill; here every header is read first. Throws BatchError.
 */
export function checkRowGroup(file: ArrayBuffer, group: RowGroup): void {
  if (
    group.num_rows > MAX_PARQUET_ROW_GROUP_ROWS ||
    group.total_byte_size > MAX_PARQUET_ROW_GROUP_BYTES
  ) {
    throw tooLarge('A row group')
  }
  let values = 0
  for (const { meta_data } of group.columns) {
    if (meta_data === undefined) throw damaged()
    values += countValues(file, meta_data)
    if (values > MAX_PARQUET_ROW_GROUP_VALUES) throw tooLarge('A row group')
  }
}

/** Rows that the whole file claims; the library trusts the sum when it cuts row groups. */
export function checkRowCounts({ row_groups, num_rows }: FileMetaData): void {
  const sum = row_groups.reduce((rows, group) => rows + group.num_rows, 0n)
  if (sum !== num_rows || row_groups.some((group) => group.num_rows < 0n)) throw damaged()
}

function countValues(file: ArrayBuffer, column: ColumnMetaData): number {
  const dictionary = Number(column.dictionary_page_offset ?? 0n)
  const data = Number(column.data_page_offset)
  const start = dictionary > 0 ? Math.min(dictionary, data) : data
  const length = Number(column.total_compressed_size)
  if (!(start >= 0 && length >= 0 && start + length <= file.byteLength)) throw damaged()
  const reader = { view: new DataView(file, start, length), offset: 0 }
  let values = 0
  while (reader.offset < length) {
    const header = parquetHeader(reader)
    const size = header.compressed_page_size
    if (!(size >= 0)) throw damaged()
    if (!(header.uncompressed_page_size <= MAX_PARQUET_PAGE_BYTES)) throw tooLarge('A page')
    const page =
      header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header
    // Values may be stored as the length that they share with the one before: a few bytes stand for megabytes each.
    if (page?.encoding === 'DELTA_BYTE_ARRAY') {
      throw new BatchError('This Parquet file uses DELTA_BYTE_ARRAY; please write it without.')
    }
    const count = page?.num_values ?? 0
    if (!(count >= 0 && count <= MAX_PARQUET_ROW_GROUP_VALUES)) throw tooLarge('A page')
    values += count
    reader.offset += size
  }
  return values
}

function tooLarge(what: string): BatchError {
  const message = `${what} of this Parquet file is too large; please write it with smaller row groups.`
  return new BatchError(message, [], 'too_large')
}

export function damaged(): BatchError {
  return new BatchError(
    'The Parquet file cannot be read: it is damaged or uses a part of the format that is not supported.',
  )
}
