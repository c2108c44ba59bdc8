// Turns the text and integer encodings inside pickles into strings, bytes and numbers.

import { toNumberIfExact } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { MAX_INTEGER_DIGITS } from '../limits.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LEADING_PLUS = /^\+/
const INTEGER = /^[+-]?\d+$/
const FLOAT = /^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|infinity|nan)$/i
const QUOTED = /^(['"])([\s\S]*)\1$/
const BACKSLASH = 0x5c
const HEX_DIGITS = /^[0-9a-fA-F]+$/
const OCTAL_DIGITS = /^[0-7]{1,3}/

/** Single-character escapes of a Python string literal. */
const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': BACKSLASH,
  "'": 0x27,
  '"': 0x22,
}

/** UTF-8 as Python's `surrogatepass` reads it: lone surrogates, which strict decoders refuse, are kept. */
export function decodeUtf8(bytes: Uint8Array, offset: number): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return decodeWithSurrogates(bytes, offset)
  }
}

/** Bytes as text one to one: each byte is the code point of the same number. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The reverse of `decodeLatin1`; null where a character is no byte. */
export function encodeLatin1(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0xff) return null
    bytes[index] = code
  }
  return bytes
}

/** Python 2 strings are bytes: plain ASCII becomes a string (names, keys), everything else stays bytes. */
export function decodePython2String(bytes: Uint8Array): string | Uint8Array {
  for (const byte of bytes) if (byte > 0x7f) return bytes
  return decodeLatin1(bytes)
}

/** Protocol 0 text: latin-1 with `\uXXXX` and `\UXXXXXXXX`; other backslashes stand for themselves. */
export function decodeRawUnicodeEscape(bytes: Uint8Array, offset: number): string {
  if (!bytes.includes(BACKSLASH)) return decodeLatin1(bytes)
  const text = decodeLatin1(bytes)
  const parts: string[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    const width = text[at + 1] === 'u' ? 4 : text[at + 1] === 'U' ? 8 : 0
    if (width === 0) {
      parts.push(text.slice(from, at + 2))
      from = at + 2
      continue
    }
    parts.push(text.slice(from, at), codePoint(text.slice(at + 2, at + 2 + width), width, offset))
    from = at + 2 + width
  }
  parts.push(text.slice(from))
  return parts.join('')
}

/** A quoted Python string literal, as STRING carries it, to the bytes it stands for. */
export function decodeStringLiteral(line: Uint8Array, offset: number): Uint8Array {
  const match = QUOTED.exec(decodeLatin1(line).trim())
  if (match === null) throw new FormatError('A string in this pickle has no quotes.', offset)
  const body = match[2] ?? ''
  const out = new Uint8Array(body.length)
  let length = 0
  for (let at = 0; at < body.length; ) {
    const [byte, width] =
      body[at] === '\\' ? readEscape(body, at, offset) : [body.charCodeAt(at), 1]
    out[length] = byte
    length += 1
    at += width
  }
  return out.subarray(0, length)
}

/** Decimal text to a number, or a bigint beyond 2^53. */
export function parseInteger(text: string, offset: number): number | bigint {
  const digits = text.trim()
  if (!INTEGER.test(digits)) {
    throw new FormatError('A number in this pickle is not written as one.', offset)
  }
  if (digits.length > MAX_INTEGER_DIGITS) {
    throw new FormatError('A number in this pickle has too many digits.', offset, 'too_large')
  }
  return digits.length < 16
    ? Number(digits)
    : toNumberIfExact(BigInt(digits.replace(LEADING_PLUS, '')))
}

export function parseFloatText(text: string, offset: number): number {
  const trimmed = text.trim().toLowerCase()
  if (!FLOAT.test(trimmed)) {
    throw new FormatError('A number in this pickle is not written as one.', offset)
  }
  if (trimmed.endsWith('nan')) return Number.NaN
  if (trimmed.includes('inf')) {
    return trimmed.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  return Number(trimmed)
}

/** Little-endian two's complement of any length; no bytes at all are 0. */
export function decodeTwosComplement(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0
  let hex = ''
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    hex += (bytes[index] ?? 0).toString(16).padStart(2, '0')
  }
  return toNumberIfExact(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)))
}

function codePoint(digits: string, width: number, offset: number): string {
  const code = digits.length === width && HEX_DIGITS.test(digits) ? Number.parseInt(digits, 16) : -1
  if (code < 0 || code > 0x10ffff) {
    throw new FormatError('A \\u escape in this pickle is broken.', offset)
  }
  return String.fromCodePoint(code)
}

/** The byte an escape stands for and how many characters it takes. */
function readEscape(body: string, at: number, offset: number): [number, number] {
  const next = body[at + 1] ?? ''
  const single = Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : undefined
  if (single !== undefined) return [single, 2]
  if (next === 'x') {
    const digits = body.slice(at + 2, at + 4)
    if (digits.length === 2 && HEX_DIGITS.test(digits)) return [Number.parseInt(digits, 16), 4]
    throw new FormatError('A \\x escape in this pickle is broken.', offset)
  }
  const octal = OCTAL_DIGITS.exec(body.slice(at + 1, at + 4))
  if (octal !== null) return [Number.parseInt(octal[0], 8) & 0xff, 1 + octal[0].length]
  return [BACKSLASH, 1]
}

/** UTF-8 in which three-byte sequences may be surrogates; anything else malformed is refused. */
function decodeWithSurrogates(bytes: Uint8Array, offset: number): string {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at + 2 < bytes.length; ) {
    const second = bytes[at + 1] ?? 0
    const third = bytes[at + 2] ?? 0
    const surrogate = bytes[at] === 0xed && second >= 0xa0 && second <= 0xbf && third >> 6 === 2
    if (!surrogate) {
      at += 1
      continue
    }
    parts.push(decodeStrict(bytes.subarray(from, at), offset + from))
    parts.push(String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)))
    at += 3
    from = at
  }
  parts.push(decodeStrict(bytes.subarray(from), offset + from))
  return parts.join('')
}

function decodeStrict(bytes: Uint8Array, offset: number): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new FormatError('A string in this pickle is not valid UTF-8.', offset)
  }
}
