// The inert tree of values that XGBoost's JSON and UBJSON documents become, and the checks that take values out of it.

import { FormatError } from '../format-error.ts'

/** Numbers in a row; booleans in an array count as 0 and 1. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array

export interface DocumentList {
  readonly kind: 'list'
  /** Offset in bytes where the list begins, for messages. */
  readonly offset: number
  readonly items: readonly DocumentValue[]
}

export interface DocumentObject {
  readonly kind: 'object'
  readonly offset: number
  /** A Map, so that a key such as `__proto__` is a key and nothing else. */
  readonly entries: ReadonlyMap<string, DocumentValue>
}

/** An array whose elements are all numbers or booleans is a `NumericArray`; an empty one too. */
export type DocumentValue =
  | null
  | boolean
  | number
  | string
  | NumericArray
  | DocumentList
  | DocumentObject

export function isNumericArray(value: DocumentValue | undefined): value is NumericArray {
  return ArrayBuffer.isView(value)
}

export function isObject(value: DocumentValue | undefined): value is DocumentObject {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'object'
}

/** The object under `key`; a missing one or another kind of value throws. */
export function objectAt(parent: DocumentObject, key: string): DocumentObject {
  const value = parent.entries.get(key)
  if (isObject(value)) return value
  throw unusable(parent, key, 'an object')
}

/** The object under `key`, or null when the file has none. */
export function optionalObjectAt(parent: DocumentObject, key: string): DocumentObject | null {
  const value = parent.entries.get(key)
  return value === undefined || value === null ? null : objectAt(parent, key)
}

export function textAt(parent: DocumentObject, key: string): string {
  const value = parent.entries.get(key)
  if (typeof value === 'string') return value
  throw unusable(parent, key, 'text')
}

/** Parameters are written as text (`"3"`); a plain number is taken too. `fallback` stands in when the key is missing. */
export function integerAt(parent: DocumentObject, key: string, fallback: number): number {
  const value = parent.entries.get(key)
  if (value === undefined) return fallback
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw unusable(parent, key, 'a whole number')
}

export function numbersAt(parent: DocumentObject, key: string): NumericArray {
  const value = parent.entries.get(key)
  if (isNumericArray(value)) return value
  throw unusable(parent, key, 'a list of numbers')
}

export function optionalNumbersAt(parent: DocumentObject, key: string): NumericArray | null {
  return parent.entries.has(key) ? numbersAt(parent, key) : null
}

export function objectsAt(parent: DocumentObject, key: string): readonly DocumentObject[] {
  const items = itemsAt(parent, key)
  if (items.every(isObject)) return items
  throw unusable(parent, key, 'a list of objects')
}

/** A list of strings; null when the key is missing or the list is empty. */
export function optionalTextsAt(parent: DocumentObject, key: string): readonly string[] | null {
  const value = parent.entries.get(key)
  if (value === undefined || value === null) return null
  const items = itemsAt(parent, key)
  if (!items.every((item) => typeof item === 'string'))
    throw unusable(parent, key, 'a list of texts')
  return items.length === 0 ? null : items
}

function itemsAt(parent: DocumentObject, key: string): readonly DocumentValue[] {
  const value = parent.entries.get(key)
  if (isNumericArray(value) && value.length === 0) return []
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'list') {
    return value.items
  }
  throw unusable(parent, key, 'a list')
}

function unusable(parent: DocumentObject, key: string, wanted: string): FormatError {
  const state = parent.entries.has(key) ? `is not ${wanted}` : 'is missing'
  return new FormatError(
    `This XGBoost model is damaged: "${key}" of the object at byte ${parent.offset} ${state}.`,
    parent.offset,
  )
}
