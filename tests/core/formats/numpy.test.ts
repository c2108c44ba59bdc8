// numpy's objects in pickles, written by hand: what is well-formed decodes, what lies about itself is refused.

import { describe, expect, test } from 'bun:test'
import { MAX_ARRAY_ELEMENTS } from '#core/formats/limits.ts'
import { elementsOf } from '#core/formats/numpy.ts'
import { isArray } from '#core/formats/pickle/access.ts'
import type { NdArray } from '#core/formats/pickle/value.ts'
import { bytes, refusal, text, u32, u64, unpickle } from './support.ts'

const int = (value: number) => bytes('J', u32(value))

/** `numpy.dtype(name)` with byte order `order`. */
function dtype(name: string, order = '<'): Uint8Array {
  return bytes(
    ...['cnumpy\ndtype\n', text(name), 0x89, 0x88, 0x87, 'R'],
    ...['(K', 3, text(order), 'NNN', int(0xffffffff), int(0xffffffff), 'K', 0, 'tb'],
  )
}

function shapeOf(...sizes: readonly (number | Uint8Array)[]): Uint8Array {
  return bytes('(', ...sizes.map((size) => (typeof size === 'number' ? int(size) : size)), 't')
}

/** The classic form: `_reconstruct`, then a state of shape, dtype, order and data. */
function array(shape: Uint8Array, type: Uint8Array, data: Uint8Array, fortran = false): Uint8Array {
  return bytes(
    ...[0x80, 4, 'cnumpy.core.multiarray\n_reconstruct\n'],
    ...['cnumpy\nndarray\n', 'K', 0, 0x85, 'C', 1, 'b', 0x87, 'R'],
    ...['(K', 1, shape, type, fortran ? 0x88 : 0x89, data, 'tb.'],
  )
}

const binary = (content: Uint8Array) => bytes(0x8e, u64(BigInt(content.length)), content)

function readArray(file: Uint8Array): NdArray {
  const value = unpickle(file)
  if (!isArray(value)) throw new Error('no array')
  return value
}

describe('arrays', () => {
  test('of every width and order come out row-major', () => {
    const row = readArray(array(shapeOf(2, 3), dtype('i1', '|'), binary(bytes(0, 1, 2, 3, 4, 5))))
    expect([...row.data]).toEqual([0, 1, 2, 3, 4, 5])
    const column = readArray(
      array(shapeOf(2, 3), dtype('i1', '|'), binary(bytes(0, 3, 1, 4, 2, 5)), true),
    )
    expect([...column.data]).toEqual([0, 1, 2, 3, 4, 5])
    expect(column.shape).toEqual([2, 3])
  })

  test('at odd places in the file and in big-endian order are copied, not misread', () => {
    for (const padding of ['', 'a', 'ab', 'abc']) {
      const file = bytes(
        0x80,
        4,
        text(padding),
        '0',
        array(shapeOf(1), dtype('f8', '>'), binary(bytes(0x3f, 0xf8, 0, 0, 0, 0, 0, 0))),
      )
      expect([...readArray(file).data]).toEqual([1.5])
    }
  })

  test('seen through the memo before their state came are the same arrays', () => {
    const file = bytes(
      ...[
        0x80,
        4,
        'cnumpy.core.multiarray\n_reconstruct\n',
        'cnumpy\nndarray\n',
        'K',
        0,
        0x85,
        'C',
        1,
        'b',
        0x87,
        'R',
        0x94,
      ],
      ...['(K', 1, shapeOf(1), dtype('i1', '|'), 0x89, binary(bytes(7)), 'tb', 'h', 0, 0x86, '.'],
    )
    const pair = unpickle(file)
    expect(pair).toMatchObject({
      kind: 'tuple',
      items: [{ data: Int8Array.of(7) }, { data: Int8Array.of(7) }],
    })
  })

  test('of objects keep their values', () => {
    const objects = bytes('](', text('a'), 'NK', 3, 'e')
    expect(elementsOf(readArray(array(shapeOf(3), dtype('O8', '|'), objects)))).toEqual([
      'a',
      null,
      3,
    ])
  })
})

