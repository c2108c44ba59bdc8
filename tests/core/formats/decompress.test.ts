// Compressed files: every codec is told by its bytes, unpacked to the byte, and stopped when it is a bomb or damaged.

import { describe, expect, test } from 'bun:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { type Codec, decompress, detectCodec } from '#core/formats/decompress.ts'
import { createBudget, MAX_DECOMPRESSED_BYTES } from '#core/formats/limits.ts'
import { bytes, readFixture, refusal, u32, u64 } from './support.ts'

/** A megabyte of zeros that joblib 1.6 (and, as a Z-file, 0.8) packed with the real libraries. */
const PACKED: readonly [Codec, Uint8Array][] = [
  ['zlib', readFixture('joblib/1.6.0/megabyte_of_zeros_zlib.joblib')],
  ['gzip', readFixture('joblib/1.6.0/megabyte_of_zeros_gzip.joblib')],
  ['bz2', readFixture('joblib/1.6.0/megabyte_of_zeros_bz2.joblib')],
  ['xz', readFixture('joblib/1.6.0/megabyte_of_zeros_xz.joblib')],
  ['lzma', readFixture('joblib/1.6.0/megabyte_of_zeros_lzma.joblib')],
  ['lz4', readFixture('joblib/1.6.0/megabyte_of_zeros_lz4.joblib')],
  ['zfile', readFixture('joblib/0.8.4/megabyte_of_zeros_zfile.joblib')],
]

const unpack = (file: Uint8Array, codec: Codec) => decompress(file, codec, createBudget())

describe('every codec', () => {
  for (const [codec, file] of PACKED) {
    test(`${codec} is told by its bytes and unpacks`, () => {
      expect(detectCodec(file)).toBe(codec)
      expect(unpack(file, codec).length).toBeGreaterThan(1_000_000)
    })

    test(`${codec} cut off anywhere is refused`, () => {
      const step = Math.max(1, Math.floor(file.length / 40))
      for (let length = 2; length < file.length - 12; length += step) {
        refusal(() => unpack(file.subarray(0, length), codec))
      }
    })

    test(`${codec} with a damaged byte is refused or unpacks to something, and ends`, () => {
      for (let at = 0; at < Math.min(file.length, 64); at += 1) {
        const damaged = file.slice()
        damaged[at] = (damaged[at] ?? 0) ^ 0x55
        try {
          unpack(damaged, codec)
        } catch (error) {
          expect(error).toHaveProperty('name', 'FormatError')
        }
      }
    })
  }

  test('plain pickles, models and texts are not taken for compressed', () => {
    for (const start of ['\x80\x04', '{"learner"', 'binf', 'x,y\n1,2', ']\x00', 'BZ', 'ZFoo']) {
      expect(detectCodec(bytes(start, '0123456789012345678901'))).toBe(null)
    }
  })
})

describe('bombs', () => {
  const size = MAX_DECOMPRESSED_BYTES + 1_000_000

  test('of zlib and gzip stop at the cap', () => {
    const zeros = Buffer.alloc(size)
    for (const [codec, file] of [
      ['zlib', deflateSync(zeros)],
      ['gzip', gzipSync(zeros)],
    ] as const) {
      const error = refusal(() => unpack(new Uint8Array(file), codec))
      expect(error.code).toBe('too_large')
    }
  })

  test('of LZ4 stop at the cap, whatever the frame says', () => {
    // A literal, then repetitions of it: each further byte of 255 asks for 255 more.
    const block = bytes(0x1f, 'a', 1, 0, new Uint8Array(600_000).fill(255), 0)
    const file = bytes(u32(0x184d2204), 0x60, 0x40, 0, u32(block.length), block, u32(0))
    expect(detectCodec(file)).toBe('lz4')
    const error = refusal(() => unpack(file, 'lz4'))
    expect(error.code).toBe('too_large')
  })

  test('of LZMA that announce more than the cap are refused before anything is read', () => {
    const file = bytes(0x5d, u32(1 << 16), u64(2n ** 40n), new Uint8Array(40))
    expect(refusal(() => unpack(file, 'lzma')).code).toBe('too_large')
  })

  test('of bytes that are no LZMA at all end at once', () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, index) => (index * 2654435761) >>> 24)
    noise.set(bytes(0x5d, u32(1 << 20), u64(2n ** 64n - 1n), 0))
    refusal(() => unpack(noise, 'lzma'))
  })

  test('stop when the time is over', () => {
    let clock = 0
    const budget = createBudget(() => clock++ * 10_000)
    const block = bytes(0x1f, 'a', 1, 0, new Uint8Array(400_000).fill(255), 0)
    const file = bytes(u32(0x184d2204), 0x60, 0x40, 0, u32(block.length), block, u32(0))
    expect(refusal(() => decompress(file, 'lz4', budget)).message).toContain(
      'longer than 2 seconds',
    )
  })
})

describe('files that lie about themselves', () => {
  const stream = new Uint8Array(deflateSync(Buffer.from('\x80\x04N.', 'latin1')))
  const zfile = (length: string) => bytes('ZF', length.padEnd(19), stream)

  test('a Z-file must be as long as it says', () => {
    expect(unpack(zfile('0x4'), 'zfile')).toEqual(bytes(0x80, 4, 'N.'))
    expect(refusal(() => unpack(zfile('0x5'), 'zfile')).message).toContain(
      'announces 5 bytes and holds 4',
    )
    expect(refusal(() => unpack(zfile('0xzz'), 'zfile')).message).toContain('damaged')
  })

  test('LZ4 that repeats what was never there is refused', () => {
    const block = bytes(0x10, 'a', 9, 0, 0x00)
    const file = bytes(u32(0x184d2204), 0x60, 0x40, 0, u32(block.length), block, u32(0))
    expect(refusal(() => unpack(file, 'lz4')).message).toContain('never there')
  })

  test('xz with another filter than LZMA2 says what to do', () => {
    const file = readFixture('joblib/1.6.0/megabyte_of_zeros_xz.joblib').slice()
    // The block header begins at byte 12; its filter id is the third byte. Its checksum is made to agree.
    file[14] = 0x03
    const header = file.subarray(12, 12 + ((file[12] ?? 0) + 1) * 4 - 4)
    file.set(u32(Bun.hash.crc32(header)), 12 + header.length)
    expect(refusal(() => unpack(file, 'xz')).message).toContain('compress=3')
  })
})
