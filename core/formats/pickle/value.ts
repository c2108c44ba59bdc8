// The inert values a pickle can build: data and names, nothing that could be called.

/** A Python value as data. `undefined` never occurs; None is null; integers beyond 2^53 are bigint. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleSet
  | GlobalRef
  | PickleRecord
  | NdArray

/** A float is a number too; where int and float must be told apart, integers keep `Number.isInteger`. */
export interface PickleList {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

/** Entries in insertion order; keys are values, never properties of an object, so `__proto__` is just a string. */
export interface PickleDict {
  readonly kind: 'dict'
  readonly entries: Map<PickleValue, PickleValue>
}

export interface PickleSet {
  readonly kind: 'set'
  readonly frozen: boolean
  readonly items: PickleValue[]
}

/** The name of a Python class or function; never looked up. */
export interface GlobalRef {
  readonly kind: 'global'
  readonly module: string
  readonly name: string
  /** Where in the stream it was named, for error messages. */
  readonly offset: number
}

/** What a REDUCE, NEWOBJ, INST… would have called, kept as data with the state that followed. */
export interface PickleRecord {
  readonly kind: 'record'
  readonly callable: GlobalRef
  readonly args: readonly PickleValue[]
  readonly kwargs: PickleDict | null
  /** The last BUILD's argument; for (dict, slots) pairs the tuple as it came. */
  state: PickleValue
  readonly listItems: PickleValue[]
  readonly dictItems: Map<PickleValue, PickleValue>
  readonly offset: number
}

/** A numpy array or scalar (shape []) decoded to data; strings are JS strings, objects are values. */
export interface NdArray {
  readonly kind: 'ndarray'
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Row-major (C order) elements; typed for numbers, an array for strings, objects and structured rows' raw bytes. */
  readonly data:
    | Float64Array
    | Float32Array
    | Int8Array
    | Int16Array
    | Int32Array
    | BigInt64Array
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | BigUint64Array
    | readonly string[]
    | readonly PickleValue[]
}

export interface Dtype {
  /** numpy's kind letter and item size, e.g. `f8`, `i4`, `b1`, `U7`, `O8`, `V56`. */
  readonly code: string
  readonly littleEndian: boolean
  readonly itemSize: number
  /** Fields of a structured dtype in order, else null. */
  readonly fields:
    | readonly { readonly name: string; readonly offset: number; readonly dtype: Dtype }[]
    | null
}
