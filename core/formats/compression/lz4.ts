// The LZ4 frame format, as python-lz4 writes it for joblib.

import {
  advance,
  type Cursor,
  createCursor,
  position,
  readU8,
  readU16LE,
  readU32LE,
  take,
} from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import { append, createOutput, finish, type Output, repeat } from './output.ts'

const MAGIC = 0x184d2204
const HAS_BLOCK_CHECKSUMS = 0x10
const HAS_CONTENT_SIZE = 0x08
const HAS_DICTIONARY = 0x01
const IS_STORED = 0x80000000
const SHORTEST_MATCH = 4
/** A length nibble of 15 goes on in further bytes, the last of which is not 255. */
const LONG_LENGTH = 15

export function decompressLz4(bytes: Uint8Array, budget: Budget): Uint8Array {
  const cursor = createCursor(bytes, 'LZ4 file')
  const output = createOutput(budget)
  if (readU32LE(cursor) !== MAGIC) throw damaged(cursor)
  const flags = readU8(cursor)
  if (flags >> 6 !== 1 || (flags & HAS_DICTIONARY) !== 0) throw damaged(cursor)
  // Block size and declared content size are promises of the file; the output grows by what really comes.
  advance(cursor, 1 + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + 1)
  for (let word = readU32LE(cursor); word !== 0; word = readU32LE(cursor)) {
    const block = take(cursor, (word & ~IS_STORED) >>> 0)
    if (word >= IS_STORED) append(output, block, position(cursor))
    else readBlock(createCursor(block, 'LZ4 file', position(cursor) - block.length), output)
    if ((flags & HAS_BLOCK_CHECKSUMS) !== 0) advance(cursor, 4)
  }
  return finish(output)
}

/** A block alternates literal bytes and repetitions; it ends with literals. */
function readBlock(cursor: Cursor, output: Output): void {
  const size = cursor.bytes.length
  while (cursor.offset < size) {
    const token = readU8(cursor)
    const literals = take(cursor, readCount(cursor, token >> 4))
    append(output, literals, position(cursor))
    if (cursor.offset === size) return
    const distance = readU16LE(cursor)
    const length = readCount(cursor, token & 15) + SHORTEST_MATCH
    repeat(output, distance, length, position(cursor))
  }
}

function readCount(cursor: Cursor, nibble: number): number {
  let count = nibble
  if (nibble !== LONG_LENGTH) return count
  for (;;) {
    const more = readU8(cursor)
    count += more
    if (more !== 255) return count
  }
}

function damaged(cursor: Cursor): FormatError {
  return new FormatError('This LZ4 file is damaged or of an unknown kind.', position(cursor))
}
