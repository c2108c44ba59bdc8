// One field's rule: which values it takes, what they become in a tensor, and what to say when they do not fit.

import type { TensorBinding } from '#core/formats/description.ts'
import type { InputField } from '#core/model.ts'
import { nearestWord } from '#core/nearest.ts'
import { MISSING_TEXT } from '#core/pipeline/missing-text.ts'

/** A value in its tensor: a number (NaN when missing), int64 as bigint, or text. */
export type EncodedValue = number | bigint | string

export type FieldResult =
  | { readonly ok: true; readonly value: EncodedValue }
  | { readonly ok: false; readonly message: string }

export type FieldCodec = (value: unknown) => FieldResult

export type TensorType = TensorBinding['inputs'][number]['type']

/** Above this a number becomes infinite as float32. */
export const FLOAT32_LARGEST = 3.4028234663852886e38

/** Codes of categories stay exact in float32 up to here. */
const LARGEST_CATEGORY_CODE = 2 ** 24 - 1

/** Plainly a number and nothing else: no units, no thousands separators, no hexadecimal. */
const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Category names shown in a message; the rest are counted. */
const MAX_NAMES_SHOWN = 5

const INT32_LARGEST = 2 ** 31 - 1

/** Types with a value that stands for missing. */
const HOLDS_MISSING: ReadonlySet<TensorType> = new Set(['float32', 'float64', 'string'])

export function createFieldCodec(field: InputField, tensorType: TensorType): FieldCodec {
  if (field.unused === true) return acceptScalar
  const read = createReader(field, tensorType)
  const holdsMissing = HOLDS_MISSING.has(tensorType)
  const missing = encoded(tensorType === 'string' ? MISSING_TEXT : Number.NaN)
  const takesAbsence = holdsMissing && field.optional
  const takesNull = takesAbsence || (holdsMissing && field.nullable === true)
  return (value) => {
    if (value !== null && value !== undefined) return read(value)
    return (value === null ? takesNull : takesAbsence)
      ? missing
      : refused(`is ${value === null ? 'null' : 'missing'}; ${expectation(field)}`)
  }
}

/** For fields that rows may carry and no model looks at. */
function acceptScalar(value: unknown): FieldResult {
  return typeof value === 'object' && value !== null
    ? refused('must be a single value')
    : encoded(0)
}

function createReader(field: InputField, tensorType: TensorType): FieldCodec {
  switch (field.type) {
    case 'float':
      return (value) => readFloat(field, tensorType, value)
    case 'integer':
      return (value) => readInteger(field, tensorType, value)
    case 'boolean':
      return (value) => readBoolean(field, tensorType, value)
    case 'category':
      return field.categories === undefined
        ? (value) => readCode(field, tensorType, value)
        : createCategoryReader(field, field.categories, tensorType)
    case 'string':
      return (value) =>
        typeof value === 'string' ? encoded(value) : refused(`must be a text in quotes`)
  }
}

/** The number that a JSON value plainly is, or null. */
function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  const text = value.trim()
  return PLAIN_NUMBER.test(text) ? Number(text) : null
}

function readFloat(field: InputField, tensorType: TensorType, value: unknown): FieldResult {
  const number = readNumber(value)
  if (number === null) return refused(`must be ${noun(field)}${butGot(value)}`)
  if (field.allowed?.includes(number) === false) return refused(notAllowed(field.allowed))
  return encodeNumber(number, tensorType)
}

function notAllowed(allowed: readonly number[]): string {
  const shown = allowed.slice(0, MAX_NAMES_SHOWN)
  const more = allowed.length > shown.length ? ` or ${allowed.length - shown.length} more` : ''
  return `must be one of ${shown.join(', ')}${more}`
}

function readInteger(field: InputField, tensorType: TensorType, value: unknown): FieldResult {
  const number = typeof value === 'boolean' ? Number(value) : readNumber(value)
  if (number === null) return refused(`must be ${noun(field)}${butGot(value)}`)
  if (!Number.isFinite(number)) return encodeNumber(number, tensorType)
  if (!Number.isInteger(number)) return refused(`must be a whole number, not ${number}`)
  return encodeNumber(number, tensorType)
}

