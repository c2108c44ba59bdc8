// What each pickle instruction does to the stack, as a table from byte to function.

import {
  advance,
  readF64BE,
  readI32LE,
  readLength64LE,
  readU8,
  readU16LE,
  readU32LE,
  take,
} from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import {
  chargeWork,
  ENTRY_BYTES,
  MAX_INTEGER_BYTES,
  MAX_MEMO_ENTRIES,
  MAX_STRING_BYTES,
  OBJECT_BYTES,
} from '../limits.ts'
import { buildState, instantiate, reduceCall } from './construct.ts'
import { createGlobal } from './globals.ts'
import { HIGHEST_PROTOCOL, OPCODES, type OpcodeName, REFUSED_OPCODES } from './opcodes.ts'
import { lineIndex, readLine, readText } from './operands.ts'
import { charge, type Machine, peek, pop, popToMark, push, pushMark } from './stack.ts'
import {
  decodeLatin1,
  decodePython2String,
  decodeRawUnicodeEscape,
  decodeStringLiteral,
  decodeTwosComplement,
  decodeUtf8,
  parseFloatText,
  parseInteger,
} from './text.ts'
import type { PickleDict, PickleValue } from './value.ts'

type Handler = (machine: Machine) => void

const BEHAVIOUR = {
  PROTO(machine) {
    const protocol = readU8(machine.cursor)
    if (protocol > HIGHEST_PROTOCOL) {
      throw new FormatError(
        `This pickle says protocol ${protocol}; the newest there is has number ${HIGHEST_PROTOCOL}.`,
        machine.at,
      )
    }
    machine.protocol = Math.max(machine.protocol, protocol)
  },
  FRAME(machine) {
    const size = readLength64LE(machine.cursor)
    const start = machine.cursor.offset
    advance(machine.cursor, size)
    machine.cursor.offset = start
  },
  STOP(machine) {
    if (machine.stack.length !== 1 || machine.marks.length !== 0) {
      throw new FormatError('This pickle is damaged: it ends in the middle of a value.', machine.at)
    }
    machine.running = false
  },
  MARK: pushMark,
  POP(machine) {
    const { marks, stack } = machine
    if (marks.length > 0 && marks[marks.length - 1] === stack.length) marks.pop()
    else pop(machine)
  },
  POP_MARK(machine) {
    popToMark(machine)
  },
  DUP: (machine) => push(machine, peek(machine)),

  NONE: (machine) => push(machine, null),
  NEWTRUE: (machine) => push(machine, true),
  NEWFALSE: (machine) => push(machine, false),
  INT(machine) {
    const text = decodeLatin1(readLine(machine))
    // Protocols 0 and 1 have no booleans of their own: 01 is True and 00 is False.
    if (text === '01' || text === '00') push(machine, text === '01')
    else push(machine, parseInteger(text, machine.at))
  },
  LONG(machine) {
    const text = decodeLatin1(readLine(machine))
    push(machine, parseInteger(text.endsWith('L') ? text.slice(0, -1) : text, machine.at))
  },
  BININT: (machine) => push(machine, readI32LE(machine.cursor)),
  BININT1: (machine) => push(machine, readU8(machine.cursor)),
  BININT2: (machine) => push(machine, readU16LE(machine.cursor)),
  LONG1: (machine) => pushLong(machine, readU8(machine.cursor)),
  LONG4: (machine) => pushLong(machine, readI32LE(machine.cursor)),
  FLOAT: (machine) => push(machine, parseFloatText(decodeLatin1(readLine(machine)), machine.at)),
  BINFLOAT: (machine) => push(machine, readF64BE(machine.cursor)),

  STRING(machine) {
    const line = readLine(machine, MAX_STRING_BYTES)
    push(machine, decodePython2String(decodeStringLiteral(line, machine.at)))
  },
  BINSTRING(machine) {
    push(machine, decodePython2String(readText(machine, readI32LE(machine.cursor))))
  },
  SHORT_BINSTRING(machine) {
    push(machine, decodePython2String(readText(machine, readU8(machine.cursor))))
  },
  UNICODE(machine) {
    push(machine, decodeRawUnicodeEscape(readLine(machine, MAX_STRING_BYTES), machine.at))
  },
  BINUNICODE: (machine) => pushText(machine, readU32LE(machine.cursor)),
  SHORT_BINUNICODE: (machine) => pushText(machine, readU8(machine.cursor)),
  BINUNICODE8: (machine) => pushText(machine, readLength64LE(machine.cursor)),
  BINBYTES: (machine) => pushBytes(machine, readU32LE(machine.cursor)),
  SHORT_BINBYTES: (machine) => pushBytes(machine, readU8(machine.cursor)),
  BINBYTES8: (machine) => pushBytes(machine, readLength64LE(machine.cursor)),
  BYTEARRAY8: (machine) => pushBytes(machine, readLength64LE(machine.cursor)),

  EMPTY_LIST: (machine) => pushList(machine, []),
  LIST: (machine) => pushList(machine, popToMark(machine)),
  EMPTY_TUPLE: (machine) => pushTuple(machine, []),
  TUPLE: (machine) => pushTuple(machine, popToMark(machine)),
  TUPLE1: (machine) => pushTuple(machine, [pop(machine)]),
  TUPLE2(machine) {
    const second = pop(machine)
    pushTuple(machine, [pop(machine), second])
  },
  TUPLE3(machine) {
    const third = pop(machine)
    const second = pop(machine)
    pushTuple(machine, [pop(machine), second, third])
  },
  EMPTY_DICT: (machine) => pushDict(machine, []),
  DICT: (machine) => pushDict(machine, popToMark(machine)),
  EMPTY_SET(machine) {
    charge(machine, OBJECT_BYTES)
    push(machine, { kind: 'set', frozen: false, items: [] })
  },
  FROZENSET(machine) {
    charge(machine, OBJECT_BYTES)
    push(machine, { kind: 'set', frozen: true, items: popToMark(machine) })
  },
  APPEND(machine) {
    const item = pop(machine)
    appendItems(machine, [item])
  },
  APPENDS(machine) {
    const items = popToMark(machine)
    appendItems(machine, items)
  },
  ADDITEMS(machine) {
    const items = popToMark(machine)
    const target = peek(machine)
    if (!isKind(target, 'set')) throw wrongTarget(machine, 'adds to a set that is none')
    pushAll(target.items, items)
  },
  SETITEM(machine) {
    const value = pop(machine)
    setItems(machine, [pop(machine), value])
  },
  SETITEMS(machine) {
    const pairs = popToMark(machine)
    setItems(machine, pairs)
  },

  GLOBAL(machine) {
    const module = decodeUtf8(readLine(machine), machine.at)
    const name = decodeUtf8(readLine(machine), machine.at)
    charge(machine, OBJECT_BYTES)
    push(machine, createGlobal(module, name, machine.at))
  },
  STACK_GLOBAL(machine) {
    const name = pop(machine)
    const module = pop(machine)
    if (typeof name !== 'string' || typeof module !== 'string') {
      throw new FormatError('This pickle is damaged: a name in it is not text.', machine.at)
    }
    charge(machine, OBJECT_BYTES)
    push(machine, createGlobal(module, name, machine.at))
  },
  REDUCE(machine) {
    const args = pop(machine)
    const callable = pop(machine)
    if (!isKind(args, 'tuple')) throw wrongTarget(machine, 'calls with arguments that are no tuple')
    push(machine, reduceCall(machine, callable, args.items))
  },
  NEWOBJ(machine) {
    const args = pop(machine)
    const callable = pop(machine)
    if (!isKind(args, 'tuple')) throw wrongTarget(machine, 'makes an object from no tuple')
    push(machine, instantiate(machine, callable, args.items, null))
  },
  NEWOBJ_EX(machine) {
    const kwargs = pop(machine)
    const args = pop(machine)
    const callable = pop(machine)
    if (!isKind(args, 'tuple') || !isKind(kwargs, 'dict')) {
      throw wrongTarget(machine, 'makes an object from no tuple and dict')
    }
    push(machine, instantiate(machine, callable, args.items, kwargs))
  },
  INST(machine) {
    const module = decodeUtf8(readLine(machine), machine.at)
    const name = decodeUtf8(readLine(machine), machine.at)
    const args = popToMark(machine)
    push(machine, instantiate(machine, createGlobal(module, name, machine.at), args, null))
  },
  OBJ(machine) {
    const [callable, ...args] = popToMark(machine)
    if (callable === undefined) throw wrongTarget(machine, 'makes an object of no class')
    push(machine, instantiate(machine, callable, args, null))
  },
  BUILD(machine) {
    const state = pop(machine)
    const target = pop(machine)
    push(machine, buildState(machine, target, state))
  },

  PUT: (machine) => remember(machine, lineIndex(machine)),
  BINPUT: (machine) => remember(machine, readU8(machine.cursor)),
  LONG_BINPUT: (machine) => remember(machine, readU32LE(machine.cursor)),
  MEMOIZE: (machine) => remember(machine, machine.memoCount),
  GET: (machine) => recall(machine, lineIndex(machine)),
  BINGET: (machine) => recall(machine, readU8(machine.cursor)),
  LONG_BINGET: (machine) => recall(machine, readU32LE(machine.cursor)),
} satisfies Partial<Record<OpcodeName, Handler>> as Partial<Record<OpcodeName, Handler>>

