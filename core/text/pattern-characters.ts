// Reads the characters of a Python pattern: single ones, escapes and sets.

import {
  type CharacterSet,
  isDigit,
  isSpace,
  isWordCharacter,
  remembered,
} from './character-sets.ts'

/** What a pattern asks for that is not understood here; the message goes on after "uses". */
export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern'
}

interface Flags {
  readonly ignoreCase: boolean
  readonly ascii: boolean
  readonly dotAll: boolean
  readonly multiline: boolean
}

/** A pattern on its way through the reader. */
export interface PatternReader {
  readonly points: readonly string[]
  position: number
  depth: number
  groups: number
  readonly flags: Flags
}

export function peek(reader: PatternReader, ahead = 0): string | undefined {
  return reader.points[reader.position + ahead]
}

export function take(reader: PatternReader): string {
  const point = peek(reader)
  if (point === undefined) throw new UnsupportedPattern('an end too early')
  reader.position++
  return point
}

export function takeIf(reader: PatternReader, text: string): boolean {
  const found = reader.points.slice(reader.position, reader.position + text.length).join('')
  if (found !== text) return false
  reader.position += text.length
  return true
}

export function one(point: string): CharacterSet {
  const wanted = point.codePointAt(0)
  return (code) => code === wanted
}

/** With the flag i a character stands for its other case, too. */
export function folded(reader: PatternReader, has: CharacterSet): CharacterSet {
  if (!reader.flags.ignoreCase) return has
  const hasCase = (text: string) => text.length <= 2 && has(text.codePointAt(0) ?? -1)
  return remembered((code) => {
    const text = String.fromCodePoint(code)
    return has(code) || hasCase(text.toLowerCase()) || hasCase(text.toUpperCase())
  })
}

const ASCII_END = 0x80

/** \d, \s, \w and their opposites. */
function classOf(reader: PatternReader, letter: string): CharacterSet | null {
  const classes: Readonly<Record<string, CharacterSet>> = {
    d: isDigit,
    s: isSpace,
    w: isWordCharacter,
  }
  const lower = letter.toLowerCase()
  const own = Object.hasOwn(classes, lower) ? classes[lower] : undefined
  if (own === undefined) return null
  const has: CharacterSet = reader.flags.ascii ? (code) => code < ASCII_END && own(code) : own
  return letter === lower ? has : (code) => !has(code)
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
}

const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const HEX = /^[0-9a-fA-F]+$/
const WORD_LETTER = /[a-zA-Z0-9]/
const LARGEST_CODE_POINT = 0x10ffff

export function readEscape(reader: PatternReader): CharacterSet {
  return classOf(reader, peek(reader) ?? '') === null
    ? one(readCharacter(reader))
    : (classOf(reader, take(reader)) ?? (() => false))
}

/** The character that an escape stands for; the backslash has been taken. */
function readCharacter(reader: PatternReader): string {
  const letter = take(reader)
  if (Object.hasOwn(CONTROLS, letter)) return CONTROLS[letter] ?? ''
  const length = HEX_LENGTHS[letter]
  if (length !== undefined) {
    const digits = Array.from({ length }, () => take(reader)).join('')
    const code = HEX.test(digits) ? Number.parseInt(digits, 16) : Number.NaN
    if (!(code <= LARGEST_CODE_POINT)) throw new UnsupportedPattern(`\\${letter}${digits}`)
    return String.fromCodePoint(code)
  }
  if (WORD_LETTER.test(letter)) throw new UnsupportedPattern(`\\${letter}`)
  return letter
}

export function readSet(reader: PatternReader): CharacterSet {
  const isNegated = takeIf(reader, '^')
  const parts: CharacterSet[] = []
  for (let isFirst = true; isFirst || peek(reader) !== ']'; isFirst = false) {
    parts.push(readSetPart(reader))
  }
  reader.position++
  const has = folded(reader, (code) => parts.some((part) => part(code)))
  return remembered(isNegated ? (code) => !has(code) : has)
}

/** One character, a class or a range. */
function readSetPart(reader: PatternReader): CharacterSet {
  const first = readSetCharacter(reader)
  if (typeof first !== 'string') return first
  const isRange = peek(reader) === '-' && peek(reader, 1) !== ']'
  if (!isRange) return one(first)
  reader.position++
  const last = readSetCharacter(reader)
  const from = first.codePointAt(0) ?? 0
  const to = typeof last === 'string' ? (last.codePointAt(0) ?? 0) : -1
  if (to < from) throw new UnsupportedPattern('a range that runs backwards')
  return (code) => code >= from && code <= to
}

function readSetCharacter(reader: PatternReader): string | CharacterSet {
  const point = take(reader)
  if (point !== '\\') return point
  // Inside of brackets it is a backspace.
  if (takeIf(reader, 'b')) return '\b'
  const own = classOf(reader, peek(reader) ?? '')
  if (own === null) return readCharacter(reader)
  reader.position++
  return own
}
