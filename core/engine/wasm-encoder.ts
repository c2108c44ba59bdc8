// The few pieces of WebAssembly's binary format that one small function needs.

/** A stretch of code or of a section, byte by byte. */
export type Bytes = readonly number[]

export const I32 = 0x7f
export const ADD_I32 = 0x6a
export const SUBTRACT_I32 = 0x6b
export const SHIFT_LEFT_I32 = 0x74
export const GREATER_OR_EQUAL_I32 = 0x4e
export const LESS_UNSIGNED_I32 = 0x49
export const ADD_F32 = 0x92

const LOOP = [0x03, 0x40]
const BRANCH_IF_INNERMOST = [0x0d, 0]
const END = 0x0b

/** Alignments are given as powers of two. */
const FOUR_BYTES = 2

function unsigned(value: number): Bytes {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

export const getLocal = (local: number): Bytes => [0x20, ...unsigned(local)]
export const setLocal = (local: number): Bytes => [0x21, ...unsigned(local)]
const teeLocal = (local: number): Bytes => [0x22, ...unsigned(local)]

/** A constant from 0 to 63, which takes one byte in signed form too. */
export const smallConstant = (value: number): Bytes => [0x41, value]

export const loadI32 = (offset: number): Bytes => [0x28, FOUR_BYTES, ...unsigned(offset)]
export const loadF32 = (offset: number): Bytes => [0x2a, FOUR_BYTES, ...unsigned(offset)]
export const storeF32 = (offset: number): Bytes => [0x38, FOUR_BYTES, ...unsigned(offset)]

/** Adds the value on the stack's top to a local. */
export const increase = (local: number, amount: Bytes): Bytes => [
  ...getLocal(local),
  ...amount,
  ADD_I32,
  ...setLocal(local),
]

/** Runs `body` until `counter`, at least 1 at first, has been counted down to 0. */
export const countDown = (counter: number, body: Bytes): Bytes => [
  ...LOOP,
  ...body,
  ...getLocal(counter),
  ...smallConstant(1),
  SUBTRACT_I32,
  ...teeLocal(counter),
  ...BRANCH_IF_INNERMOST,
  END,
]

/** Runs `body` once and again while `condition` leaves anything but 0 on the stack. */
export const repeatWhile = (body: Bytes, condition: Bytes): Bytes => [
  ...LOOP,
  ...body,
  ...condition,
  ...BRANCH_IF_INNERMOST,
  END,
]

const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** A module that imports `host.memory` and exports `run`, a function of i32 parameters and locals without a result. */
export function encodeModule(
  parameters: number,
  locals: number,
  body: Bytes,
): Uint8Array<ArrayBuffer> {
  const code = [...list([[...unsigned(locals), I32]]), ...body, END]
  const functionType = [0x60, ...list(Array.from({ length: parameters }, () => [I32])), 0]
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, list([functionType])),
    ...section(2, list([[...name('host'), ...name('memory'), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...name('run'), 0, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ])
}

function list(items: readonly Bytes[]): Bytes {
  return [...unsigned(items.length), ...items.flat()]
}

function section(id: number, content: Bytes): Bytes {
  return [id, ...unsigned(content.length), ...content]
}

function name(text: string): Bytes {
  return [...unsigned(text.length), ...new TextEncoder().encode(text)]
}
