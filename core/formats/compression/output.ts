// Where decompressed bytes go: a buffer that grows as bytes come, up to a cap, never by what a header promises.

import { FormatError } from '../format-error.ts'
import { type Budget, chargeWork, MAX_DECOMPRESSED_BYTES, megabytes } from '../limits.ts'

/** Enough for most models at once; it doubles from there. */
const FIRST_SIZE = 1024 * 1024

export interface Output {
  bytes: Uint8Array
  length: number
  readonly cap: number
  readonly budget: Budget
}

export function createOutput(budget: Budget, cap = MAX_DECOMPRESSED_BYTES): Output {
  return { bytes: new Uint8Array(Math.min(FIRST_SIZE, cap)), length: 0, cap, budget }
}

/** Makes room for `size` more bytes; `offset` is where in the compressed file they come from. */
export function reserve(output: Output, size: number, offset: number): void {
  const needed = output.length + size
  if (needed > output.cap) throw tooMuchOutput(output.cap, offset)
  chargeWork(output.budget, size >> 5, offset)
  if (needed <= output.bytes.length) return
  const grown = new Uint8Array(Math.min(output.cap, Math.max(needed, output.bytes.length * 2)))
  grown.set(output.bytes.subarray(0, output.length))
  output.bytes = grown
}

export function append(output: Output, bytes: Uint8Array, offset: number): void {
  reserve(output, bytes.length, offset)
  output.bytes.set(bytes, output.length)
  output.length += bytes.length
}

/** Repeats bytes from `distance` back; the copy may run into itself, which is how runs are written. */
export function repeat(output: Output, distance: number, size: number, offset: number): void {
  if (!(distance >= 1 && distance <= output.length)) {
    throw new FormatError(
      'The compressed data is damaged: it repeats what was never there.',
      offset,
    )
  }
  reserve(output, size, offset)
  const { bytes, length } = output
  if (distance >= size) {
    bytes.copyWithin(length, length - distance, length - distance + size)
  } else {
    for (let at = length; at < length + size; at += 1) bytes[at] = bytes[at - distance] ?? 0
  }
  output.length = length + size
}

export function finish(output: Output): Uint8Array {
  return output.bytes.subarray(0, output.length)
}

export function tooMuchOutput(cap: number, offset: number): FormatError {
  return new FormatError(
    `This compressed file unpacks to more than ${megabytes(cap)}; Parley stops there.`,
    offset,
    'too_large',
  )
}
