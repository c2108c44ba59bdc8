// Makes, joins and cuts the columns of encoded rows, one column a tensor of the binding.

import type { TensorBinding } from '#core/formats/description.ts'
import type { EncodedRows } from './engine.ts'

export type Column = EncodedRows['columns'][number]
type TensorType = TensorBinding['inputs'][number]['type']

/** An empty column of `length` values (rows times fields). */
export function createColumn(type: TensorType, length: number): Column {
  switch (type) {
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'int64':
      return new BigInt64Array(length)
    case 'bool':
      return new Uint8Array(length)
    case 'string':
      return new Array<string>(length).fill('')
  }
}

/** Several encoded batches as one, in order. */
export function joinRows(binding: TensorBinding, parts: readonly EncodedRows[]): EncodedRows {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const columns = binding.inputs.map((input, tensor) => {
    const joined = createColumn(input.type, count * input.fields.length)
    let offset = 0
    for (const part of parts) {
      const column = part.columns[tensor]
      if (column === undefined) continue
      copyInto(joined, column, offset)
      offset += column.length
    }
    return joined
  })
  return { count, columns }
}

/** Rows `start` to `start + count` as a copy of their own, so that its buffers can be given away. */
export function copyRows(
  binding: TensorBinding,
  rows: EncodedRows,
  start: number,
  count: number,
): EncodedRows {
  const columns = rows.columns.map((column, tensor) => {
    const width = binding.inputs[tensor]?.fields.length ?? 0
    return column.slice(start * width, (start + count) * width)
  })
  return { count, columns }
}

/** Columns of one binding have one type a tensor, so both sides are of the same kind. */
function copyInto(target: Column, source: Column, offset: number): void {
  if (Array.isArray(target) && Array.isArray(source)) {
    source.forEach((text, index) => {
      target[offset + index] = text
    })
  } else if (target instanceof BigInt64Array && source instanceof BigInt64Array) {
    target.set(source, offset)
  } else if (isNumeric(target) && isNumeric(source)) {
    target.set(source, offset)
  }
}

function isNumeric(
  column: Column,
): column is Float32Array | Float64Array | Int32Array | Uint8Array {
  return !Array.isArray(column) && !(column instanceof BigInt64Array)
}
