// Small questions to inert pickle values, for the code that interprets them.

import { encodeLatin1 } from './text.ts'
import type { NdArray, PickleDict, PickleRecord, PickleValue } from './value.ts'

type Compound = Exclude<PickleValue, null | boolean | number | bigint | string | Uint8Array>

/** True for lists, dicts, records…: everything that has a `kind`. */
export function isCompound(value: PickleValue | undefined): value is Compound {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

export function isRecord(value: PickleValue | undefined): value is PickleRecord {
  return isCompound(value) && value.kind === 'record'
}

export function isDict(value: PickleValue | undefined): value is PickleDict {
  return isCompound(value) && value.kind === 'dict'
}

export function isArray(value: PickleValue | undefined): value is NdArray {
  return isCompound(value) && value.kind === 'ndarray'
}

/** Items of a list or tuple, else null. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | null {
  return isCompound(value) && (value.kind === 'list' || value.kind === 'tuple') ? value.items : null
}

/** The dict an object keeps its attributes in: its state, or the first of a (dict, slots) pair. */
export function attributesOf(record: PickleRecord): ReadonlyMap<PickleValue, PickleValue> {
  const state = record.state
  const dict = isCompound(state) && state.kind === 'tuple' ? state.items[0] : state
  return isDict(dict) ? dict.entries : new Map()
}

/** Text as such, or bytes of ASCII or UTF-8 as Python 2 wrote them; null for anything else. */
export function asText(value: PickleValue | undefined): string | null {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return null
}

/** Bytes as such, or a string whose characters are all bytes (Python 2); null for anything else. */
export function asBytes(value: PickleValue | undefined): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  return typeof value === 'string' ? encodeLatin1(value) : null
}

/** A number, bool excluded; bigints only where exact; a 0-d array's value. */
export function asNumber(value: PickleValue | undefined): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : null
  if (isArray(value) && value.shape.length === 0) {
    const first = value.data[0]
    return typeof first === 'number' || typeof first === 'bigint' ? Number(first) : null
  }
  return null
}
