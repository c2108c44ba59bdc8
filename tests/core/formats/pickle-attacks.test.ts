// Pickles made to do harm, byte by byte: each is refused with a sentence and the offset, and costs next to nothing.

import { describe, expect, test } from 'bun:test'
import { createBudget, MAX_OPEN_MARKS } from '#core/formats/limits.ts'
import { isDict } from '#core/formats/pickle/access.ts'
import { readPickleFile } from '#core/formats/pickle-file.ts'
import { bytes, refusal, text, u32, u64, unpickle } from './support.ts'

const global = (module: string, name: string) => bytes('c', module, '\n', name, '\n')
const stackGlobal = (module: string, name: string) => bytes(text(module), text(name), 0x93)
const repeated = (part: Uint8Array, count: number) =>
  new Uint8Array(Buffer.alloc(part.length * count, part))

describe('calls that run something', () => {
  const NAMES: readonly [string, string][] = [
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['__builtin__', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['builtins', '__import__'],
    ['builtins', 'compile'],
    ['builtins', 'open'],
    ['builtins', 'getattr.__call__'],
    ['operator', 'attrgetter'],
    ['importlib', 'import_module'],
    ['runpy', 'run_path'],
    ['socket', 'create_connection'],
    ['pickle', 'loads'],
    ['numpy', 'load'],
    ['joblib', 'load'],
    ['sys', 'modules'],
    ['shutil', 'rmtree'],
    ['webbrowser', 'open'],
    ['timeit', 'timeit'],
    // Attributes of attributes: `numpy` + `f2py.os.system` reaches os as well.
    ['numpy', 'f2py.os.system'],
  ]
  for (const [module, name] of NAMES) {
    test(`${module}.${name} is refused where it is named, called or not`, () => {
      const call = bytes(0x80, 4, global(module, name), '(', text('echo'), 'tR.')
      const stack = bytes(0x80, 4, stackGlobal(module, name), '.')
      const instance = bytes('(', text('x'), 'i', module, '\n', name, '\n.')
      for (const file of [call, stack, instance]) {
        const error = refusal(() => unpickle(file))
        expect(error.message).toContain('refuses this one')
        expect(error.message).toContain(name.split('.').at(-1) ?? name)
      }
    })
  }

  test('the sentence names what was asked for', () => {
    const error = refusal(() => unpickle(bytes(global('os', 'system'), '(', text('id'), 'tR.')))
    expect(error.message).toBe(
      'This file asks Python to run os.system when it is opened; Parley never runs anything in a file, and it refuses this one.',
    )
    expect(error.offset).toBe(0)
  })

  test('a name with control characters cannot disturb the sentence', () => {
    const error = refusal(() => unpickle(bytes(stackGlobal('os', 'a\u001b[2J\nb'), '.')))
    expect(error.message).toContain('os.a?[2J?b')
  })

  test('calling what another call returned is refused', () => {
    const file = bytes(global('sklearn.x', 'Thing'), ')R', '(tR.')
    expect(refusal(() => unpickle(file)).message).toContain('call what sklearn.x.Thing returned')
  })

  test('code and the libraries that carry it are refused with the reason', () => {
    const reasons: readonly [string, string, string][] = [
      ['cloudpickle.cloudpickle', '_make_function', 'carries Python code'],
      ['dill._dill', '_create_function', 'carries Python code'],
      ['types', 'CodeType', 'carries Python code'],
      ['__main__', '<lambda>', 'carries Python code'],
      ['torch._utils', '_rebuild_tensor_v2', 'PyTorch'],
      ['keras.src.saving.pickle_utils', 'deserialize_model_from_bytecode', 'Keras'],
      ['tensorflow.python.keras', 'Sequential', 'Keras'],
    ]
    for (const [module, name, reason] of reasons) {
      expect(refusal(() => unpickle(bytes(global(module, name), '.'))).message).toContain(reason)
    }
  })
})

describe('what stands behind the first object', () => {
  const harmless = bytes(0x80, 4, 'K', 1, '.')

  test('a second pickle is read as strictly as the first', () => {
    const file = bytes(harmless, 0x80, 4, global('os', 'system'), '.')
    const error = refusal(() => readPickleFile(file, createBudget()))
    expect(error.message).toContain('Behind its first object, at byte 5')
    expect(error.message).toContain('os.system')
    expect(error.offset).toBe(7)
  })

  test('bytes that are no pickle are refused, padding is not', () => {
    expect(refusal(() => unpickle(bytes(harmless, 'junk'))).message).toContain(
      'Behind its first object',
    )
    expect(unpickle(bytes(harmless, '\n', 0, 0))).toBe(1)
  })

  test('harmless objects in a row are all read', () => {
    const { objects } = readPickleFile(bytes(harmless, harmless, 'N.'), createBudget())
    expect(objects.map(({ value }) => value)).toEqual([1, 1, null])
  })

  test('more objects than anybody writes are refused', () => {
    const error = refusal(() => readPickleFile(repeated(bytes('N.'), 65), createBudget()))
    expect(error.message).toContain('more than 64')
  })
})

describe('wrong types and places', () => {
  /** File → part of the sentence. */
  const CASES: readonly [string, Uint8Array, string][] = [
    [
      'STACK_GLOBAL of numbers',
      bytes(0x80, 4, 'K', 1, 'K', 2, 0x93, '.'),
      'a name in it is not text',
    ],
    ['STACK_GLOBAL of bytes', bytes(0x80, 4, 'C', 2, 'os', text('system'), 0x93, '.'), 'not text'],
    ['GET of an unset value', bytes('g7\n.'), 'refers to its value 7'],
    ['BINGET of an unset value', bytes('h', 3, '.'), 'refers to its value 3'],
    ['LONG_BINGET far outside', bytes('j', u32(0xffffffff), '.'), 'never written'],
    ['a negative memo index', bytes('Ng-1\n.'), 'no valid number'],
    ['an empty stack', bytes('.'), 'middle of a value'],
    ['POP of nothing', bytes('0.'), 'never written'],
    ['REDUCE of nothing', bytes('R.'), 'never written'],
    ['REDUCE of numbers', bytes('K', 1, 'K', 2, 'R.'), 'no tuple'],
    ['REDUCE of a text', bytes(text('os'), ')R.'), 'no name'],
    ['APPEND to a number', bytes('K', 1, 'K', 2, 'a.'), 'no list'],
    ['SETITEMS of a list', bytes('](K', 1, 'K', 2, 'u.'), 'no dict'],
    ['SETITEMS without a value', bytes('}(K', 1, 'u.'), 'without a value'],
    ['ADDITEMS to a list', bytes(0x80, 4, '](K', 1, 0x90, '.'), 'a set that is none'],
    ['BUILD of a number', bytes('K', 1, '}b.'), 'has none'],
    ['a group that never began', bytes('t.'), 'never began'],
    ['STOP inside a group', bytes('K', 1, '(.'), 'middle of a value'],
    ['STOP with values left', bytes('NN.'), 'middle of a value'],
    ['a value below the mark', bytes('K', 1, '(', 0x85, '.'), 'never written'],
    ['an unknown instruction', bytes(0x80, 4, 0xff, '.'), 'no pickle instruction'],
    ['protocol 6', bytes(0x80, 6, 'N.'), 'protocol 6'],
    ['a persistent id', bytes(0x80, 2, 'NQ.'), 'persistent id'],
    ['an extension', bytes(0x80, 2, 0x82, 1, '.'), 'extension registry'],
    ['a number that is none', bytes('I4x\n.'), 'not written as one'],
    ['a number with an exponent', bytes('L1e9L\n.'), 'not written as one'],
    ['a string without quotes', bytes('Sabc\n.'), 'no quotes'],
    ['a broken escape', bytes('V\\u12\n.'), 'escape'],
    ['text that is no UTF-8', bytes('X', u32(1), 0xff, '.'), 'not valid UTF-8'],
  ]
  for (const [name, file, sentence] of CASES) {
    test(name, () => {
      const error = refusal(() => unpickle(file))
      expect(error.message).toContain(sentence)
      expect(error.offset).toBeGreaterThanOrEqual(0)
      expect(error.offset).toBeLessThanOrEqual(file.length)
    })
  }
})

describe('lengths past the end', () => {
  const CASES: readonly [string, Uint8Array][] = [
    ['BINUNICODE', bytes('X', u32(0xffffffff), 'ab')],
    ['BINUNICODE8', bytes(0x80, 4, 0x8d, u64(2n ** 62n), 'ab')],
    ['BINUNICODE8 beyond 2^53', bytes(0x80, 4, 0x8d, u64(2n ** 63n), 'ab')],
    ['BINBYTES', bytes(0x80, 3, 'B', u32(0x7fffffff))],
    ['BINBYTES8', bytes(0x80, 4, 0x8e, u64(2n ** 53n))],
    ['BYTEARRAY8', bytes(0x80, 5, 0x96, u64(2n ** 40n))],
    ['FRAME', bytes(0x80, 4, 0x95, u64(2n ** 40n), 'N.')],
    ['BINSTRING with a negative length', bytes('T', u32(0xffffffff), 'ab')],
    ['LONG4 with a negative length', bytes(0x80, 2, 0x8b, u32(0x80000000), 'ab')],
    ['LONG1', bytes(0x80, 2, 0x8a, 200, 1)],
    ['a line without end', bytes('I123')],
    ['a float cut in half', bytes('G', 0x3f, 0xf8)],
    ['nothing after PROTO', bytes(0x80)],
    ['no STOP', bytes('K', 1)],
  ]
  for (const [name, file] of CASES) {
    test(`${name} is refused before anything is allocated`, () => {
      expect(refusal(() => unpickle(file)).message).toMatch(/cut off|damaged/)
    })
  }
})

describe('bombs', () => {
  test('lists inside lists, deeper than Python itself goes', () => {
    const open = refusal(() => unpickle(bytes(repeated(bytes('('), MAX_OPEN_MARKS + 1), 't.')))
    expect(open.message).toContain('inside each other')
    expect(open.code).toBe('too_large')
  })

  test('a million tuples inside each other are built without recursion', () => {
    const depth = 1_000_000
    expect(unpickle(bytes(')', repeated(bytes(0x85), depth), '.'))).toMatchObject({ kind: 'tuple' })
  })

  test('a thousand million laughs stay a few hundred shared lists', () => {
    const level = (index: number) => bytes('](h', index, 'h', index, 'e', 0x94)
    const file = bytes(
      0x80,
      4,
      ']',
      0x94,
      ...Array.from({ length: 60 }, (_, index) => bytes('0', level(index))),
      '.',
    )
    expect(unpickle(file)).toMatchObject({ kind: 'list' })
  })

  test('a memo index far ahead makes no table', () => {
    for (const file of [bytes('Nr', u32(0xfffffffe), '.'), bytes('Np99999999\n.')]) {
      expect(refusal(() => unpickle(file)).message).toContain('beyond reason')
    }
  })

  test('a memo of millions is refused', () => {
    const file = bytes(0x80, 4, 'N', repeated(bytes(0x94), 2_100_000), '.')
    expect(refusal(() => unpickle(file)).code).toBe('too_large')
  })

  test('values without end on the stack are refused', () => {
    expect(refusal(() => unpickle(repeated(bytes('N'), 1_100_000))).message).toContain('piles up')
  })

  test('instructions without end are refused', () => {
    const file = bytes('N', repeated(bytes('N0'), 2_600_000), '.')
    expect(refusal(() => unpickle(file)).message).toContain('instructions')
  })

  test('an integer of thousands of digits or bytes is refused', () => {
    expect(refusal(() => unpickle(bytes('I', '9'.repeat(5000), '\n.'))).message).toContain('digits')
    const long = bytes(0x80, 2, 0x8b, u32(1000), new Uint8Array(1000), '.')
    expect(refusal(() => unpickle(long)).message).toContain('too long')
  })

  test('time runs out between instructions', () => {
    let clock = 0
    const budget = createBudget(() => clock++ * 10_000)
    const file = bytes('N', repeated(bytes('N0'), 20_000), '.')
    expect(refusal(() => readPickleFile(file, budget)).message).toContain('longer than 2 seconds')
  })
})

describe('names that mean something to JavaScript', () => {
  test('a __proto__ key is a key like any other', () => {
    const value = unpickle(bytes('}', text('__proto__'), '}', text('polluted'), 'K', 1, 'ss.'))
    expect(isDict(value) && [...value.entries.keys()]).toEqual(['__proto__'])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('constructor and toString are strangers, not functions', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(unpickle(bytes(global(name, name), ')R.'))).toMatchObject({
        kind: 'record',
        callable: { module: name, name },
      })
    }
  })
})
