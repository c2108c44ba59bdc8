// What reading one file may cost at most, and the budget that readers charge before they allocate.

import { FormatError } from './format-error.ts'

/** Wall time of one read, conversion included. Real models of 50 MB take under a second; a file that needs more is stopped. */
export const READ_TIME_MS = 2000

/** The readers themselves stop a little earlier, so that most hostile files end in a sentence and not in a killed process. */
export const READ_DEADLINE_MS = 1600

/** Resident memory of the process that reads one file. */
export const READ_MEMORY_BYTES = 512 * 1024 * 1024

/** Where the parent ends that process: below the promise, for memory grows between two looks at it. */
export const READ_MEMORY_KILL_BYTES = 448 * 1024 * 1024

/** A reading process that has grown to this is replaced after its answer, so that the next read starts small. */
export const RECYCLE_MEMORY_BYTES = 192 * 1024 * 1024

/**
 * What the operating system itself caps, should the server be too busy to look at the process in time. JavaScriptCore
 * reserves 2 GB of it for compiled code (with less it runs 15 times slower); measured, some 800 MB are left for data.
 */
export const READ_DATA_LIMIT_BYTES = 3_000_000 * 1024

/** Files read at once. Two, so that one slow file does not hold up everybody; more would multiply the memory. */
export const MAX_READING_PROCESSES = 2

/** Files that may wait for their turn; each waits with all its bytes in memory. */
export const MAX_WAITING_READS = 32

/** A reading process nobody has used for so long is ended; the next read starts one in some 50 ms. */
export const READER_IDLE_MS = 60_000

/** A model file. With its decoded form and its ONNX in memory at once, this is what fits `READ_MEMORY_BYTES`. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024

/** Bytes that may come out of a compressed file: as many as an uncompressed one could bring. */
export const MAX_DECOMPRESSED_BYTES = 128 * 1024 * 1024

/** Memory that decoded values may take beside the file's own bytes, by the estimates below. */
export const MAX_VALUE_BYTES = 192 * 1024 * 1024

/** Pickle instructions in one file. A list of a million numbers takes about 2 million; models take thousands. */
export const MAX_OPCODES = 5_000_000

/** Memo slots; CPython numbers them from 0, so a higher index is an attempt to make a table grow. */
export const MAX_MEMO_ENTRIES = 2_000_000

/** Values on the pickle stack at once. Pickle writes lists in batches of 1000, so real files stay in the thousands. */
export const MAX_STACK_DEPTH = 1_000_000

/** MARKs open at once: one a nested container that is being built. Python itself stops pickling at some 300. */
export const MAX_OPEN_MARKS = 1_000

/** Containers inside containers, as followed from the top when looking for a model. */
export const MAX_NESTING = 400

/** Bytes of one string; feature names and text models stay far below. */
export const MAX_STRING_BYTES = 64 * 1024 * 1024

/** Digits of one integer written as text: Python's own limit; converting longer ones costs quadratic time. */
export const MAX_INTEGER_DIGITS = 4_300

/** Bytes of one LONG1/LONG4 integer. numpy's random states need 16; conversion is quadratic in this. */
export const MAX_INTEGER_BYTES = 256

/** Bytes of one line of a text opcode that is no string (numbers, names). */
export const MAX_LINE_BYTES = 64 * 1024

/** Elements of one numpy array. Bounded by the file's bytes too, except where an element is 0 bytes long. */
export const MAX_ARRAY_ELEMENTS = 32 * 1024 * 1024

/** numpy's own bound on dimensions (64 from numpy 2, 32 before). */
export const MAX_ARRAY_DIMENSIONS = 64

/** Structured dtypes inside structured dtypes; real ones (sklearn trees) have one level. */
export const MAX_DTYPE_DEPTH = 8

/** Fields of one structured dtype; sklearn's have 7 to 13. */
export const MAX_DTYPE_FIELDS = 1_000

/** Objects dumped one after the other into one file. */
export const MAX_PICKLES_IN_FILE = 64

/** Containers of the model's neighbourhood visited while looking for a model. */
export const MAX_OBJECTS_SEARCHED = 200_000

/** Instructions between two looks at the clock: a fraction of a millisecond of work. */
const CLOCK_INTERVAL = 8_192

/** Rough cost of one JavaScript object of a few fields, in bytes. */
export const OBJECT_BYTES = 64

/** Rough cost of one entry of a Map, in bytes. */
export const ENTRY_BYTES = 40

/** What is left of the limits while one file is read. Readers charge it before they allocate or go on. */
export interface Budget {
  /** Bytes of decoded values that may still be made. */
  valueBytes: number
  /** Pickle instructions that may still run. */
  opcodes: number
  /** Steps until the next look at the clock. */
  untilClock: number
  readonly deadline: number
  readonly now: () => number
}

/** `now` gives milliseconds of any monotonic clock. */
export function createBudget(
  now: () => number = () => performance.now(),
  timeMs = READ_DEADLINE_MS,
): Budget {
  return {
    valueBytes: MAX_VALUE_BYTES,
    opcodes: MAX_OPCODES,
    untilClock: CLOCK_INTERVAL,
    deadline: now() + timeMs,
    now,
  }
}

/** Charges memory that is about to be taken. */
export function chargeBytes(budget: Budget, bytes: number, offset: number): void {
  budget.valueBytes -= bytes
  if (!(budget.valueBytes >= 0)) {
    throw new FormatError(
      `This file unfolds to more than ${megabytes(MAX_VALUE_BYTES)} of values; Parley stops there.`,
      offset,
      'too_large',
    )
  }
}

/** Charges one pickle instruction. */
export function chargeOpcode(budget: Budget, offset: number): void {
  if (--budget.opcodes < 0) {
    throw new FormatError(
      `This pickle has more than ${MAX_OPCODES.toLocaleString('en')} instructions; no model needs that many.`,
      offset,
      'too_large',
    )
  }
  if (--budget.untilClock < 0) checkClock(budget, offset)
}

/** Charges `steps` units of other work (bytes decompressed, nodes visited), and looks at the clock now and then. */
export function chargeWork(budget: Budget, steps: number, offset: number): void {
  budget.untilClock -= steps
  if (budget.untilClock < 0) checkClock(budget, offset)
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MB`
}

function checkClock(budget: Budget, offset: number): void {
  budget.untilClock = CLOCK_INTERVAL
  if (budget.now() > budget.deadline) {
    throw new FormatError(
      `Reading this file took longer than ${READ_TIME_MS / 1000} seconds; Parley stopped.`,
      offset,
      'too_large',
    )
  }
}