function readBoolean(field: InputField, tensorType: TensorType, value: unknown): FieldResult {
  const flag = readFlag(value)
  if (flag === null) return refused(`must be ${noun(field)}${butGot(value)}`)
  return encodeNumber(flag, tensorType)
}

function readFlag(value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string') {
    const text = value.trim().toLowerCase()
    if (text === 'true') return 1
    if (text === 'false') return 0
  }
  const number = readNumber(value)
  return number === 0 || number === 1 ? number : null
}

function readCode(field: InputField, tensorType: TensorType, value: unknown): FieldResult {
  const code = readNumber(value)
  if (code === null) return refused(`must be ${noun(field)}${butGot(value)}`)
  if (!Number.isInteger(code) || code < 0 || code > LARGEST_CATEGORY_CODE) {
    return refused('must be the code of a category: 0 or a larger whole number')
  }
  return encodeNumber(code, tensorType)
}

/** Categories by name; a number stands for the name that is written like it, never for a position. */
function createCategoryReader(
  field: InputField,
  names: readonly string[],
  tensorType: TensorType,
): FieldCodec {
  const codes = new Map(names.map((name, code) => [name, code]))
  return (value) => {
    if (typeof value === 'object') return refused(`must be ${noun(field)}${butGot(value)}`)
    const name = String(value)
    const code = codes.get(name)
    if (code === undefined) {
      if (field.open === true && tensorType === 'string') return encoded(name)
      return refused(unknownCategory(value, names))
    }
    return tensorType === 'string' ? encoded(name) : encodeNumber(code, tensorType)
  }
}

function unknownCategory(value: unknown, names: readonly string[]): string {
  const nearest =
    typeof value === 'string' ? nearestWord(value, names.slice(0, MAX_COMPARED_NAMES)) : null
  const hint = nearest === null ? '' : `; did you mean "${nearest}"?`
  const shown = names.slice(0, MAX_NAMES_SHOWN).map((known) => `"${known}"`)
  const more = names.length > MAX_NAMES_SHOWN ? ` or ${names.length - MAX_NAMES_SHOWN} more` : ''
  return `must be one of ${shown.join(', ')}${more}${hint}`
}

/** A hint compares with at most this many names, so that bad input stays cheap to refuse. */
export const MAX_COMPARED_NAMES = 256

function encodeNumber(number: number, tensorType: TensorType): FieldResult {
  if (!Number.isFinite(number)) return refused('must be a finite number')
  switch (tensorType) {
    case 'float32':
      return Math.abs(Math.fround(number)) <= FLOAT32_LARGEST
        ? encoded(number)
        : refused('is too large for this model')
    case 'float64':
      return encoded(number)
    case 'bool':
      return encoded(number === 0 ? 0 : 1)
    case 'int32':
      return Math.abs(number) <= INT32_LARGEST && Number.isInteger(number)
        ? encoded(number)
        : refused(`must be a whole number between -${INT32_LARGEST} and ${INT32_LARGEST}`)
    case 'int64':
      return Number.isSafeInteger(number)
        ? encoded(BigInt(number))
        : refused('must be a whole number that fits 53 bits')
    case 'string':
      return encoded(String(number))
  }
}

function encoded(value: EncodedValue): FieldResult {
  return { ok: true, value }
}

function refused(message: string): FieldResult {
  return { ok: false, message }
}

/** What a missing field should hold. */
function expectation(field: InputField): string {
  const article = noun(field)
  return field.optional ? `give ${article}` : `it must be ${article}`
}

function noun(field: InputField): string {
  switch (field.type) {
    case 'float':
      return 'a number'
    case 'integer':
      return 'a whole number'
    case 'boolean':
      return 'true or false'
    case 'category':
      return field.categories === undefined ? 'the code of a category' : 'the name of a category'
    case 'string':
      return 'a text'
  }
}

/** The kind of what came, never the value itself: rows do not belong in messages that may be logged. */
function butGot(value: unknown): string {
  if (typeof value === 'string') return value.trim() === '' ? ', not an empty text' : ', not a text'
  if (Array.isArray(value)) return ', not a list'
  if (typeof value === 'object') return ', not an object'
  if (typeof value === 'boolean') return ', not true or false'
  return ''
}
