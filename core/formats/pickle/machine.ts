// The inert pickle machine: walks the instructions of one pickle and builds data, calling nothing.

import { type Cursor, position, readU8 } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeOpcode } from '../limits.ts'
import { HANDLERS } from './handlers.ts'
import { placeError } from './place.ts'
import { type Machine, type OnBuilt, pop } from './stack.ts'
import type { PickleValue } from './value.ts'

export interface Unpickled {
  readonly value: PickleValue
  readonly protocol: number
}

/**
 * Runs one pickle from the cursor to its STOP; the cursor then stands behind it.
 * @throws FormatError for anything that is no well-formed, harmless pickle within the budget.
 */
export function runPickle(
  cursor: Cursor,
  budget: Budget,
  onBuilt: OnBuilt | null = null,
): Unpickled {
  const machine: Machine = {
    cursor,
    budget,
    onBuilt,
    stack: [],
    marks: [],
    memo: [],
    memoCount: 0,
    unfilled: new Set(),
    protocol: 0,
    running: true,
    at: cursor.offset,
  }
  try {
    while (machine.running) {
      machine.at = position(cursor)
      chargeOpcode(budget, machine.at)
      const code = readU8(cursor)
      const handler = HANDLERS[code]
      if (handler === undefined) throw unknownInstruction(code, machine.at)
      handler(machine)
    }
  } catch (error) {
    throw placeError(error, machine)
  }
  return { value: pop(machine), protocol: machine.protocol }
}

function unknownInstruction(code: number, at: number): FormatError {
  const hex = code.toString(16).padStart(2, '0')
  return new FormatError(
    `This is no readable pickle: byte ${at} (0x${hex}) is no pickle instruction.`,
    at,
  )
}
