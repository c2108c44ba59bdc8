// Every instruction of protocols 0 to 5, written byte by byte, builds the value that Python would.

import { describe, expect, test } from 'bun:test'
import { OPCODES, REFUSED_OPCODES } from '#core/formats/pickle/opcodes.ts'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import { bytes, refusal, text, u32, u64, unpickle } from './support.ts'

const list = (...items: PickleValue[]): PickleValue => ({ kind: 'list', items })
const tuple = (...items: PickleValue[]): PickleValue => ({ kind: 'tuple', items })
const dict = (...entries: [PickleValue, PickleValue][]): PickleValue => ({
  kind: 'dict',
  entries: new Map(entries),
})
const latin1 = (content: string) => bytes(content)

/** Instruction → [what the file says before STOP, what it means], once a way of writing it. */
const VALUES: Readonly<Record<string, readonly [Uint8Array, PickleValue][]>> = {
  NONE: [[bytes('N'), null]],
  NEWTRUE: [[bytes(0x80, 2, 0x88), true]],
  NEWFALSE: [[bytes(0x80, 2, 0x89), false]],
  INT: [
    [bytes('I42\n'), 42],
    [bytes('I-7\n'), -7],
    [bytes('I01\n'), true],
    [bytes('I00\n'), false],
    [bytes('I9223372036854775807\n'), 9223372036854775807n],
  ],
  LONG: [
    [bytes('L5L\n'), 5],
    [bytes('L-340282366920938463463374607431768211456L\n'), -(2n ** 128n)],
  ],
  BININT: [[bytes('J', 0xfe, 0xff, 0xff, 0xff), -2]],
  BININT1: [[bytes('K', 255), 255]],
  BININT2: [[bytes('M', 0xff, 0xff), 65535]],
  LONG1: [
    [bytes(0x80, 2, 0x8a, 0), 0],
    [bytes(0x80, 2, 0x8a, 1, 0xff), -1],
    [bytes(0x80, 2, 0x8a, 2, 0xff, 0), 255],
    [bytes(0x80, 2, 0x8a, 17, new Uint8Array(16), 1), 2n ** 128n],
    [bytes(0x80, 2, 0x8a, 8, u64(2n ** 63n)), -(2n ** 63n)],
  ],
  LONG4: [[bytes(0x80, 2, 0x8b, u32(3), 1, 2, 3), 0x030201]],
  FLOAT: [
    [bytes('F1.5\n'), 1.5],
    [bytes('F-inf\n'), Number.NEGATIVE_INFINITY],
    [bytes('Fnan\n'), Number.NaN],
    [bytes('F1e-05\n'), 1e-5],
  ],
  BINFLOAT: [[bytes('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5]],
  STRING: [
    [bytes("S'abc'\n"), 'abc'],
    [bytes("S'it\\'s \\n\\x41\\101'\n"), "it's \nAA"],
    [bytes("S'\\xe9'\n"), latin1('\xe9')],
  ],
  BINSTRING: [[bytes('T', u32(2), 'ab'), 'ab']],
  SHORT_BINSTRING: [
    [bytes('U', 2, 'ab'), 'ab'],
    [bytes('U', 1, 0xff), bytes(0xff)],
  ],
  UNICODE: [
    [bytes('Vabc\n'), 'abc'],
    [bytes('V\\u00e9\\U0001f600\xe9\n'), 'é😀é'],
    [bytes('Va\\\\u0041\n'), 'a\\\\u0041'],
  ],
  BINUNICODE: [
    [bytes('X', u32(2), 0xc3, 0xa9), 'é'],
    // A lone surrogate, which Python writes with surrogatepass.
    [bytes('X', u32(4), 0xed, 0xa0, 0x80, 'a'), '\ud800a'],
  ],
  SHORT_BINUNICODE: [[bytes(0x80, 4, text('naïve')), 'naïve']],
  BINUNICODE8: [[bytes(0x80, 4, 0x8d, u64(2n), 'hi'), 'hi']],
  BINBYTES: [[bytes(0x80, 3, 'B', u32(2), 0, 255), bytes(0, 255)]],
  SHORT_BINBYTES: [[bytes(0x80, 3, 'C', 2, 0, 255), bytes(0, 255)]],
  BINBYTES8: [[bytes(0x80, 4, 0x8e, u64(1n), 7), bytes(7)]],
  BYTEARRAY8: [[bytes(0x80, 5, 0x96, u64(1n), 7), bytes(7)]],
  EMPTY_LIST: [[bytes(']'), list()]],
  LIST: [[bytes('(K', 1, 'K', 2, 'l'), list(1, 2)]],
  APPEND: [[bytes(']K', 1, 'a'), list(1)]],
  APPENDS: [[bytes('](K', 1, 'K', 2, 'e'), list(1, 2)]],
  EMPTY_TUPLE: [[bytes(')'), tuple()]],
  TUPLE: [[bytes('(K', 1, 'K', 2, 't'), tuple(1, 2)]],
  MARK: [[bytes('(t'), tuple()]],
  TUPLE1: [[bytes(0x80, 2, 'K', 1, 0x85), tuple(1)]],
  TUPLE2: [[bytes(0x80, 2, 'K', 1, 'K', 2, 0x86), tuple(1, 2)]],
  TUPLE3: [[bytes(0x80, 2, 'K', 1, 'K', 2, 'K', 3, 0x87), tuple(1, 2, 3)]],
  EMPTY_DICT: [[bytes('}'), dict()]],
  DICT: [[bytes('(K', 1, 'K', 2, 'd'), dict([1, 2])]],
  SETITEM: [[bytes('}K', 1, 'K', 2, 's'), dict([1, 2])]],
  SETITEMS: [[bytes('}(K', 1, 'K', 2, 'K', 3, 'K', 4, 'u'), dict([1, 2], [3, 4])]],
  EMPTY_SET: [[bytes(0x80, 4, 0x8f), { kind: 'set', frozen: false, items: [] }]],
  ADDITEMS: [[bytes(0x80, 4, 0x8f, '(K', 1, 0x90), { kind: 'set', frozen: false, items: [1] }]],
  FROZENSET: [[bytes(0x80, 4, '(K', 1, 0x91), { kind: 'set', frozen: true, items: [1] }]],
  POP: [
    [bytes('K', 1, 'K', 2, '0'), 1],
    [bytes('K', 1, '(0'), 1],
  ],
  POP_MARK: [[bytes('K', 1, '(K', 2, 'K', 3, '1'), 1]],
  DUP: [[bytes(0x80, 2, 'K', 1, '2', 0x86), tuple(1, 1)]],
  PUT: [[bytes('K', 9, 'p0\n0g0\n'), 9]],
  GET: [[bytes('K', 9, 'p3\n0g3\n'), 9]],
  BINPUT: [[bytes('K', 9, 'q', 0, '0h', 0), 9]],
  BINGET: [[bytes('K', 9, 'q', 200, '0h', 200), 9]],
  LONG_BINPUT: [[bytes('K', 9, 'r', u32(300), '0j', u32(300)), 9]],
  LONG_BINGET: [[bytes('K', 9, 'r', u32(1), '0j', u32(1)), 9]],
  MEMOIZE: [[bytes(0x80, 4, 'K', 8, 0x94, '0K', 9, 0x94, '0h', 0, 'h', 1, 0x86), tuple(8, 9)]],
  PROTO: [[bytes(0x80, 5, 'N'), null]],
  FRAME: [[bytes(0x80, 4, 0x95, u64(2n), 'N'), null]],
  STOP: [[bytes('N'), null]],
}

/** Instructions that make objects: [what the file says, class, arguments]. */
const OBJECTS: Readonly<Record<string, readonly [Uint8Array, readonly PickleValue[]]>> = {
  GLOBAL: [bytes('csklearn.x\nThing\n)R'), []],
  STACK_GLOBAL: [bytes(0x80, 4, text('sklearn.x'), text('Thing'), 0x93, ')R'), []],
  REDUCE: [bytes('csklearn.x\nThing\n(K', 1, 'tR'), [1]],
  NEWOBJ: [bytes(0x80, 2, 'csklearn.x\nThing\nK', 1, 0x85, 0x81), [1]],
  NEWOBJ_EX: [bytes(0x80, 4, 'csklearn.x\nThing\nK', 1, 0x85, '}', 0x92), [1]],
  INST: [bytes('(K', 1, 'isklearn.x\nThing\n'), [1]],
  OBJ: [bytes('(csklearn.x\nThing\nK', 1, 'o'), [1]],
  BUILD: [bytes('csklearn.x\nThing\n)R}K', 1, 'K', 2, 'sb'), []],
}

describe('each instruction builds its value', () => {
  for (const [name, cases] of Object.entries(VALUES)) {
    for (const [index, [content, expected]] of cases.entries()) {
      test(`${name} ${index + 1}`, () => {
        expect(unpickle(bytes(content, '.'))).toEqual(expected)
      })
    }
  }

  for (const [name, [content, args]] of Object.entries(OBJECTS)) {
    test(`${name} makes an inert record`, () => {
      const value = unpickle(bytes(content, '.'))
      expect(value).toMatchObject({
        kind: 'record',
        callable: { kind: 'global', module: 'sklearn.x', name: 'Thing' },
        args,
      })
    })
  }

  test('BUILD keeps the state as data, and a second one adds to it', () => {
    const value = unpickle(
      bytes('csklearn.x\nThing\n)R}', text('a'), 'K', 1, 'sb}', text('b'), 'K', 2, 'sb.'),
    )
    expect(value).toMatchObject({ state: dict(['a', 1], ['b', 2]) })
  })

  for (const name of Object.keys(REFUSED_OPCODES)) {
    test(`${name} is refused with the reason`, () => {
      const code = OPCODES[name as keyof typeof OPCODES]
      const error = refusal(() => unpickle(bytes(0x80, 5, 'N', code, 'x\n.')))
      expect(error.message).toContain('cannot be read alone')
      expect(error.offset).toBe(3)
    })
  }

  test('none is left out', () => {
    const covered = [
      ...Object.keys(VALUES),
      ...Object.keys(OBJECTS),
      ...Object.keys(REFUSED_OPCODES),
    ]
    expect(new Set(covered)).toEqual(new Set(Object.keys(OPCODES)))
  })
})

describe('idioms become plain data', () => {
  const encode = (content: string) =>
    bytes(
      'c_codecs\nencode\n',
      'X',
      u32(Buffer.byteLength(content)),
      Buffer.from(content),
      text('latin1'),
      0x86,
      'R',
    )

  test('bytes under protocols 0 to 2', () => {
    expect(unpickle(bytes(0x80, 2, encode('é\0'), '.'))).toEqual(bytes(0xe9, 0))
    expect(unpickle(bytes('c__builtin__\nbytes\n)R.'))).toEqual(new Uint8Array(0))
  })

  test('bytearrays of protocols 2 and 3', () => {
    const two = bytes(
      0x80,
      2,
      'c__builtin__\nbytearray\n',
      text('\xff'),
      text('latin-1'),
      0x86,
      'R.',
    )
    expect(unpickle(two)).toEqual(bytes(0xff))
    expect(unpickle(bytes(0x80, 3, 'cbuiltins\nbytearray\nC', 1, 7, 0x85, 'R.'))).toEqual(bytes(7))
  })

  test('sets before protocol 4, ordered dicts, and instances of protocols 0 and 1', () => {
    expect(unpickle(bytes('c__builtin__\nset\n((K', 1, 'ltR.'))).toEqual({
      kind: 'set',
      frozen: false,
      items: [1],
    })
    expect(unpickle(bytes('ccollections\nOrderedDict\n)RK', 1, 'K', 2, 's.'))).toEqual(dict([1, 2]))
    const value = unpickle(
      bytes(
        'ccopy_reg\n_reconstructor\n(csklearn.x\nThing\nc__builtin__\nobject\nNtR}',
        text('a'),
        'K',
        1,
        'sb.',
      ),
    )
    expect(value).toMatchObject({ callable: { name: 'Thing' }, args: [], state: dict(['a', 1]) })
  })

  test('frozen sets, counters, default dicts and empty containers by name', () => {
    const called = (module: string, name: string, ...args: Uint8Array[]) =>
      unpickle(bytes('c', module, '\n', name, '\n(', ...args, 'tR.'))
    const item = bytes('(K', 1, 'l')
    expect(called('__builtin__', 'frozenset', item)).toEqual({
      kind: 'set',
      frozen: true,
      items: [1],
    })
    expect(called('collections', 'Counter', bytes('(K', 1, 'K', 2, 'd'))).toEqual(dict([1, 2]))
    expect(called('collections', 'defaultdict', bytes('c__builtin__\nlist\n'))).toEqual(dict())
    expect(called('collections', 'OrderedDict', bytes('](](K', 1, 'K', 2, 'ee'))).toEqual(
      dict([1, 2]),
    )
    expect(called('builtins', 'list')).toEqual(list())
    expect(called('builtins', 'tuple')).toEqual(tuple())
    expect(called('builtins', 'dict')).toEqual(dict())
    expect(called('builtins', 'bytes', bytes('(K', 1, 'K', 255, 'l'))).toEqual(bytes(1, 255))
    expect(called('_codecs', 'encode', text('é'), text('utf-8'))).toEqual(bytes(0xc3, 0xa9))
  })

  test('a subclass of dict or list under protocols 0 and 1 keeps its items', () => {
    const made = (base: string, content: Uint8Array) =>
      unpickle(
        bytes(
          'ccopy_reg\n_reconstructor\n(csklearn.x\nThing\nc__builtin__\n',
          base,
          '\n',
          content,
          'tR.',
        ),
      )
    expect(made('dict', bytes('(K', 1, 'K', 2, 'd'))).toMatchObject({
      dictItems: new Map([[1, 2]]),
    })
    expect(made('list', bytes('(K', 1, 'l'))).toMatchObject({ listItems: [1] })
  })

  test('what an idiom does not cover stays a record', () => {
    for (const args of [bytes('K', 5), bytes(text('é'), text('utf-16'))]) {
      const value = unpickle(bytes('cbuiltins\nbytes\n(', args, 'tR.'))
      expect(value).toMatchObject({ kind: 'record', callable: { name: 'bytes' } })
    }
  })
})
