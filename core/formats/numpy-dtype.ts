// numpy's element types: what a `numpy.dtype(…)` record says about the bytes of one element.

import { FormatError } from './format-error.ts'
import { MAX_ARRAY_ELEMENTS, MAX_DTYPE_DEPTH, MAX_DTYPE_FIELDS } from './limits.ts'
import { asText, isDict, isRecord, itemsOf } from './pickle/access.ts'
import { qualifiedName } from './pickle/globals.ts'
import type { Dtype, PickleRecord, PickleValue } from './pickle/value.ts'

const DTYPE_NAME = /^[<>|=]?([?biufcOSUVMm])(\d*)(\[.*\])?$/

/** Code points of `U` arrays are stored in four bytes each. */
export const UNICODE_BYTES = 4

/** dtype records are shared by all arrays of a file, so each is read once. */
const readDtypes = new WeakMap<PickleRecord, { state: PickleValue; dtype: Dtype }>()

/**
 * The element type that a `numpy.dtype(…)` record stands for.
 * @throws FormatError where it is none, or nested beyond reason.
 */
export function readDtype(value: PickleValue | undefined, offset: number, depth = 0): Dtype {
  if (
    !isRecord(value) ||
    qualifiedName(value.callable) !== 'numpy.dtype' ||
    depth > MAX_DTYPE_DEPTH
  ) {
    throw badDtype(offset)
  }
  const known = readDtypes.get(value)
  if (known !== undefined && known.state === value.state) return known.dtype
  const dtype = interpretDtype(value, offset, depth)
  readDtypes.set(value, { state: value.state, dtype })
  return dtype
}

/** Whether a dtype holds objects, remembered: structured types share their parts. */
const objectDtypes = new WeakMap<Dtype, boolean>()

/** True where elements are Python objects, which no raw bytes can hold. */
export function hasObjects(dtype: Dtype): boolean {
  const { fields } = dtype
  if (fields === null) return dtype.code.startsWith('O')
  const known = objectDtypes.get(dtype)
  if (known !== undefined) return known
  const found = fields.some((field) => hasObjects(field.dtype))
  objectDtypes.set(dtype, found)
  return found
}

function interpretDtype(record: PickleRecord, offset: number, depth: number): Dtype {
  const match = DTYPE_NAME.exec(asText(record.args[0]) ?? '')
  if (match === null) throw badDtype(offset)
  const letter = match[1] === '?' ? 'b' : (match[1] ?? '')
  const size = match[2] === '' ? (letter === 'O' ? 8 : letter === 'b' ? 1 : 0) : Number(match[2])
  if (!(size <= MAX_ARRAY_ELEMENTS)) throw badDtype(offset)
  const state = itemsOf(record.state) ?? []
  const littleEndian = asText(state[1]) !== '>'
  const fields = readFields(state, offset, depth)
  const statedSize = state[5]
  const raw = letter === 'V' && typeof statedSize === 'number' && statedSize >= 0
  const itemSize = raw ? statedSize : letter === 'U' ? size * UNICODE_BYTES : size
  for (const field of fields ?? []) {
    if (field.offset + field.dtype.itemSize > itemSize) throw badDtype(offset)
  }
  return { code: `${letter}${size}`, littleEndian, itemSize, fields }
}

/** Fields of a structured dtype in order: state is (version, order, subdtype, names, fields, size, …). */
function readFields(state: readonly PickleValue[], offset: number, depth: number): Dtype['fields'] {
  const names = itemsOf(state[3])
  const fields = state[4]
  if (names === null || !isDict(fields)) return null
  if (names.length > MAX_DTYPE_FIELDS) throw badDtype(offset)
  // Keys may be text or, from Python 2, bytes; they are looked up by their text.
  const byName = new Map([...fields.entries].map(([key, value]) => [asText(key), value]))
  return names.map((nameValue) => {
    const name = asText(nameValue)
    const [dtypeValue, fieldOffset] = itemsOf(byName.get(name)) ?? []
    if (name === null || typeof fieldOffset !== 'number' || !(fieldOffset >= 0))
      throw badDtype(offset)
    return { name, offset: fieldOffset, dtype: readDtype(dtypeValue, offset, depth + 1) }
  })
}

function badDtype(offset: number): FormatError {
  return new FormatError('A numpy array in this file has an unknown element type.', offset)
}
