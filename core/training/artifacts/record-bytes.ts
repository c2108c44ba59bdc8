// The raw bytes of numpy's structured rows, one column of values after the other.

import { recordArray } from './numpy-values.ts'
import type { PythonValue } from './pickle-writer.ts'

const WRITERS = {
  f8: (view: DataView, at: number, value: number) => view.setFloat64(at, value, true),
  i8: (view: DataView, at: number, value: number) => view.setBigInt64(at, BigInt(value), true),
  u4: (view: DataView, at: number, value: number) => view.setUint32(at, value, true),
  u1: (view: DataView, at: number, value: number) => view.setUint8(at, value),
} as const

export interface RecordField {
  readonly name: string
  readonly type: keyof typeof WRITERS
  readonly offset: number
  readonly value: (row: number) => number
}

/** Bytes that no field covers are 0. */
export function records(
  count: number,
  fields: readonly RecordField[],
  itemSize: number,
): PythonValue {
  const bytes = new Uint8Array(count * itemSize)
  const view = new DataView(bytes.buffer)
  for (const { type, offset, value } of fields) {
    const write = WRITERS[type]
    for (let row = 0; row < count; row++) write(view, row * itemSize + offset, value(row))
  }
  return recordArray(fields, itemSize, bytes)
}
