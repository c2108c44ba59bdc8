// The xz container: blocks of LZMA2 chunks, each block with its own check.

import { crc32 } from 'node:zlib'
import {
  type Cursor,
  createCursor,
  peekU8,
  position,
  readU8,
  readU16BE,
  skip,
  take,
} from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import {
  createLzma,
  decodeSymbols,
  type LzmaState,
  resetState,
  setProperties,
  startRange,
} from './lzma.ts'
import { append, createOutput, finish, type Output } from './output.ts'

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
const LZMA2_FILTER = 0x21
const CRC32_CHECK = 1
/** Bytes of a block's check by the id in the stream's flags. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
/** A variable-length integer has at most nine bytes. */
const MAX_INTEGER_BYTES = 9

const CHUNK_END = 0
const CHUNK_STORED_NEW_DICTIONARY = 1
const CHUNK_STORED = 2
const CHUNK_LZMA = 0x80

export function decompressXz(bytes: Uint8Array, budget: Budget): Uint8Array {
  const cursor = createCursor(bytes, 'xz file')
  const output = createOutput(budget)
  // Several streams may follow each other; padding between them comes in fours of zeros.
  while (cursor.offset < bytes.length) {
    readStream(cursor, output)
    while (peekU8(cursor) === 0) skip(cursor, 1)
  }
  return finish(output)
}

function readStream(cursor: Cursor, output: Output): void {
  for (const expected of MAGIC) if (readU8(cursor) !== expected) throw damaged(cursor)
  const flags = take(cursor, 2)
  const check = flags[1] ?? 0
  if (flags[0] !== 0 || check > 15) throw damaged(cursor)
  checkCrc(cursor, flags)
  let blocks = 0
  while (peekU8(cursor) !== 0) {
    readBlock(cursor, output, check)
    blocks += 1
  }
  skipIndex(cursor, blocks)
  skip(cursor, 12)
}

function readBlock(cursor: Cursor, output: Output, check: number): void {
  const start = cursor.offset
  const headerSize = (readU8(cursor) + 1) * 4
  const header = createCursor(take(cursor, headerSize - 5), 'xz file', start + 1)
  checkCrc(cursor, cursor.bytes.subarray(start, start + headerSize - 4))
  const flags = readU8(header)
  if ((flags & 3) !== 0) throw unknownFilter(header)
  if ((flags & 0x40) !== 0) readInteger(header)
  if ((flags & 0x80) !== 0) readInteger(header)
  if (readInteger(header) !== LZMA2_FILTER || readInteger(header) !== 1) throw unknownFilter(header)
  const from = output.length
  readChunks(cursor, output)
  while ((cursor.offset - start) % 4 !== 0) skip(cursor, 1)
  const stored = take(cursor, CHECK_SIZES[check] ?? 0)
  const content = output.bytes.subarray(from, output.length)
  if (check === CRC32_CHECK && toU32(stored) !== crc32(content)) throw damaged(cursor)
}

/** LZMA2: chunks that are stored or compressed, and say what of the decoder begins anew. */
function readChunks(cursor: Cursor, output: Output): void {
  const lzma = createLzma(output, cursor)
  lzma.dictionaryStart = output.length
  for (let first = true; ; first = false) {
    const control = readU8(cursor)
    if (control === CHUNK_END) return
    if (control === CHUNK_STORED_NEW_DICTIONARY) lzma.dictionaryStart = output.length
    if (control === CHUNK_STORED_NEW_DICTIONARY || (control === CHUNK_STORED && !first)) {
      append(output, take(cursor, readU16BE(cursor) + 1), position(cursor))
    } else if (control >= CHUNK_LZMA) {
      readLzmaChunk(lzma, cursor, control)
    } else {
      throw damaged(cursor)
    }
  }
}

function readLzmaChunk(lzma: LzmaState, cursor: Cursor, control: number): void {
  const size = ((control & 0x1f) << 16) + readU16BE(cursor) + 1
  const packedSize = readU16BE(cursor) + 1
  const reset = (control >> 5) & 3
  if (reset === 3) lzma.dictionaryStart = lzma.output.length
  if (reset >= 2) setProperties(lzma, readU8(cursor))
  // The first chunk of a block must bring properties, or there is nothing to decode with.
  if (lzma.probabilities.length === 0) throw damaged(cursor)
  if (reset >= 1) resetState(lzma)
  const at = position(cursor)
  lzma.cursor = createCursor(take(cursor, packedSize), 'xz file', at)
  startRange(lzma)
  decodeSymbols(lzma, size, false)
}

/** The index repeats what the blocks said; only its length matters here. */
function skipIndex(cursor: Cursor, blocks: number): void {
  const start = cursor.offset
  skip(cursor, 1)
  if (readInteger(cursor) !== blocks) throw damaged(cursor)
  for (let block = 0; block < blocks; block += 1) {
    readInteger(cursor)
    readInteger(cursor)
  }
  while ((cursor.offset - start) % 4 !== 0) skip(cursor, 1)
  skip(cursor, 4)
}

/** Seven bits a byte, least significant first. */
function readInteger(cursor: Cursor): number {
  let value = 0
  for (let index = 0; index < MAX_INTEGER_BYTES; index += 1) {
    const byte = readU8(cursor)
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return value
  }
  throw damaged(cursor)
}

function checkCrc(cursor: Cursor, content: Uint8Array): void {
  if (toU32(take(cursor, 4)) !== crc32(content)) throw damaged(cursor)
}

function toU32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
}

function unknownFilter(cursor: Cursor): FormatError {
  return new FormatError(
    'This xz file uses a filter other than LZMA2. Save the model again with joblib.dump(model, path, compress=3).',
    position(cursor),
  )
}

function damaged(cursor: Cursor): FormatError {
  return new FormatError('This xz file is damaged.', position(cursor))
}
