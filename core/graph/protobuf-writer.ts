// Writes protobuf wire format into one growing buffer.

const INITIAL_BYTES = 4096

/** A varint of a 64-bit integer is at most ten bytes. */
const MAX_VARINT_BYTES = 10

const WIRE_VARINT = 0
const WIRE_LENGTH_DELIMITED = 2
const WIRE_FIXED32 = 5

export interface ProtobufWriter {
  /** `value` is a safe integer; negative ones are written as 64-bit two's complement. */
  integer(field: number, value: number): void
  /** One float32. */
  float(field: number, value: number): void
  text(field: number, value: string): void
  /** A repeated string field; the few distinct strings of a long list are encoded once each. */
  texts(field: number, values: readonly string[]): void
  packedIntegers(field: number, values: ArrayLike<number>): void
  packedFloats(field: number, values: Float32Array): void
  packedDoubles(field: number, values: Float64Array): void
  /** A nested message holding what `write` writes to this writer. */
  message(field: number, write: () => void): void
  finish(): Uint8Array
}

export function createProtobufWriter(): ProtobufWriter {
  let buffer = new Uint8Array(INITIAL_BYTES)
  let length = 0
  const encoder = new TextEncoder()

  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return
    const grown = new Uint8Array(Math.max(buffer.length * 2, length + bytes))
    grown.set(buffer.subarray(0, length))
    buffer = grown
  }

  function putVarint(value: number): void {
    reserve(MAX_VARINT_BYTES)
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value))
      while (rest > 0x7fn) {
        buffer[length++] = Number(rest & 0x7fn) | 0x80
        rest >>= 7n
      }
      buffer[length++] = Number(rest)
      return
    }
    let rest = value
    while (rest > 0x7f) {
      buffer[length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    buffer[length++] = rest
  }

  function putTag(field: number, wireType: number): void {
    putVarint(field * 8 + wireType)
  }

  function putBytes(field: number, bytes: Uint8Array): void {
    putTag(field, WIRE_LENGTH_DELIMITED)
    putVarint(bytes.length)
    reserve(bytes.length)
    buffer.set(bytes, length)
    length += bytes.length
  }

  /** Moves what was written since `start` to make room for its own length before it. */
  function insertLength(start: number): void {
    const size = length - start
    let lengthBytes = 1
    for (let rest = size; rest > 0x7f; rest = Math.floor(rest / 128)) lengthBytes++
    reserve(lengthBytes)
    buffer.copyWithin(start + lengthBytes, start, length)
    length = start
    putVarint(size)
    length += size
  }

  function message(field: number, write: () => void): void {
    putTag(field, WIRE_LENGTH_DELIMITED)
    const start = length
    write()
    insertLength(start)
  }

  return {
    integer(field, value) {
      putTag(field, WIRE_VARINT)
      putVarint(value)
    },
    float(field, value) {
      putTag(field, WIRE_FIXED32)
      reserve(4)
      new DataView(buffer.buffer, buffer.byteOffset).setFloat32(length, value, true)
      length += 4
    },
    text(field, value) {
      putBytes(field, encoder.encode(value))
    },
    texts(field, values) {
      const encoded = new Map<string, Uint8Array>()
      for (const value of values) {
        let bytes = encoded.get(value)
        if (bytes === undefined) {
          bytes = encoder.encode(value)
          encoded.set(value, bytes)
        }
        putBytes(field, bytes)
      }
    },
    packedIntegers(field, values) {
      message(field, () => {
        for (let index = 0; index < values.length; index++) putVarint(values[index] ?? 0)
      })
    },
    packedFloats(field, values) {
      putTag(field, WIRE_LENGTH_DELIMITED)
      putVarint(values.length * 4)
      reserve(values.length * 4)
      const view = new DataView(buffer.buffer, buffer.byteOffset)
      for (let index = 0; index < values.length; index++) {
        view.setFloat32(length, values[index] ?? 0, true)
        length += 4
      }
    },
    packedDoubles(field, values) {
      putTag(field, WIRE_LENGTH_DELIMITED)
      putVarint(values.length * 8)
      reserve(values.length * 8)
      const view = new DataView(buffer.buffer, buffer.byteOffset)
      for (let index = 0; index < values.length; index++) {
        view.setFloat64(length, values[index] ?? 0, true)
        length += 8
      }
    },
    message,
    finish() {
      return buffer.slice(0, length)
    },
  }
}