/** One handler a byte; undefined where the byte is no instruction. */
export const HANDLERS: readonly (Handler | undefined)[] = createTable()

function createTable(): (Handler | undefined)[] {
  const table: (Handler | undefined)[] = new Array(256).fill(undefined)
  for (const [name, code] of Object.entries(OPCODES) as [OpcodeName, number][]) {
    const reason = REFUSED_OPCODES[name]
    table[code] = reason === undefined ? BEHAVIOUR[name] : refuse(reason)
  }
  return table
}

function refuse(reason: string): Handler {
  return (machine) => {
    throw new FormatError(`This pickle cannot be read alone. ${reason}`, machine.at)
  }
}

function pushText(machine: Machine, size: number): void {
  push(machine, decodeUtf8(readText(machine, size), machine.at))
}

/** Bytes are a window into the file: no copy, so only the object is charged. */
function pushBytes(machine: Machine, size: number): void {
  charge(machine, OBJECT_BYTES * 2)
  push(machine, take(machine.cursor, size))
}

function pushLong(machine: Machine, size: number): void {
  const bytes = take(machine.cursor, size)
  if (size > MAX_INTEGER_BYTES) {
    throw new FormatError('A number in this pickle is too long.', machine.at, 'too_large')
  }
  // Turning bytes into one big number costs more than an instruction does.
  charge(machine, size)
  chargeWork(machine.budget, size, machine.at)
  push(machine, decodeTwosComplement(bytes))
}

