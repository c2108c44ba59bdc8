// Finds how a file is compressed from its first bytes, and unpacks it under the budget.

import { gunzipSync, inflateSync } from 'node:zlib'
import { decompressBzip2 } from './compression/bzip2.ts'
import { decompressLz4 } from './compression/lz4.ts'
import { decompressLzmaAlone } from './compression/lzma.ts'
import { tooMuchOutput } from './compression/output.ts'
import { decompressXz } from './compression/xz.ts'
import { FormatError } from './format-error.ts'
import { type Budget, MAX_DECOMPRESSED_BYTES } from './limits.ts'

export const CODECS = ['zlib', 'gzip', 'bz2', 'xz', 'lzma', 'lz4', 'zfile'] as const

export type Codec = (typeof CODECS)[number]

/** joblib before 0.10: `ZF`, the length in hexadecimal padded to 19 characters, a zlib stream. */
const ZFILE_HEADER = 21
/** Python 2 with joblib up to 0.8.4 put one space more before the stream. */
const ZFILE_SPACE = 0x20
const ZFILE_LENGTH = /^0x([0-9a-f]+)L?\s*$/i
/** A dictionary larger than this is never written by Python's lzma (its strongest preset uses 64 MB). */
const MAX_LZMA_DICTIONARY = 1024 * 1024 * 1024

/** How the file is compressed, or null. Extensions are no help: joblib names them as the person likes. */
export function detectCodec(bytes: Uint8Array): Codec | null {
  const [first, second, third, fourth] = bytes
  if (first === 0x1f && second === 0x8b) return 'gzip'
  if (first === 0x78 && (0x7800 + (second ?? 0)) % 31 === 0) return 'zlib'
  if (first === 0x42 && second === 0x5a && third === 0x68) return 'bz2'
  if (first === 0xfd && second === 0x37 && third === 0x7a && fourth === 0x58) return 'xz'
  if (first === 0x04 && second === 0x22 && third === 0x4d && fourth === 0x18) return 'lz4'
  if (first === 0x5a && second === 0x46 && third === 0x30) return 'zfile'
  if (first === 0x5d && second === 0x00 && isLzmaHeader(bytes)) return 'lzma'
  return null
}

/**
 * The whole content of a compressed file.
 * @throws FormatError when it is damaged or unpacks to more than the limit.
 */
export function decompress(bytes: Uint8Array, codec: Codec, budget: Budget): Uint8Array {
  switch (codec) {
    case 'zlib':
      return inflate(bytes, inflateSync, 'zlib', 0)
    case 'gzip':
      return inflate(bytes, gunzipSync, 'gzip', 0)
    case 'bz2':
      return decompressBzip2(bytes, budget)
    case 'xz':
      return decompressXz(bytes, budget)
    case 'lzma':
      return decompressLzmaAlone(bytes, budget)
    case 'lz4':
      return decompressLz4(bytes, budget)
    case 'zfile':
      return decompressZfile(bytes)
  }
}

function inflate(
  bytes: Uint8Array,
  unpack: typeof inflateSync,
  name: string,
  offset: number,
): Uint8Array {
  try {
    return asBytes(unpack(bytes, { maxOutputLength: MAX_DECOMPRESSED_BYTES }))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooMuchOutput(MAX_DECOMPRESSED_BYTES, offset)
    throw new FormatError(
      code === 'Z_BUF_ERROR'
        ? `This ${name} file is cut off.`
        : `This file starts like ${name} but its compressed data is damaged.`,
      code === 'Z_BUF_ERROR' ? bytes.length : offset,
    )
  }
}

function decompressZfile(bytes: Uint8Array): Uint8Array {
  const header = new TextDecoder('latin1').decode(bytes.subarray(2, ZFILE_HEADER))
  const digits = ZFILE_LENGTH.exec(header)?.[1]
  const start = bytes[ZFILE_HEADER] === ZFILE_SPACE ? ZFILE_HEADER + 1 : ZFILE_HEADER
  if (digits === undefined) throw new FormatError('This joblib file is damaged.', 2)
  const content = inflate(bytes.subarray(start), inflateSync, 'joblib', start)
  if (content.length !== Number.parseInt(digits, 16)) {
    throw new FormatError(
      `This joblib file is damaged: it announces ${Number.parseInt(digits, 16)} bytes and holds ${content.length}.`,
      2,
    )
  }
  return content
}

/** A `.lzma` header names no magic: its dictionary and length must make sense. */
function isLzmaHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[13] !== 0) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getBigUint64(5, true)
  return (
    view.getUint32(1, true) <= MAX_LZMA_DICTIONARY &&
    (size === 0xffffffffffffffffn || size <= BigInt(Number.MAX_SAFE_INTEGER))
  )
}

/** A plain view: Buffer has methods of its own under the same names. */
function asBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
