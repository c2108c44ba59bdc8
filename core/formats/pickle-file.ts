// A whole pickle or joblib file: one object after the other, until nothing is left unread.

import { createCursor, position, remaining } from './cursor.ts'
import { FormatError } from './format-error.ts'
import { joblibWrapper, readJoblibArray } from './joblib.ts'
import { type Budget, MAX_PICKLES_IN_FILE } from './limits.ts'
import { runPickle, type Unpickled } from './pickle/machine.ts'
import type { OnBuilt } from './pickle/stack.ts'

/** Bytes that mean nothing after the last object: padding and a final newline. */
const PADDING = new Set([0x00, 0x0a, 0x0d, 0x20])

/** What a pickle or joblib file holds. */
export interface PickleFile {
  readonly objects: readonly Unpickled[]
  /** True where joblib's raw arrays were met; without arrays its files are ordinary pickles. */
  readonly joblib: boolean
}

/**
 * Every object in the file, each read by a fresh machine: what stands behind the first is as little trusted as the first.
 * @throws FormatError when any of them cannot be read, or when bytes remain that are no pickle.
 */
export function readPickleFile(bytes: Uint8Array, budget: Budget): PickleFile {
  const cursor = createCursor(bytes, 'pickle')
  const objects: Unpickled[] = []
  let joblib = false
  const onBuilt: OnBuilt = (record, stream, shared) => {
    if (joblibWrapper(record.callable) === null) return record
    joblib = true
    return readJoblibArray(record, stream, shared)
  }
  while (remaining(cursor) > 0 && !onlyPadding(bytes.subarray(cursor.offset))) {
    if (objects.length >= MAX_PICKLES_IN_FILE) {
      throw new FormatError(
        `This file holds more than ${MAX_PICKLES_IN_FILE} pickled objects.`,
        position(cursor),
        'too_large',
      )
    }
    const start = position(cursor)
    try {
      objects.push(runPickle(cursor, budget, onBuilt))
    } catch (error) {
      throw objects.length === 0 ? error : behindFirst(error, objects.length, start)
    }
  }
  if (objects.length === 0) throw new FormatError('This file is empty.', 0, 'unsupported_file')
  return { objects, joblib }
}

function onlyPadding(bytes: Uint8Array): boolean {
  return bytes.length <= 4096 && bytes.every((byte) => PADDING.has(byte))
}

/** Says that the fault lies behind objects that were fine. */
function behindFirst(error: unknown, count: number, start: number): unknown {
  if (!(error instanceof FormatError)) return error
  const before = count === 1 ? 'its first object' : `its first ${count} objects`
  return new FormatError(
    `Behind ${before}, at byte ${start}, this file goes on. ${error.message}`,
    error.offset,
    error.code,
  )
}
