// Reads the operands of pickle instructions: lines, texts, indices.

import { advance, take } from '../cursor.ts'
import { FormatError } from '../format-error.ts'
import { MAX_LINE_BYTES, MAX_STRING_BYTES, OBJECT_BYTES } from '../limits.ts'
import { charge, type Machine } from './stack.ts'
import { decodeLatin1, parseInteger } from './text.ts'

const NEWLINE = 0x0a

/** Bytes up to the next newline, which is skipped. */
export function readLine(machine: Machine, limit = MAX_LINE_BYTES): Uint8Array {
  const { cursor } = machine
  const end = cursor.bytes.indexOf(NEWLINE, cursor.offset)
  // Without a newline everything to the end and one byte more is asked for, so the cursor says where the file is cut off.
  const size = end === -1 ? cursor.bytes.length - cursor.offset + 1 : end - cursor.offset
  if (size > limit && end !== -1) {
    throw new FormatError('A line of this pickle is too long.', machine.at, 'too_large')
  }
  const line = take(cursor, size)
  advance(cursor, 1)
  return line
}

/** Bytes of text of an announced size, charged as the string they become. */
export function readText(machine: Machine, size: number): Uint8Array {
  const bytes = take(machine.cursor, size)
  if (size > MAX_STRING_BYTES) {
    throw new FormatError('A string in this pickle is too long.', machine.at, 'too_large')
  }
  charge(machine, OBJECT_BYTES / 2 + size)
  return bytes
}

export function lineIndex(machine: Machine): number {
  const index = parseInteger(decodeLatin1(readLine(machine)), machine.at)
  if (typeof index !== 'number' || index < 0) {
    throw new FormatError('This pickle numbers a value with no valid number.', machine.at)
  }
  return index
}
