// Reads UBJSON as XGBoost writes it (1.6 and later): big-endian, counted arrays, keys and lengths as 64-bit integers.

import {
  type Cursor,
  createCursor,
  peekU8,
  position,
  readF32BE,
  readF64BE,
  readI8,
  readI16BE,
  readI32BE,
  readI64BE,
  readU8,
  remaining,
  take,
} from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import type { DocumentValue, NumericArray } from './document.ts'
import {
  addValue,
  CONTAINER_BYTES,
  closeFrame,
  createDocumentBuilder,
  type DocumentBuilder,
  KEY_BYTES,
  openArray,
  openObject,
} from './document-builder.ts'

const marker = (character: string): number => character.charCodeAt(0)

const OBJECT_OPEN = marker('{')
const OBJECT_CLOSE = marker('}')
const ARRAY_OPEN = marker('[')
const ARRAY_CLOSE = marker(']')
const TYPE = marker('$')
const COUNT = marker('#')
const TEXT = marker('S')
const CHARACTER = marker('C')
const NULL = marker('Z')
const TRUE = marker('T')
const FALSE = marker('F')

const utf8 = new TextDecoder('utf-8')

/** Numbers by marker: how one is read, its size in bytes, and the array that holds many. */
const NUMBERS: ReadonlyMap<
  number,
  {
    readonly size: number
    readonly read: (cursor: Cursor) => number
    readonly makeArray: (length: number) => NumericArray
  }
> = new Map([
  [marker('i'), { size: 1, read: readI8, makeArray: (length) => new Int8Array(length) }],
  [marker('U'), { size: 1, read: readU8, makeArray: (length) => new Uint8Array(length) }],
  [marker('I'), { size: 2, read: readI16BE, makeArray: (length) => new Int16Array(length) }],
  [marker('l'), { size: 4, read: readI32BE, makeArray: (length) => new Int32Array(length) }],
  // 64-bit integers are positions, sizes and seeds: those that matter are far below 2^53.
  [marker('L'), { size: 8, read: readInteger64, makeArray: (length) => new Float64Array(length) }],
  [marker('d'), { size: 4, read: readF32BE, makeArray: (length) => new Float32Array(length) }],
  [marker('D'), { size: 8, read: readF64BE, makeArray: (length) => new Float64Array(length) }],
])

/** Reads one document; bytes after its end throw. `base` is where `bytes` begin in the file. */
export function readUbjson(bytes: Uint8Array, budget: Budget, base = 0): DocumentValue {
  const cursor = createCursor(bytes, 'XGBoost model', base)
  const builder = createDocumentBuilder(budget)
  readValue(cursor, builder, readU8(cursor))
  while (builder.document === undefined) step(cursor, builder)
  if (remaining(cursor) > 0) {
    throw new FormatError(
      `This XGBoost model has ${remaining(cursor)} bytes after its end.`,
      position(cursor),
    )
  }
  return builder.document
}

/** Reads the next element of the innermost container, or its end. */
function step(cursor: Cursor, builder: DocumentBuilder): void {
  const frame = builder.frames.at(-1)
  if (frame === undefined) return
  const offset = position(cursor)
  if (frame.kind === 'object') {
    if (peekU8(cursor) === OBJECT_CLOSE) {
      readU8(cursor)
      closeFrame(builder, offset)
      return
    }
    frame.key = readText(cursor, builder.budget)
  } else if (frame.announced === 0) {
    closeFrame(builder, offset)
    return
  } else if (frame.announced > 0) {
    frame.announced--
  } else if (peekU8(cursor) === ARRAY_CLOSE) {
    readU8(cursor)
    closeFrame(builder, offset)
    return
  }
  readValue(cursor, builder, readU8(cursor))
}

function readValue(cursor: Cursor, builder: DocumentBuilder, kind: number): void {
  const offset = position(cursor) - 1
  const number = NUMBERS.get(kind)
  if (number !== undefined) addValue(builder, number.read(cursor), offset)
  else if (kind === OBJECT_OPEN) openObject(builder, offset)
  else if (kind === ARRAY_OPEN) readArray(cursor, builder, offset)
  else if (kind === TEXT) addValue(builder, readText(cursor, builder.budget), offset)
  else if (kind === CHARACTER) addValue(builder, String.fromCharCode(readU8(cursor)), offset)
  else if (kind === TRUE || kind === FALSE) addValue(builder, kind === TRUE, offset)
  else if (kind === NULL) addValue(builder, null, offset)
  else throw unknownMarker(kind, offset)
}

function readArray(cursor: Cursor, builder: DocumentBuilder, offset: number): void {
  if (peekU8(cursor) === TYPE) {
    readU8(cursor)
    addValue(builder, readTypedArray(cursor, builder.budget), offset)
  } else if (peekU8(cursor) === COUNT) {
    readU8(cursor)
    const count = readLength(cursor)
    // Every element takes a byte at least, so a count beyond the bytes that are left is false.
    if (count > remaining(cursor)) throw tooMany(cursor, count, offset)
    openArray(builder, offset, count)
  } else {
    openArray(builder, offset)
  }
}

function readTypedArray(cursor: Cursor, budget: Budget): NumericArray {
  const offset = position(cursor)
  const kind = readU8(cursor)
  const number = NUMBERS.get(kind)
  if (number === undefined) throw unknownMarker(kind, offset)
  if (readU8(cursor) !== COUNT) throw unknownMarker(kind, offset)
  const count = readLength(cursor)
  if (count > remaining(cursor) / number.size) throw tooMany(cursor, count, offset)
  const elementBytes = number.makeArray(0).BYTES_PER_ELEMENT
  chargeBytes(budget, CONTAINER_BYTES + count * elementBytes, offset)
  chargeWork(budget, count, offset)
  const values = number.makeArray(count)
  for (let index = 0; index < count; index++) values[index] = number.read(cursor)
  return values
}

function readText(cursor: Cursor, budget: Budget): string {
  const offset = position(cursor)
  const length = readLength(cursor)
  const bytes = take(cursor, length)
  chargeBytes(budget, KEY_BYTES + length * 2, offset)
  chargeWork(budget, length / 64, offset)
  return utf8.decode(bytes)
}

function readLength(cursor: Cursor): number {
  const offset = position(cursor)
  const kind = readU8(cursor)
  const number = NUMBERS.get(kind)
  if (number === undefined) throw unknownMarker(kind, offset)
  const length = number.read(cursor)
  if (Number.isSafeInteger(length) && length >= 0) return length
  throw new FormatError(
    `This XGBoost model is damaged: the length at byte ${offset} is ${length}.`,
    offset,
  )
}

function readInteger64(cursor: Cursor): number {
  return Number(readI64BE(cursor))
}

function unknownMarker(kind: number, offset: number): FormatError {
  return new FormatError(
    `This XGBoost model is damaged: byte ${offset} is 0x${kind.toString(16).padStart(2, '0')}, which begins no value.`,
    offset,
  )
}

function tooMany(cursor: Cursor, count: number, offset: number): FormatError {
  return new FormatError(
    `This XGBoost model is cut off or damaged: at byte ${offset} it announces ${count} values, but ${remaining(cursor)} bytes are left.`,
    offset,
  )
}
