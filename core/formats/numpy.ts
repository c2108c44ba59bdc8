// numpy's element types and array layouts: from a dtype record and raw bytes to typed, row-major data.

import { FormatError } from './format-error.ts'
import {
  type Budget,
  chargeBytes,
  chargeWork,
  MAX_ARRAY_DIMENSIONS,
  MAX_ARRAY_ELEMENTS,
  OBJECT_BYTES,
} from './limits.ts'
import { hasObjects, UNICODE_BYTES } from './numpy-dtype.ts'
import { itemsOf } from './pickle/access.ts'
import { decodeLatin1 } from './pickle/text.ts'
import type { Dtype, NdArray, PickleValue } from './pickle/value.ts'

/** Everything about an array but its elements. */
export interface ArrayParts {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Fortran order: the first index runs fastest in the bytes. */
  readonly columnMajor: boolean
  readonly offset: number
}

type Numbers = Extract<NdArray['data'], ArrayBufferView>
type NumberReader = (buffer: ArrayBuffer, start: number, count: number) => Numbers

/** Element readers by dtype code; every other code stays raw bytes. */
const NUMBER_TYPES: ReadonlyMap<string, NumberReader> = new Map<string, NumberReader>([
  ['f8', (buffer, start, count) => new Float64Array(buffer, start, count)],
  ['f4', (buffer, start, count) => new Float32Array(buffer, start, count)],
  ['f2', (buffer, start, count) => Float32Array.from(new Float16Array(buffer, start, count))],
  ['i8', (buffer, start, count) => new BigInt64Array(buffer, start, count)],
  ['i4', (buffer, start, count) => new Int32Array(buffer, start, count)],
  ['i2', (buffer, start, count) => new Int16Array(buffer, start, count)],
  ['i1', (buffer, start, count) => new Int8Array(buffer, start, count)],
  ['u8', (buffer, start, count) => new BigUint64Array(buffer, start, count)],
  ['u4', (buffer, start, count) => new Uint32Array(buffer, start, count)],
  ['u2', (buffer, start, count) => new Uint16Array(buffer, start, count)],
  ['u1', (buffer, start, count) => new Uint8Array(buffer, start, count)],
  ['b1', (buffer, start, count) => new Uint8Array(buffer, start, count)],
  ['M8', (buffer, start, count) => new BigInt64Array(buffer, start, count)],
  ['m8', (buffer, start, count) => new BigInt64Array(buffer, start, count)],
])

/** Dimensions of an array; each a whole number, their product within the limit. */
export function readShape(value: PickleValue | undefined, offset: number): readonly number[] {
  const items = typeof value === 'number' ? [value] : itemsOf(value)
  if (items === null || items.length > MAX_ARRAY_DIMENSIONS) throw badShape(offset)
  const shape: number[] = []
  for (const item of items) {
    if (typeof item !== 'number' || !Number.isSafeInteger(item) || item < 0) throw badShape(offset)
    shape.push(item)
  }
  elementCount(shape, offset)
  return shape
}

export function elementCount(shape: readonly number[], offset: number): number {
  // A zero makes the array empty whatever the other dimensions say, so it is looked for first.
  const count = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1)
  if (!(count <= MAX_ARRAY_ELEMENTS)) {
    throw new FormatError(
      `A numpy array in this file has more than ${MAX_ARRAY_ELEMENTS} elements; Parley stops there.`,
      offset,
      'too_large',
    )
  }
  return count
}

/** An array from the raw bytes of its elements; the sizes must agree. */
export function decodeElements(parts: ArrayParts, bytes: Uint8Array, budget: Budget): NdArray {
  const { dtype, shape, offset } = parts
  const count = elementCount(shape, offset)
  if (hasObjects(dtype)) {
    throw new FormatError('A numpy array of objects in this file is stored as raw bytes.', offset)
  }
  if (bytes.length !== count * dtype.itemSize) {
    throw new FormatError(
      `A numpy array in this file is damaged: ${count} elements of ${dtype.itemSize} bytes cannot fill ${bytes.length} bytes.`,
      offset,
    )
  }
  const rows = parts.columnMajor ? toRowMajor(parts, bytes, count, budget) : bytes
  return { kind: 'ndarray', dtype, shape, data: interpretBytes(dtype, rows, count, budget, offset) }
}

/** An array of Python objects from its elements, which are in row-major order whatever the array's order. */
export function decodeObjects(
  parts: ArrayParts,
  items: readonly PickleValue[],
  budget: Budget,
): NdArray {
  if (items.length !== elementCount(parts.shape, parts.offset)) {
    throw new FormatError(
      'A numpy array in this file holds too few or too many objects.',
      parts.offset,
    )
  }
  chargeBytes(budget, OBJECT_BYTES, parts.offset)
  return { kind: 'ndarray', dtype: parts.dtype, shape: parts.shape, data: items }
}

