// bzip2 by seek-bzip, fed and drained one byte at a time so that both ends stay bounded.

import Bunzip from 'seek-bzip'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import { createOutput, finish, reserve } from './output.ts'

export function decompressBzip2(bytes: Uint8Array, budget: Budget): Uint8Array {
  const output = createOutput(budget)
  const input = createInput(bytes)
  const sink = {
    writeByte(byte: number) {
      reserve(output, 1, input.pos)
      output.bytes[output.length] = byte
      output.length += 1
    },
  }
  try {
    Bunzip.decode(input, sink, true)
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError(
      'This bzip2 file is damaged or cut off.',
      Math.min(input.pos, bytes.length),
    )
  }
  return finish(output)
}

/** The reader's interface of seek-bzip; past the end it throws, where the library would go on reading nothing. */
function createInput(bytes: Uint8Array) {
  return {
    pos: 0,
    readByte(): number {
      const byte = bytes[this.pos]
      if (byte === undefined) {
        throw new FormatError('This bzip2 file is cut off.', bytes.length)
      }
      this.pos += 1
      return byte
    },
    read(buffer: Uint8Array, start: number, length: number): number {
      const part = bytes.subarray(this.pos, this.pos + length)
      buffer.set(part, start)
      this.pos += part.length
      return part.length
    },
    seek(place: number): void {
      this.pos = place
    },
    eof(): boolean {
      return this.pos >= bytes.length
    },
  }
}
