// The state of the pickle machine and the few moves on its stack that every instruction is made of.

import type { Cursor } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, MAX_OPEN_MARKS, MAX_STACK_DEPTH } from '../limits.ts'
import type { NdArray, PickleRecord, PickleValue } from './value.ts'

/** Called when a record has been given its state; what it returns takes the record's place on the stack (joblib's arrays). */
export type OnBuilt = (record: PickleRecord, cursor: Cursor, budget: Budget) => PickleValue

/** The state of one run. Handlers change it; nobody else does. */
export interface Machine {
  readonly cursor: Cursor
  readonly budget: Budget
  readonly onBuilt: OnBuilt | null
  readonly stack: PickleValue[]
  /** Heights of the stack at which a MARK lies. */
  readonly marks: number[]
  readonly memo: (PickleValue | undefined)[]
  /** How many memo slots are set: the index that MEMOIZE takes. */
  memoCount: number
  /** Arrays made by `_reconstruct` that wait for their BUILD. */
  readonly unfilled: Set<NdArray>
  /** Highest protocol announced; 0 where none is. */
  protocol: number
  running: boolean
  /** Where the current instruction starts, for errors. */
  at: number
}

export function push(machine: Machine, value: PickleValue): void {
  if (machine.stack.length >= MAX_STACK_DEPTH) {
    throw new FormatError('This pickle piles up too many values.', machine.at, 'too_large')
  }
  machine.stack.push(value)
}

/** The top of the stack; never below the last MARK. */
export function pop(machine: Machine): PickleValue {
  const { stack, marks } = machine
  const floor = marks.length === 0 ? 0 : (marks[marks.length - 1] ?? 0)
  const value = stack.length > floor ? stack.pop() : undefined
  if (value === undefined) throw emptyStack(machine)
  return value
}

export function peek(machine: Machine): PickleValue {
  const { stack, marks } = machine
  const floor = marks.length === 0 ? 0 : (marks[marks.length - 1] ?? 0)
  const value = stack.length > floor ? stack[stack.length - 1] : undefined
  if (value === undefined) throw emptyStack(machine)
  return value
}

export function pushMark(machine: Machine): void {
  if (machine.marks.length >= MAX_OPEN_MARKS) {
    throw new FormatError(
      `This pickle nests more than ${MAX_OPEN_MARKS} values inside each other.`,
      machine.at,
      'too_large',
    )
  }
  machine.marks.push(machine.stack.length)
}

/** Everything above the last MARK, which goes away too. */
export function popToMark(machine: Machine): PickleValue[] {
  const mark = machine.marks.pop()
  if (mark === undefined) {
    throw new FormatError('This pickle is damaged: a group ends that never began.', machine.at)
  }
  return machine.stack.splice(mark)
}

/** Charges the memory of a value that is about to be made. */
export function charge(machine: Machine, bytes: number): void {
  chargeBytes(machine.budget, bytes, machine.at)
}

function emptyStack(machine: Machine): FormatError {
  return new FormatError(
    'This pickle is damaged: it uses a value that was never written.',
    machine.at,
  )
}
