// The LZMA decoder, written after its public specification: the `.lzma` container and the core that xz shares.

import { type Cursor, createCursor, position, readLength64LE, readU8, skip } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, MAX_DECOMPRESSED_BYTES } from '../limits.ts'
import { createOutput, finish, type Output, repeat, reserve, tooMuchOutput } from './output.ts'

/** All adaptive probabilities lie in one array; these are the places of its tables. */
const IS_MATCH = 0
const IS_REPEAT = 192
const IS_REPEAT_0 = 204
const IS_REPEAT_1 = 216
const IS_REPEAT_2 = 228
const IS_REPEAT_0_LONG = 240
const SLOT = 432
const SPECIAL = 688
const ALIGN = 803
const MATCH_LENGTH = 819
const REPEAT_LENGTH = 1333
const LITERAL = 1847

/** Inside a length table: two choices, then 16 low trees, 16 middle trees and one high tree. */
const LENGTH_LOW = 2
const LENGTH_MIDDLE = 130
const LENGTH_HIGH = 258

const EVEN = 1024
const SHORTEST_MATCH = 2
/** A distance of all ones marks the end. */
const END_DISTANCE = 0xffffffff
/** The size field of a `.lzma` file whose size was not known. */
const UNKNOWN_SIZE = 0xffffffffffffffffn

/** One LZMA stream in progress. LZMA2 chunks keep it from chunk to chunk. */
export interface LzmaState {
  readonly output: Output
  /** Where in the output the current dictionary begins. */
  dictionaryStart: number
  probabilities: Uint16Array
  literalContextBits: number
  literalPositionMask: number
  positionMask: number
  state: number
  repeats: [number, number, number, number]
  range: number
  code: number
  cursor: Cursor
}

/** The `.lzma` container (LZMA-alone): properties, dictionary size, length, stream. */
export function decompressLzmaAlone(bytes: Uint8Array, budget: Budget): Uint8Array {
  const cursor = createCursor(bytes, 'LZMA file')
  const properties = readU8(cursor)
  skip(cursor, 4)
  const unknown = cursor.bytes.length >= 13 && cursor.view.getBigUint64(5, true) === UNKNOWN_SIZE
  if (unknown) skip(cursor, 8)
  const size = unknown ? null : readLength64LE(cursor)
  if (size !== null && size > MAX_DECOMPRESSED_BYTES) {
    throw tooMuchOutput(MAX_DECOMPRESSED_BYTES, position(cursor))
  }
  const lzma = createLzma(createOutput(budget), cursor)
  setProperties(lzma, properties)
  resetState(lzma)
  startRange(lzma)
  decodeSymbols(lzma, size ?? Number.POSITIVE_INFINITY, true)
  return finish(lzma.output)
}

export function createLzma(output: Output, cursor: Cursor): LzmaState {
  return {
    output,
    dictionaryStart: 0,
    probabilities: new Uint16Array(0),
    literalContextBits: 0,
    literalPositionMask: 0,
    positionMask: 0,
    state: 0,
    repeats: [0, 0, 0, 0],
    range: 0,
    code: 0,
    cursor,
  }
}

/** The byte that says how literals and positions choose their probabilities. */
export function setProperties(lzma: LzmaState, properties: number): void {
  if (properties >= 9 * 5 * 5) throw damaged(lzma)
  const contextBits = properties % 9
  const positionBits = Math.floor(properties / 9) % 5
  lzma.literalContextBits = contextBits
  lzma.literalPositionMask = (1 << positionBits) - 1
  lzma.positionMask = (1 << Math.floor(properties / 45)) - 1
  lzma.probabilities = new Uint16Array(LITERAL + (0x300 << (contextBits + positionBits)))
}

export function resetState(lzma: LzmaState): void {
  lzma.state = 0
  lzma.repeats = [0, 0, 0, 0]
  lzma.probabilities.fill(EVEN)
}

/** Each stream (in LZMA2, each chunk) begins with a zero byte and the first 32 bits of code. */
export function startRange(lzma: LzmaState): void {
  if (readU8(lzma.cursor) !== 0) throw damaged(lzma)
  lzma.range = 0xffffffff
  lzma.code = 0
  for (let count = 0; count < 4; count += 1) {
    lzma.code = ((lzma.code << 8) | readU8(lzma.cursor)) >>> 0
  }
}

/** Decodes until `size` more bytes are out, or to the end mark where one is allowed. */
export function decodeSymbols(lzma: LzmaState, size: number, endMark: boolean): void {
  const { output, probabilities } = lzma
  const target = output.length + size
  while (output.length < target) {
    const positionState = (output.length - lzma.dictionaryStart) & lzma.positionMask
    if (decodeBit(lzma, probabilities, IS_MATCH + (lzma.state << 4) + positionState) === 0) {
      decodeLiteral(lzma)
      continue
    }
    const length = decodeMatch(lzma, positionState)
    const distance = lzma.repeats[0]
    if (distance === END_DISTANCE) {
      if (endMark && size === Number.POSITIVE_INFINITY) return
      throw damaged(lzma)
    }
    if (output.length + length > target || distance >= output.length - lzma.dictionaryStart) {
      throw damaged(lzma)
    }
    repeat(output, distance + 1, length, position(lzma.cursor))
  }
}

