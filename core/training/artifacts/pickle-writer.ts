// Writes Python values as a pickle of protocol 4: data, names of classes, and calls that the reader is to make.

/** A Python value. A JavaScript number is a float; whole numbers are said to be so with `int`. */
export type PythonValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [PythonValue, PythonValue])[] }
  | { readonly kind: 'global'; readonly module: string; readonly name: string }
  /** `callable(*args)`, then the state that it is given. */
  | {
      readonly kind: 'call'
      readonly callable: PythonValue
      readonly args: readonly PythonValue[]
      readonly state: PythonValue | undefined
    }
  /** An instance made without its constructor, with these attributes. */
  | {
      readonly kind: 'object'
      readonly type: PythonValue
      readonly attributes: readonly (readonly [string, PythonValue])[]
    }

export function int(value: number): PythonValue {
  return { kind: 'int', value }
}

export function list(items: readonly PythonValue[]): PythonValue {
  return { kind: 'list', items }
}

export function tuple(...items: readonly PythonValue[]): PythonValue {
  return { kind: 'tuple', items }
}

export function dict(entries: readonly (readonly [PythonValue, PythonValue])[]): PythonValue {
  return { kind: 'dict', entries }
}

export function global(module: string, name: string): PythonValue {
  return { kind: 'global', module, name }
}

export function call(
  callable: PythonValue,
  args: readonly PythonValue[],
  state?: PythonValue,
): PythonValue {
  return { kind: 'call', callable, args, state }
}

export function instance(
  module: string,
  name: string,
  attributes: Readonly<Record<string, PythonValue>>,
): PythonValue {
  return { kind: 'object', type: global(module, name), attributes: Object.entries(attributes) }
}

const PROTOCOL = 4
const MAX_SHORT = 0xff
const MAX_LENGTH_32 = 0xffff_ffff
const MAX_INT_32 = 0x7fff_ffff

const CODE = {
  proto: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  binInt: 0x4a,
  long1: 0x8a,
  binFloat: 0x47,
  shortUnicode: 0x8c,
  unicode: 0x58,
  shortBytes: 0x43,
  bytes: 0x42,
  bytes8: 0x8e,
  emptyList: 0x5d,
  appends: 0x65,
  emptyTuple: 0x29,
  tuple: 0x74,
  emptySet: 0x8f,
  addItems: 0x90,
  emptyDict: 0x7d,
  setItems: 0x75,
  stackGlobal: 0x93,
  reduce: 0x52,
  newObject: 0x81,
  build: 0x62,
} as const

export function writePickle(value: PythonValue): Uint8Array {
  const output = createOutput()
  output.byte(CODE.proto)
  output.byte(PROTOCOL)
  write(output, value)
  output.byte(CODE.stop)
  return output.finish()
}

type Output = ReturnType<typeof createOutput>

function createOutput() {
  let bytes = new Uint8Array(64 * 1024)
  let view = new DataView(bytes.buffer)
  let length = 0
  const reserve = (more: number): number => {
    const at = length
    length += more
    if (length > bytes.length) {
      const larger = new Uint8Array(Math.max(length, bytes.length * 2))
      larger.set(bytes)
      bytes = larger
      view = new DataView(bytes.buffer)
    }
    return at
  }
  return {
    byte: (value: number) => {
      const at = reserve(1)
      bytes[at] = value
    },
    uint32: (value: number) => {
      const at = reserve(4)
      view.setUint32(at, value, true)
    },
    int32: (value: number) => {
      const at = reserve(4)
      view.setInt32(at, value, true)
    },
    int64: (value: bigint) => {
      const at = reserve(8)
      view.setBigInt64(at, value, true)
    },
    /** Big-endian, as pickles have floats alone. */
    float64: (value: number) => {
      const at = reserve(8)
      view.setFloat64(at, value, false)
    },
    raw: (content: Uint8Array) => {
      const at = reserve(content.length)
      bytes.set(content, at)
    },
    finish: () => bytes.slice(0, length),
  }
}

function write(output: Output, value: PythonValue): void {
  if (value === null) output.byte(CODE.none)
  else if (typeof value === 'boolean') output.byte(value ? CODE.true : CODE.false)
  else if (typeof value === 'number') {
    output.byte(CODE.binFloat)
    output.float64(value)
  } else if (typeof value === 'string') writeText(output, value)
  else if (value instanceof Uint8Array) writeBytes(output, value)
  else writeCompound(output, value)
}

function writeCompound(output: Output, value: Extract<PythonValue, { kind: string }>): void {
  switch (value.kind) {
    case 'int':
      writeInt(output, value.value)
      return
    case 'list':
      writeItems(output, CODE.emptyList, value.items, CODE.appends)
      return
    case 'set':
      writeItems(output, CODE.emptySet, value.items, CODE.addItems)
      return
    case 'dict':
      writeItems(output, CODE.emptyDict, value.entries.flat(), CODE.setItems)
      return
    case 'tuple':
      writeTuple(output, value.items)
      return
    case 'global':
      writeText(output, value.module)
      writeText(output, value.name)
      output.byte(CODE.stackGlobal)
      return
    case 'call':
      write(output, value.callable)
      writeTuple(output, value.args)
      output.byte(CODE.reduce)
      if (value.state === undefined) return
      write(output, value.state)
      output.byte(CODE.build)
      return
    case 'object':
      write(output, value.type)
      output.byte(CODE.emptyTuple)
      output.byte(CODE.newObject)
      writeItems(output, CODE.emptyDict, value.attributes.flat(), CODE.setItems)
      output.byte(CODE.build)
      return
  }
}

function writeInt(output: Output, value: number): void {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number`)
  if (Math.abs(value) <= MAX_INT_32) {
    output.byte(CODE.binInt)
    output.int32(value)
    return
  }
  output.byte(CODE.long1)
  output.byte(8)
  output.int64(BigInt(value))
}

const encoder = new TextEncoder()

function writeText(output: Output, text: string): void {
  const bytes = encoder.encode(text)
  if (bytes.length <= MAX_SHORT) {
    output.byte(CODE.shortUnicode)
    output.byte(bytes.length)
  } else {
    output.byte(CODE.unicode)
    output.uint32(bytes.length)
  }
  output.raw(bytes)
}

function writeBytes(output: Output, bytes: Uint8Array): void {
  if (bytes.length <= MAX_SHORT) {
    output.byte(CODE.shortBytes)
    output.byte(bytes.length)
  } else if (bytes.length <= MAX_LENGTH_32) {
    output.byte(CODE.bytes)
    output.uint32(bytes.length)
  } else {
    output.byte(CODE.bytes8)
    output.int64(BigInt(bytes.length))
  }
  output.raw(bytes)
}

function writeTuple(output: Output, items: readonly PythonValue[]): void {
  if (items.length === 0) {
    output.byte(CODE.emptyTuple)
    return
  }
  output.byte(CODE.mark)
  for (const item of items) write(output, item)
  output.byte(CODE.tuple)
}

/** An empty collection, then all of its items at once. */
function writeItems(
  output: Output,
  empty: number,
  items: readonly PythonValue[],
  add: number,
): void {
  output.byte(empty)
  if (items.length === 0) return
  output.byte(CODE.mark)
  for (const item of items) write(output, item)
  output.byte(add)
}
