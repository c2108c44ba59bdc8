// What an ONNX file holds, as data: nodes with attributes, initialisers, inputs and outputs.

/** ONNX element types by their number in the format. */
export const ELEMENT_TYPES = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
} as const satisfies Readonly<Record<number, string>>

export type ElementType = (typeof ELEMENT_TYPES)[keyof typeof ELEMENT_TYPES] | 'other'

/** A tensor as stored; `tensorNumbers` decodes it. */
export interface OnnxTensor {
  readonly name: string
  readonly elementType: ElementType
  readonly dims: readonly number[]
  /** Little-endian elements without a copy, or null where the values are in `numbers` or `strings`. */
  readonly raw: Uint8Array | null
  readonly numbers: readonly number[]
  readonly strings: readonly string[]
  /** Offset in the file, for messages. */
  readonly offset: number
}

/** Exactly what the file gives; an attribute has one of these, according to its type. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly values: Float32Array }
  /** Integers are exact up to 2^53 and rounded beyond. */
  | { readonly kind: 'integers'; readonly values: Float64Array }
  | { readonly kind: 'strings'; readonly values: readonly string[] }
  | { readonly kind: 'tensors'; readonly values: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly values: readonly OnnxGraph[] }
  /** Sparse tensors, types and references of functions: known to be there, nothing here needs them. */
  | { readonly kind: 'other' }

export interface OnnxNode {
  readonly name: string
  readonly operator: string
  /** '' is the standard domain. */
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
  /** First byte of the node and the byte after it, in the file. */
  readonly offset: number
  readonly end: number
}

/** A size, or a name (`N`, `batch`) that stands for any size; '' when the file leaves it open. */
export type Dimension = number | string

export interface OnnxValueInfo {
  readonly name: string
  /** null for sequences, maps and optionals. */
  readonly tensor: {
    readonly elementType: ElementType
    /** null when the rank is unknown. */
    readonly dims: readonly Dimension[] | null
  } | null
  /** `tensor(float32)`, `sequence`, `map`, `optional`, `sparse`; for messages. */
  readonly typeName: string
  readonly offset: number
  readonly end: number
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  /** Names of sparse initialisers; their values are checked, not kept. */
  readonly sparseInitializerNames: readonly string[]
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
  readonly valueInfo: readonly OnnxValueInfo[]
  /** First byte of the graph's content and the byte after it, in the file. */
  readonly offset: number
  readonly end: number
  /** First byte of the field that holds the graph (its tag). */
  readonly fieldOffset: number
}

export interface OnnxFunction {
  readonly name: string
  readonly domain: string
  readonly nodes: readonly OnnxNode[]
}

export interface OnnxFile {
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion: string
  readonly description: string
  /** Version of each domain's operators that the file was written for. */
  readonly opsets: ReadonlyMap<string, number>
  readonly metadata: ReadonlyMap<string, string>
  readonly graph: OnnxGraph
  readonly functions: readonly OnnxFunction[]
}

/** Bytes an element takes in `raw`; null where a tensor has no raw form. */
export const ELEMENT_SIZES: Readonly<Record<ElementType, number | null>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  string: null,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
  other: null,
}

/** Elements of a numeric tensor; 64-bit integers are rounded beyond 2^53. Half floats and strings give null. */
export function tensorNumbers(tensor: OnnxTensor): Float64Array | null {
  const { raw, elementType } = tensor
  if (raw === null) {
    return elementType === 'string' ? null : Float64Array.from(tensor.numbers)
  }
  const read = RAW_READERS[elementType]
  const size = ELEMENT_SIZES[elementType]
  if (read === undefined || size === null) return null
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  return Float64Array.from({ length: raw.length / size }, (_, index) => read(view, index * size))
}

const RAW_READERS: Readonly<
  Partial<Record<ElementType, (view: DataView, offset: number) => number>>
> = {
  float32: (view, offset) => view.getFloat32(offset, true),
  float64: (view, offset) => view.getFloat64(offset, true),
  int8: (view, offset) => view.getInt8(offset),
  uint8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => view.getUint8(offset),
  int16: (view, offset) => view.getInt16(offset, true),
  uint16: (view, offset) => view.getUint16(offset, true),
  int32: (view, offset) => view.getInt32(offset, true),
  uint32: (view, offset) => view.getUint32(offset, true),
  int64: (view, offset) => Number(view.getBigInt64(offset, true)),
  uint64: (view, offset) => Number(view.getBigUint64(offset, true)),
}