function decodeLiteral(lzma: LzmaState): void {
  const { output, probabilities } = lzma
  reserve(output, 1, position(lzma.cursor))
  const { bytes, length } = output
  const place = length - lzma.dictionaryStart
  const previous = place > 0 ? (bytes[length - 1] ?? 0) : 0
  const context =
    ((place & lzma.literalPositionMask) << lzma.literalContextBits) +
    (previous >> (8 - lzma.literalContextBits))
  const base = LITERAL + 0x300 * context
  let symbol = 1
  if (lzma.state >= 7) {
    // After a match, the byte that would have continued it guides the bits until the first that differs.
    let guide = lzma.repeats[0] < place ? (bytes[length - lzma.repeats[0] - 1] ?? 0) : 0
    while (symbol < 0x100) {
      const guideBit = (guide >> 7) & 1
      guide <<= 1
      const bit = decodeBit(lzma, probabilities, base + ((1 + guideBit) << 8) + symbol)
      symbol = (symbol << 1) | bit
      if (guideBit !== bit) break
    }
  }
  while (symbol < 0x100) symbol = (symbol << 1) | decodeBit(lzma, probabilities, base + symbol)
  bytes[length] = symbol & 0xff
  output.length = length + 1
  lzma.state = lzma.state < 4 ? 0 : lzma.state < 10 ? lzma.state - 3 : lzma.state - 6
}

/** Sets `repeats[0]` to the distance (less one) and returns the length of what is repeated. */
function decodeMatch(lzma: LzmaState, positionState: number): number {
  const { probabilities, repeats } = lzma
  const before = lzma.state
  if (decodeBit(lzma, probabilities, IS_REPEAT + before) === 0) {
    lzma.state = before < 7 ? 7 : 10
    const length = decodeLength(lzma, MATCH_LENGTH, positionState)
    lzma.repeats = [decodeDistance(lzma, length), repeats[0], repeats[1], repeats[2]]
    return length + SHORTEST_MATCH
  }
  if (lzma.output.length === lzma.dictionaryStart) throw damaged(lzma)
  if (decodeBit(lzma, probabilities, IS_REPEAT_0 + before) === 0) {
    if (decodeBit(lzma, probabilities, IS_REPEAT_0_LONG + (before << 4) + positionState) === 0) {
      lzma.state = before < 7 ? 9 : 11
      return 1
    }
  } else {
    lzma.repeats = chooseRepeat(lzma, before)
  }
  lzma.state = before < 7 ? 8 : 11
  return decodeLength(lzma, REPEAT_LENGTH, positionState) + SHORTEST_MATCH
}

/** Moves one of the older distances to the front. */
function chooseRepeat(lzma: LzmaState, state: number): LzmaState['repeats'] {
  const [first, second, third, fourth] = lzma.repeats
  if (decodeBit(lzma, lzma.probabilities, IS_REPEAT_1 + state) === 0) {
    return [second, first, third, fourth]
  }
  if (decodeBit(lzma, lzma.probabilities, IS_REPEAT_2 + state) === 0) {
    return [third, first, second, fourth]
  }
  return [fourth, first, second, third]
}

function decodeLength(lzma: LzmaState, table: number, positionState: number): number {
  const { probabilities } = lzma
  if (decodeBit(lzma, probabilities, table) === 0) {
    return decodeTree(lzma, table + LENGTH_LOW + (positionState << 3), 3)
  }
  if (decodeBit(lzma, probabilities, table + 1) === 0) {
    return 8 + decodeTree(lzma, table + LENGTH_MIDDLE + (positionState << 3), 3)
  }
  return 16 + decodeTree(lzma, table + LENGTH_HIGH, 8)
}

function decodeDistance(lzma: LzmaState, length: number): number {
  const slot = decodeTree(lzma, SLOT + (Math.min(length, 3) << 6), 6)
  if (slot < 4) return slot
  const bits = (slot >> 1) - 1
  const base = ((2 | (slot & 1)) << bits) >>> 0
  if (slot < 14) return base + decodeReverseTree(lzma, SPECIAL + base - slot, bits)
  const high = decodeDirectBits(lzma, bits - 4)
  return (base + high * 16 + decodeReverseTree(lzma, ALIGN, 4)) >>> 0
}

function decodeTree(lzma: LzmaState, base: number, bits: number): number {
  let node = 1
  for (let count = 0; count < bits; count += 1) {
    node = (node << 1) | decodeBit(lzma, lzma.probabilities, base + node)
  }
  return node - (1 << bits)
}

function decodeReverseTree(lzma: LzmaState, base: number, bits: number): number {
  let node = 1
  let value = 0
  for (let count = 0; count < bits; count += 1) {
    const bit = decodeBit(lzma, lzma.probabilities, base + node)
    node = (node << 1) | bit
    value |= bit << count
  }
  return value
}

function decodeDirectBits(lzma: LzmaState, bits: number): number {
  let value = 0
  for (let count = 0; count < bits; count += 1) {
    lzma.range >>>= 1
    const bit = lzma.code >= lzma.range ? 1 : 0
    if (bit === 1) lzma.code -= lzma.range
    value = value * 2 + bit
    normalise(lzma)
  }
  return value
}

function decodeBit(lzma: LzmaState, probabilities: Uint16Array, index: number): 0 | 1 {
  const probability = probabilities[index] ?? EVEN
  const bound = (lzma.range >>> 11) * probability
  if (lzma.code < bound) {
    lzma.range = bound
    probabilities[index] = probability + ((2048 - probability) >> 5)
    normalise(lzma)
    return 0
  }
  lzma.range -= bound
  lzma.code -= bound
  probabilities[index] = probability - (probability >> 5)
  normalise(lzma)
  return 1
}

function normalise(lzma: LzmaState): void {
  if (lzma.range >= 0x1000000) return
  lzma.range = (lzma.range << 8) >>> 0
  lzma.code = ((lzma.code << 8) | readU8(lzma.cursor)) >>> 0
}

function damaged(lzma: LzmaState): FormatError {
  return new FormatError('The LZMA data in this file is damaged.', position(lzma.cursor))
}
