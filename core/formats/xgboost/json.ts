// Reads JSON as XGBoost writes it, with the NaN and Infinity that standard JSON lacks, without recursion and with offsets.

import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import type { DocumentValue } from './document.ts'
import {
  addValue,
  closeFrame,
  createDocumentBuilder,
  type DocumentBuilder,
  KEY_BYTES,
  openArray,
  openObject,
} from './document-builder.ts'
import { parseNumber } from './json-number.ts'

const code = (character: string): number => character.charCodeAt(0)

const QUOTE = code('"')
const BACKSLASH = code('\\')
const MINUS = code('-')
const COMMA = code(',')
const COLON = code(':')
const OBJECT_OPEN = code('{')
const OBJECT_CLOSE = code('}')
const ARRAY_OPEN = code('[')
const ARRAY_CLOSE = code(']')

/** Words that stand for a value; the last four are Python's and C++'s ways of writing what JSON cannot. */
const WORDS: readonly { readonly bytes: Uint8Array; readonly value: boolean | number | null }[] = (
  [
    ['true', true],
    ['false', false],
    ['null', null],
    ['NaN', Number.NaN],
    ['nan', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['inf', Number.POSITIVE_INFINITY],
  ] as const
).map(([word, value]) => ({ bytes: new TextEncoder().encode(word), value }))

/** Bytes of the longest number or word; XGBoost writes at most 20 digits. */
const MAX_TOKEN_BYTES = 64

const utf8 = new TextDecoder('utf-8')

interface JsonReader {
  readonly bytes: Uint8Array
  readonly base: number
  readonly builder: DocumentBuilder
  offset: number
}

/** Reads one document; anything but white space after it throws. `base` is where `bytes` begin in the file. */
export function readJsonDocument(bytes: Uint8Array, budget: Budget, base = 0): DocumentValue {
  const reader: JsonReader = { bytes, base, builder: createDocumentBuilder(budget), offset: 0 }
  readValue(reader)
  while (reader.builder.document === undefined) step(reader)
  skipSpace(reader)
  if (reader.offset < bytes.length) throw damaged(reader, 'something follows the end')
  return reader.builder.document
}

/** Reads the next element of the innermost container, or its end. */
function step(reader: JsonReader): void {
  const frame = reader.builder.frames.at(-1)
  if (frame === undefined) return
  skipSpace(reader)
  const close = frame.kind === 'object' ? OBJECT_CLOSE : ARRAY_CLOSE
  const started =
    frame.kind === 'object' ? frame.entries.size > 0 : frame.count + frame.items.length > 0
  if (reader.bytes[reader.offset] === close) {
    reader.offset++
    closeFrame(reader.builder, reader.base + reader.offset)
    return
  }
  if (started) expect(reader, COMMA)
  if (frame.kind === 'object') {
    skipSpace(reader)
    frame.key = readText(reader)
    skipSpace(reader)
    expect(reader, COLON)
  }
  readValue(reader)
}

function readValue(reader: JsonReader): void {
  skipSpace(reader)
  const offset = reader.base + reader.offset
  const first = reader.bytes[reader.offset]
  if (first === OBJECT_OPEN) {
    reader.offset++
    openObject(reader.builder, offset)
  } else if (first === ARRAY_OPEN) {
    reader.offset++
    openArray(reader.builder, offset)
  } else if (first === QUOTE) {
    addValue(reader.builder, readText(reader), offset)
  } else {
    addValue(reader.builder, readToken(reader), offset)
  }
}

/** A number or a word, up to the next comma, bracket or space. */
function readToken(reader: JsonReader): DocumentValue {
  const start = reader.offset
  let end = start
  while (end < reader.bytes.length && isTokenByte(reader.bytes[end] ?? 0)) end++
  if (end === start || end - start > MAX_TOKEN_BYTES) throw damaged(reader, 'no value is here')
  const number = parseNumber(reader.bytes, start, end)
  if (number !== null) {
    reader.offset = end
    return number
  }
  const negative = reader.bytes[start] === MINUS
  const word = findWord(reader.bytes, negative ? start + 1 : start, end)
  if (word === undefined || (negative && typeof word.value !== 'number')) {
    throw damaged(reader, 'no value is here')
  }
  reader.offset = end
  return negative ? -Number(word.value) : word.value
}

/** Compares bytes: a text for each of a million words would fill the memory before it is collected. */
function findWord(
  bytes: Uint8Array,
  start: number,
  end: number,
): (typeof WORDS)[number] | undefined {
  return WORDS.find(
    (word) =>
      word.bytes.length === end - start &&
      word.bytes.every((byte, index) => byte === bytes[start + index]),
  )
}

/** Letters, digits, sign and point. */
function isTokenByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a)
  )
}

function readText(reader: JsonReader): string {
  const { bytes } = reader
  if (bytes[reader.offset] !== QUOTE) throw damaged(reader, 'a text in quotes belongs here')
  const start = reader.offset + 1
  let end = start
  let escaped = false
  while (end < bytes.length && bytes[end] !== QUOTE) {
    if (bytes[end] === BACKSLASH) {
      escaped = true
      end++
    }
    end++
  }
  if (end >= bytes.length) throw damaged(reader, 'the text that begins here has no end')
  chargeBytes(reader.builder.budget, KEY_BYTES + (end - start) * 2, reader.base + start)
  chargeWork(reader.builder.budget, (end - start) / 16, reader.base + start)
  const text = utf8.decode(bytes.subarray(start, end))
  const unescaped = escaped ? decodeEscapes(text) : text
  if (unescaped === null) throw damaged(reader, 'the text that begins here has a false escape')
  reader.offset = end + 1
  return unescaped
}

function decodeEscapes(text: string): string | null {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return null
  }
}

function skipSpace(reader: JsonReader): void {
  const { bytes } = reader
  let byte = bytes[reader.offset]
  const start = reader.offset
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
    byte = bytes[++reader.offset]
  }
  if (reader.offset - start > 1) {
    chargeWork(reader.builder.budget, (reader.offset - start) / 16, reader.base + start)
  }
}

function expect(reader: JsonReader, byte: number): void {
  if (reader.bytes[reader.offset] !== byte) {
    throw damaged(reader, `"${String.fromCharCode(byte)}" belongs here`)
  }
  reader.offset++
}

function damaged(reader: JsonReader, reason: string): FormatError {
  const offset = reader.base + reader.offset
  const state = reader.offset >= reader.bytes.length ? 'cut off' : 'damaged'
  return new FormatError(`This XGBoost model is ${state}: at byte ${offset}, ${reason}.`, offset)
}
