// A bounds-checked walk over bytes: every read goes through `advance`, which refuses to pass the end.

import { FormatError } from './format-error.ts'

/** A place in some bytes. Readers move `offset` only through the functions of this file. */
export interface Cursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Offset in bytes from the start of `bytes`. */
  offset: number
  /** Added to `offset` in errors, for documents that lie inside a larger file. */
  readonly base: number
  /** What is being read, for messages: `pickle`, `XGBoost model`. */
  readonly what: string
}

/** 2^53 - 1 as bigint: a length beyond it cannot be a place in any file. */
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER)

export function createCursor(bytes: Uint8Array, what: string, base = 0): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { bytes, view, offset: 0, base, what }
}

export function remaining(cursor: Cursor): number {
  return cursor.bytes.length - cursor.offset
}

/** Offset to name in an error about what comes next. */
export function position(cursor: Cursor): number {
  return cursor.base + cursor.offset
}

/** Claims the next `size` bytes and returns where they start; throws a `FormatError` when fewer are left. */
export function advance(cursor: Cursor, size: number): number {
  const start = cursor.offset
  if (!(size >= 0 && size <= cursor.bytes.length - start)) {
    throw new FormatError(
      `This ${cursor.what} is cut off or damaged: at byte ${cursor.base + start} it announces ${size} bytes, but ${cursor.bytes.length - start} are left.`,
      cursor.base + start,
    )
  }
  cursor.offset = start + size
  return start
}

/** The next `size` bytes, without a copy. */
export function take(cursor: Cursor, size: number): Uint8Array {
  const start = advance(cursor, size)
  return cursor.bytes.subarray(start, start + size)
}

export function skip(cursor: Cursor, size: number): void {
  advance(cursor, size)
}

export function peekU8(cursor: Cursor): number {
  return cursor.bytes[cursor.offset] ?? -1
}

export function readU8(cursor: Cursor): number {
  return cursor.view.getUint8(advance(cursor, 1))
}

export function readI8(cursor: Cursor): number {
  return cursor.view.getInt8(advance(cursor, 1))
}

export function readU16LE(cursor: Cursor): number {
  return cursor.view.getUint16(advance(cursor, 2), true)
}

export function readU16BE(cursor: Cursor): number {
  return cursor.view.getUint16(advance(cursor, 2), false)
}

export function readI16BE(cursor: Cursor): number {
  return cursor.view.getInt16(advance(cursor, 2), false)
}

export function readU32LE(cursor: Cursor): number {
  return cursor.view.getUint32(advance(cursor, 4), true)
}

export function readI32LE(cursor: Cursor): number {
  return cursor.view.getInt32(advance(cursor, 4), true)
}

export function readI32BE(cursor: Cursor): number {
  return cursor.view.getInt32(advance(cursor, 4), false)
}

export function readF32LE(cursor: Cursor): number {
  return cursor.view.getFloat32(advance(cursor, 4), true)
}

export function readF32BE(cursor: Cursor): number {
  return cursor.view.getFloat32(advance(cursor, 4), false)
}

export function readF64BE(cursor: Cursor): number {
  return cursor.view.getFloat64(advance(cursor, 8), false)
}

export function readU64LE(cursor: Cursor): bigint {
  return cursor.view.getBigUint64(advance(cursor, 8), true)
}

export function readI64BE(cursor: Cursor): bigint {
  return cursor.view.getBigInt64(advance(cursor, 8), false)
}

/** An unsigned 64-bit count or length; one beyond 2^53 throws, for no file is that long. */
export function readLength64LE(cursor: Cursor): number {
  const at = position(cursor)
  return toLength(cursor, readU64LE(cursor), at)
}

/** A 64-bit integer as a number where it is exact, else as the bigint it is. */
export function toNumberIfExact(value: bigint): number | bigint {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value
}

function toLength(cursor: Cursor, value: bigint, at: number): number {
  if (value > MAX_SAFE) {
    throw new FormatError(
      `This ${cursor.what} is damaged: the length at byte ${at} is ${value}, more than any file holds.`,
      at,
    )
  }
  return Number(value)
}