function pushList(machine: Machine, items: PickleValue[]): void {
  charge(machine, OBJECT_BYTES + 8 * items.length)
  push(machine, { kind: 'list', items })
}

function pushTuple(machine: Machine, items: PickleValue[]): void {
  charge(machine, OBJECT_BYTES + 8 * items.length)
  push(machine, { kind: 'tuple', items })
}

function pushDict(machine: Machine, pairs: PickleValue[]): void {
  charge(machine, OBJECT_BYTES * 2)
  const dict: PickleDict = { kind: 'dict', entries: new Map() }
  addPairs(machine, dict.entries, pairs)
  push(machine, dict)
}

function appendItems(machine: Machine, items: PickleValue[]): void {
  const target = peek(machine)
  charge(machine, 8 * items.length)
  if (isKind(target, 'list')) pushAll(target.items, items)
  else if (isKind(target, 'record')) pushAll(target.listItems, items)
  else throw wrongTarget(machine, 'appends to something that is no list')
}

function setItems(machine: Machine, pairs: PickleValue[]): void {
  const target = peek(machine)
  if (isKind(target, 'dict')) addPairs(machine, target.entries, pairs)
  else if (isKind(target, 'record')) addPairs(machine, target.dictItems, pairs)
  else throw wrongTarget(machine, 'sets items of something that is no dict')
}

function addPairs(
  machine: Machine,
  entries: Map<PickleValue, PickleValue>,
  pairs: readonly PickleValue[],
): void {
  charge(machine, ENTRY_BYTES * (pairs.length >> 1))
  for (let index = 0; index < pairs.length; index += 2) {
    const key = pairs[index]
    const value = pairs[index + 1]
    if (key === undefined || value === undefined) {
      throw wrongTarget(machine, 'sets a key without a value')
    }
    entries.set(key, value)
  }
}

/** `target.push(...items)` would put every item on the call stack. */
function pushAll(target: PickleValue[], items: readonly PickleValue[]): void {
  for (const item of items) target.push(item)
}

function remember(machine: Machine, index: number): void {
  // Indices are handed out in order; one far ahead of the rest would make a sparse table.
  if (index >= MAX_MEMO_ENTRIES || index > machine.memo.length + 65_536) {
    throw new FormatError('This pickle numbers its values beyond reason.', machine.at, 'too_large')
  }
  charge(machine, 8)
  while (machine.memo.length < index) {
    charge(machine, 8)
    machine.memo.push(undefined)
  }
  if (machine.memo[index] === undefined) machine.memoCount += 1
  machine.memo[index] = peek(machine)
}

function recall(machine: Machine, index: number): void {
  const value = machine.memo[index]
  if (value === undefined) {
    throw new FormatError(
      `This pickle is damaged: it refers to its value ${index}, which was never written.`,
      machine.at,
    )
  }
  push(machine, value)
}

function isKind<K extends 'list' | 'tuple' | 'dict' | 'set' | 'record'>(
  value: PickleValue,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

function wrongTarget(machine: Machine, what: string): FormatError {
  return new FormatError(`This pickle is damaged: it ${what}.`, machine.at)
}