/** Elements as JavaScript values: numbers (bigint beyond 2^53), booleans, strings, objects. */
export function elementsOf(array: NdArray): readonly PickleValue[] {
  const { data, dtype } = array
  if (Array.isArray(data)) return data
  if (dtype.code === 'b1') return Array.from(data as Uint8Array, (byte) => byte !== 0)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Array.from(data as Iterable<bigint>, (value) =>
      Number.isSafeInteger(Number(value)) ? Number(value) : value,
    )
  }
  return Array.from(data as Iterable<number>)
}

/** Reorders column-major bytes, element by element. */
function toRowMajor(
  parts: ArrayParts,
  bytes: Uint8Array,
  count: number,
  budget: Budget,
): Uint8Array {
  const { shape, dtype, offset } = parts
  if (shape.filter((size) => size > 1).length < 2 || count === 0) return bytes
  chargeBytes(budget, bytes.length + OBJECT_BYTES, offset)
  const width = dtype.itemSize
  const out = new Uint8Array(bytes.length)
  const index = new Array<number>(shape.length).fill(0)
  const strides = columnStrides(shape)
  for (let target = 0; target < count; target += 1) {
    let source = 0
    for (let axis = 0; axis < index.length; axis += 1) {
      source += (index[axis] ?? 0) * (strides[axis] ?? 0)
    }
    for (let byte = 0; byte < width; byte += 1) {
      out[target * width + byte] = bytes[source * width + byte] ?? 0
    }
    advanceIndex(index, shape)
    chargeWork(budget, 1, offset)
  }
  return out
}

function columnStrides(shape: readonly number[]): number[] {
  let stride = 1
  return shape.map((size) => {
    const own = stride
    stride *= size
    return own
  })
}

/** Counts `index` up like an odometer, the last axis fastest. */
function advanceIndex(index: number[], shape: readonly number[]): void {
  for (let axis = index.length - 1; axis >= 0; axis -= 1) {
    const next = (index[axis] ?? 0) + 1
    index[axis] = next < (shape[axis] ?? 0) ? next : 0
    if (index[axis] !== 0) return
  }
}

function interpretBytes(
  dtype: Dtype,
  bytes: Uint8Array,
  count: number,
  budget: Budget,
  offset: number,
): NdArray['data'] {
  if (dtype.code.startsWith('U') || dtype.code.startsWith('S')) {
    return decodeStrings(dtype, bytes, count, budget, offset)
  }
  const create = dtype.fields === null ? NUMBER_TYPES.get(dtype.code) : undefined
  if (create === undefined) return bytes
  // Typed arrays need aligned, native-order bytes; otherwise, a copy.
  const swap = !dtype.littleEndian && dtype.itemSize > 1
  const aligned = bytes.byteOffset % dtype.itemSize === 0 && bytes.buffer instanceof ArrayBuffer
  chargeBytes(budget, OBJECT_BYTES * 2 + (swap || !aligned ? bytes.length : 0), offset)
  if (swap || !aligned) chargeWork(budget, bytes.length >> 6, offset)
  const usable = swap || !aligned ? bytes.slice() : bytes
  if (swap) swapBytes(usable, dtype.itemSize)
  return create(usable.buffer as ArrayBuffer, usable.byteOffset, count)
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else buffer.swap64()
}

/** Fixed-width strings: UTF-32 in the dtype's byte order or bytes, NUL-padded at the end. */
function decodeStrings(
  dtype: Dtype,
  bytes: Uint8Array,
  count: number,
  budget: Budget,
  offset: number,
): readonly string[] {
  chargeBytes(budget, bytes.length + (OBJECT_BYTES / 2) * count, offset)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const strings: string[] = []
  for (let index = 0; index < count; index += 1) {
    const start = index * dtype.itemSize
    chargeWork(budget, 1 + (dtype.itemSize >> 2), offset)
    strings.push(
      dtype.code.startsWith('U')
        ? decodeUtf32(view, start, dtype, offset)
        : decodeByteString(bytes.subarray(start, start + dtype.itemSize)),
    )
  }
  return strings
}

function decodeUtf32(view: DataView, start: number, dtype: Dtype, offset: number): string {
  let end = start + dtype.itemSize
  while (end > start && view.getUint32(end - UNICODE_BYTES, dtype.littleEndian) === 0) {
    end -= UNICODE_BYTES
  }
  let text = ''
  for (let at = start; at < end; at += UNICODE_BYTES) {
    const code = view.getUint32(at, dtype.littleEndian)
    if (code > 0x10ffff) {
      throw new FormatError('A string in a numpy array of this file is damaged.', offset)
    }
    text += String.fromCodePoint(code)
  }
  return text
}

function decodeByteString(bytes: Uint8Array): string {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  const content = bytes.subarray(0, end)
  const text = new TextDecoder().decode(content)
  return text.includes('\ufffd') ? decodeLatin1(content) : text
}

function badShape(offset: number): FormatError {
  return new FormatError('A numpy array in this file has an impossible shape.', offset)
}
