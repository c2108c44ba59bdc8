// What each pickle instruction does to the stack, as a table from byte to function.

import {
  advance,
  readF64BE,
  readI32LE,
  readLength64LE,
  readU8,
  readU16LE,
  readU32LE,
} from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { MAX_STRING_BYTES, OBJECT_BYTES } from '../limits.ts'
import { buildState, instantiate, reduceCall } from './construct.ts'
import { createGlobal } from './globals.ts'
import {
  appendItems,
  isKind,
  pushAll,
  pushBytes,
  pushDict,
  pushList,
  pushLong,
  pushText,
  pushTuple,
  recall,
  remember,
  setItems,
  wrongTarget,
} from './moves.ts'
import { HIGHEST_PROTOCOL, OPCODES, type OpcodeName, REFUSED_OPCODES } from './opcodes.ts'
import { lineIndex, readLine, readText } from './operands.ts'
import { charge, type Machine, peek, pop, popToMark, push, pushMark } from './stack.ts'
import {
  decodeLatin1,
  decodePython2String,
  decodeRawUnicodeEscape,
  decodeStringLiteral,
  decodeUtf8,
  parseFloatText,
  parseInteger,
} from './text.ts'

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
