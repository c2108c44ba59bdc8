// The data of a tensor in bytes: little-endian values in row-major order; each of BYTES behind its length as 4 bytes.

import { DATATYPES, type Datatype, quote, type Tensor, TensorError } from './tensor.ts'
import { wrongCount } from './tensor-json.ts'

const LENGTH_BYTES = 4

/** `count` values; throws TensorError where the bytes are too few, too many, or hold what the datatype does not. */
export function readBinaryData(
  name: string,
  datatype: Datatype,
  bytes: Uint8Array,
  count: number,
): Tensor['values'] {
  const rule = DATATYPES[datatype]
  if (rule.bytes === null) return readTexts(name, bytes, count)
  if (bytes.byteLength !== count * rule.bytes) {
    throw new TensorError(
      `${quote(name)} has ${bytes.byteLength} bytes of data; ${count} values of ${datatype} take ${count * rule.bytes}.`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float64Array(count)
  const read = READERS[datatype as keyof typeof READERS]
  for (let index = 0; index < count; index++) values[index] = read(view, index * rule.bytes)
  if (rule.kind === 'whole') checkWhole(name, datatype, values, rule)
  if (rule.kind === 'flag') checkFlags(name, values)
  return values
}

/** Reads one value at a byte offset; 64-bit ones beyond a double's whole numbers come out too large and are refused. */
const READERS = {
  BOOL: (view, at) => view.getUint8(at),
  UINT8: (view, at) => view.getUint8(at),
  UINT16: (view, at) => view.getUint16(at, true),
  UINT32: (view, at) => view.getUint32(at, true),
  UINT64: (view, at) => Number(view.getBigUint64(at, true)),
  INT8: (view, at) => view.getInt8(at),
  INT16: (view, at) => view.getInt16(at, true),
  INT32: (view, at) => view.getInt32(at, true),
  INT64: (view, at) => Number(view.getBigInt64(at, true)),
  FP32: (view, at) => view.getFloat32(at, true),
  FP64: (view, at) => view.getFloat64(at, true),
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, (view: DataView, at: number) => number>

function checkWhole(
  name: string,
  datatype: Datatype,
  values: Float64Array,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): void {
  if (values.every((value) => value >= minimum && value <= maximum)) return
  throw new TensorError(
    `${quote(name)} is ${datatype}, and a value of it is outside ${minimum} to ${maximum}.`,
  )
}

function checkFlags(name: string, values: Float64Array): void {
  if (values.every((value) => value <= 1)) return
  throw new TensorError(`${quote(name)} is BOOL, so each of its bytes must be 0 or 1.`)
}

function readTexts(name: string, bytes: Uint8Array, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const texts: string[] = []
  let at = 0
  while (at < bytes.byteLength) {
    if (texts.length === count) throw new TensorError(wrongCount(name, count + 1, count))
    const left = bytes.byteLength - at - LENGTH_BYTES
    const length = left < 0 ? 0 : view.getUint32(at, true)
    if (left < length) throw new TensorError(`The data of ${quote(name)} ends inside a value.`)
    at += LENGTH_BYTES
    try {
      texts.push(decoder.decode(bytes.subarray(at, at + length)))
    } catch (error) {
      throw new TensorError(`A value of ${quote(name)} is not text in UTF-8.`, { cause: error })
    }
    at += length
  }
  if (texts.length !== count) throw new TensorError(wrongCount(name, texts.length, count))
  return texts
}

/** The other way. Values must fit the datatype. */
export function writeBinaryData({
  datatype,
  values,
}: Pick<Tensor, 'datatype' | 'values'>): Uint8Array {
  const rule = DATATYPES[datatype]
  if (rule.bytes === null) return writeTexts(Array.from<number | string>(values).map(String))
  const bytes = new Uint8Array(values.length * rule.bytes)
  const view = new DataView(bytes.buffer)
  const write = WRITERS[datatype as keyof typeof WRITERS]
  for (let index = 0; index < values.length; index++) {
    write(view, index * rule.bytes, Number(values[index]))
  }
  return bytes
}

const WRITERS = {
  BOOL: (view, at, value) => view.setUint8(at, value),
  UINT8: (view, at, value) => view.setUint8(at, value),
  UINT16: (view, at, value) => view.setUint16(at, value, true),
  UINT32: (view, at, value) => view.setUint32(at, value, true),
  UINT64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  INT8: (view, at, value) => view.setInt8(at, value),
  INT16: (view, at, value) => view.setInt16(at, value, true),
  INT32: (view, at, value) => view.setInt32(at, value, true),
  INT64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  FP32: (view, at, value) => view.setFloat32(at, value, true),
  FP64: (view, at, value) => view.setFloat64(at, value, true),
} as const satisfies Record<
  keyof typeof READERS,
  (view: DataView, at: number, value: number) => void
>

function writeTexts(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder()
  const parts = texts.flatMap((text) => {
    const encoded = encoder.encode(text)
    const length = new Uint8Array(LENGTH_BYTES)
    new DataView(length.buffer).setUint32(0, encoded.byteLength, true)
    return [length, encoded]
  })
  return Buffer.concat(parts)
}
