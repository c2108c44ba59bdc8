// The moves that several pickle instructions share: values onto the stack, items into containers, the memo.

import { take } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import {
  chargeWork,
  ENTRY_BYTES,
  MAX_INTEGER_BYTES,
  MAX_MEMO_ENTRIES,
  OBJECT_BYTES,
} from '../limits.ts'
import { readText } from './operands.ts'
import { charge, type Machine, peek, push } from './stack.ts'
import { decodeTwosComplement, decodeUtf8 } from './text.ts'
import type { PickleDict, PickleValue } from './value.ts'

export function pushText(machine: Machine, size: number): void {
  push(machine, decodeUtf8(readText(machine, size), machine.at))
}

/** Bytes are a window into the file: no copy, so only the object is charged. */
export function pushBytes(machine: Machine, size: number): void {
  charge(machine, OBJECT_BYTES * 2)
  push(machine, take(machine.cursor, size))
}

export function pushLong(machine: Machine, size: number): void {
  const bytes = take(machine.cursor, size)
  if (size > MAX_INTEGER_BYTES) {
    throw new FormatError('A number in this pickle is too long.', machine.at, 'too_large')
  }
  // Turning bytes into one big number costs more than an instruction does.
  charge(machine, size)
  chargeWork(machine.budget, size, machine.at)
  push(machine, decodeTwosComplement(bytes))
}

export function pushList(machine: Machine, items: PickleValue[]): void {
  charge(machine, OBJECT_BYTES + 8 * items.length)
  push(machine, { kind: 'list', items })
}

export function pushTuple(machine: Machine, items: PickleValue[]): void {
  charge(machine, OBJECT_BYTES + 8 * items.length)
  push(machine, { kind: 'tuple', items })
}

export function pushDict(machine: Machine, pairs: PickleValue[]): void {
  charge(machine, OBJECT_BYTES * 2)
  const dict: PickleDict = { kind: 'dict', entries: new Map() }
  addPairs(machine, dict.entries, pairs)
  push(machine, dict)
}

export function appendItems(machine: Machine, items: PickleValue[]): void {
  const target = peek(machine)
  charge(machine, 8 * items.length)
  if (isKind(target, 'list')) pushAll(target.items, items)
  else if (isKind(target, 'record')) pushAll(target.listItems, items)
  else throw wrongTarget(machine, 'appends to something that is no list')
}

export function setItems(machine: Machine, pairs: PickleValue[]): void {
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
export function pushAll(target: PickleValue[], items: readonly PickleValue[]): void {
  for (const item of items) target.push(item)
}

export function remember(machine: Machine, index: number): void {
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

export function recall(machine: Machine, index: number): void {
  const value = machine.memo[index]
  if (value === undefined) {
    throw new FormatError(
      `This pickle is damaged: it refers to its value ${index}, which was never written.`,
      machine.at,
    )
  }
  push(machine, value)
}

export function isKind<K extends 'list' | 'tuple' | 'dict' | 'set' | 'record'>(
  value: PickleValue,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

export function wrongTarget(machine: Machine, what: string): FormatError {
  return new FormatError(`This pickle is damaged: it ${what}.`, machine.at)
}