describe('arrays that lie', () => {
  const eight = binary(new Uint8Array(8))
  const CASES: readonly [string, Uint8Array, string][] = [
    ['too little data', array(shapeOf(2), dtype('f8'), eight), 'cannot fill'],
    ['too much data', array(shapeOf(1), dtype('f4'), eight), 'cannot fill'],
    ['a negative dimension', array(shapeOf(0xffffffff), dtype('f8'), eight), 'impossible shape'],
    [
      'a dimension that is a text',
      array(shapeOf(text('3')), dtype('f8'), eight),
      'impossible shape',
    ],
    [
      'a dimension beyond 2^53',
      array(shapeOf(bytes(0x8a, 8, u64(2n ** 60n))), dtype('f8'), eight),
      'impossible shape',
    ],
    [
      'dimensions whose product overflows',
      array(shapeOf(0x7fffffff, 0x7fffffff, 0x7fffffff), dtype('f8'), eight),
      `more than ${MAX_ARRAY_ELEMENTS}`,
    ],
    [
      'elements of no size',
      array(shapeOf(0x7fffffff), dtype('V0', '|'), binary(bytes())),
      `more than ${MAX_ARRAY_ELEMENTS}`,
    ],
    [
      'strings of no size, by the million',
      array(shapeOf(0x1fffffff), dtype('U0'), binary(bytes())),
      `more than ${MAX_ARRAY_ELEMENTS}`,
    ],
    [
      'more dimensions than numpy has',
      array(shapeOf(...new Array(65).fill(1)), dtype('i1', '|'), eight),
      'impossible shape',
    ],
    ['an unknown dtype', array(shapeOf(1), dtype('q9'), eight), 'unknown element type'],
    ['a dtype that is a text', array(shapeOf(1), text('f8'), eight), 'unknown element type'],
    ['raw pointers as objects', array(shapeOf(1), dtype('O8', '|'), eight), 'raw bytes'],
    [
      'objects in the wrong number',
      array(shapeOf(2), dtype('O8', '|'), bytes(']N', 'a')),
      'too few or too many',
    ],
    ['no data at all', array(shapeOf(1), dtype('f8'), bytes('N')), 'no data'],
    [
      'a state that is none',
      bytes(0x80, 4, 'cnumpy.core.multiarray\n_reconstruct\n(tRNb.'),
      'unknown form',
    ],
    [
      'a string beyond Unicode',
      array(shapeOf(1), dtype('U1'), binary(bytes(0xff, 0xff, 0xff, 0xff))),
      'damaged',
    ],
  ]
  for (const [name, file, sentence] of CASES) {
    test(name, () => {
      expect(refusal(() => unpickle(file)).message).toContain(sentence)
    })
  }

  test('a dtype inside itself ends', () => {
    // numpy.dtype('V8') whose only field has that very dtype.
    const cyclic = bytes(
      ...['cnumpy\ndtype\n', text('V8'), 0x89, 0x88, 0x87, 'R', 0x94],
      ...[
        '(K',
        3,
        text('|'),
        'N(',
        text('x'),
        't}',
        text('x'),
        'h',
        0,
        'K',
        0,
        0x86,
        's',
        int(8),
        int(1),
        'K',
        0,
        'tb',
      ],
    )
    const file = array(shapeOf(1), cyclic, binary(new Uint8Array(8)))
    expect(refusal(() => unpickle(file)).message).toContain('unknown element type')
  })

  test('a field outside its record is refused', () => {
    const outside = bytes(
      ...['cnumpy\ndtype\n', text('V4'), 0x89, 0x88, 0x87, 'R'],
      ...[
        '(K',
        3,
        text('|'),
        'N(',
        text('x'),
        't}',
        text('x'),
        dtype('f8'),
        'K',
        0,
        0x86,
        's',
        int(4),
        int(1),
        'K',
        0,
        'tb',
      ],
    )
    const file = array(shapeOf(1), outside, binary(new Uint8Array(4)))
    expect(refusal(() => unpickle(file)).message).toContain('unknown element type')
  })

  test('copies of one buffer are charged every time', () => {
    // One megabyte in big-endian order, decoded again and again: 4,000 copies would take 4 GB.
    const buffer = bytes(
      0x80,
      4,
      binary(new Uint8Array(1 << 20)),
      0x94,
      '0',
      dtype('f8', '>'),
      0x94,
      '0',
    )
    const decode = bytes(
      'cnumpy.core.numeric\n_frombuffer\n(h',
      0,
      'h',
      1,
      int(1 << 17),
      text('C'),
      'tR0',
    )
    const file = bytes(buffer, ...new Array<Uint8Array>(4000).fill(decode), 'N.')
    expect(refusal(() => unpickle(file)).code).toBe('too_large')
  })
})

describe('joblib payloads', () => {
  const WRAPPER = 'cjoblib.numpy_pickle\nNumpyArrayWrapper\n'

  function wrapped(
    type: Uint8Array,
    shape: Uint8Array,
    payload: Uint8Array,
    aligned: boolean,
  ): Uint8Array {
    const alignment = aligned ? bytes(text('numpy_array_alignment_bytes'), 'K', 16) : bytes()
    return bytes(
      ...[0x80, 4, WRAPPER, ')', 0x81, '}(', text('dtype'), type, text('shape'), shape],
      ...[text('order'), text('C'), alignment, 'ub', payload, '.'],
    )
  }

  test('lie in the stream, with and without the filler of joblib 1.2', () => {
    const plain = wrapped(dtype('u1', '|'), shapeOf(2), bytes(8, 9), false)
    const filled = wrapped(dtype('u1', '|'), shapeOf(2), bytes(3, 0xff, 0xff, 0xff, 8, 9), true)
    for (const file of [plain, filled]) expect([...readArray(file).data]).toEqual([8, 9])
  })

  test('with a filler beyond 16 or past the end are refused', () => {
    for (const payload of [bytes(0), bytes(17, new Uint8Array(20)), bytes(16, 1, 2)]) {
      expect(
        refusal(() => unpickle(wrapped(dtype('u1', '|'), shapeOf(1), payload, true))).message,
      ).toMatch(/not aligned|cut off/)
    }
  })

  test('longer than the file are refused before anything is allocated', () => {
    const file = wrapped(dtype('f8'), shapeOf(30_000_000), bytes(1, 2, 3), false)
    expect(refusal(() => unpickle(file)).message).toContain('cut off')
  })

  test('of objects are a pickle of their own, in which no further payload may lie', () => {
    const inner = array(shapeOf(1), dtype('O8', '|'), bytes(']', text('yes'), 'a'))
    const file = wrapped(dtype('O8', '|'), shapeOf(1), inner, false)
    expect(elementsOf(readArray(file))).toEqual(['yes'])
    const nested = wrapped(dtype('O8', '|'), shapeOf(1), file, false)
    expect(refusal(() => unpickle(nested)).message).toContain('never does')
  })

  test('of objects that hide a call are refused', () => {
    const inner = bytes(0x80, 2, 'cos\nsystem\n.')
    expect(
      refusal(() => unpickle(wrapped(dtype('O8', '|'), shapeOf(1), inner, false))).message,
    ).toContain('os.system')
  })
})
