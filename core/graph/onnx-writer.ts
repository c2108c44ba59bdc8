// Writes an ONNX graph given as plain values into protobuf bytes.

import { createProtobufWriter, type ProtobufWriter } from './protobuf-writer.ts'

/** Opset versions old enough for every ONNX runtime of recent years; nothing newer is needed by our graphs. */
const IR_VERSION = 8
const OPSET_VERSION = 17
const ML_OPSET_VERSION = 3

/** The first that has TreeEnsemble, whose trees compare and add doubles; written only where it is used. */
const TREE_ENSEMBLE_OPSET_VERSION = 5

export const ML_DOMAIN = 'ai.onnx.ml'

export type OnnxElementType = 'float32' | 'float64' | 'int64' | 'string'

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly name: string; readonly value: number }
  | { readonly kind: 'float'; readonly name: string; readonly value: number }
  | { readonly kind: 'string'; readonly name: string; readonly value: string }
  | { readonly kind: 'ints'; readonly name: string; readonly values: ArrayLike<number> }
  | { readonly kind: 'floats'; readonly name: string; readonly values: Float32Array }
  | { readonly kind: 'strings'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'tensor'; readonly name: string; readonly tensor: OnnxTensor }
  /** The body of an operator that repeats it, as Scan does. */
  | { readonly kind: 'graph'; readonly name: string; readonly graph: OnnxGraph }

export interface OnnxNode {
  readonly operator: string
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: readonly OnnxAttribute[]
}

/** Row-major values: float32, float64, int64, texts, or one byte (0 or 1) for each boolean. */
export interface OnnxTensor {
  readonly shape: readonly number[]
  readonly values: TensorValues
  /** True where the bytes of a Uint8Array are numbers of their own (uint8), no booleans. */
  readonly areBytes?: boolean
}

/** `Int32Array` is written as int64: no integer of ours is larger, and no operator of ours takes a smaller type. */
export type TensorValues = Float32Array | Float64Array | Int32Array | Uint8Array | readonly string[]

/** A constant of a graph. */
export interface OnnxInitializer extends OnnxTensor {
  readonly name: string
}

/** A graph's input or output; a text dimension is a variable one. */
export interface OnnxValue {
  readonly name: string
  readonly type: OnnxElementType
  readonly shape: readonly (number | string)[]
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxInitializer[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** Texts that travel with the graph and mean nothing to a runtime. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Numbers of TensorProto.DataType in onnx.proto. */
const ELEMENT_TYPES = { float32: 1, int64: 7, string: 8, float64: 11 } as const satisfies Record<
  OnnxElementType,
  number
>

const BOOLEAN_ELEMENT_TYPE = 9
const BYTE_ELEMENT_TYPE = 2

/** Numbers of AttributeProto.AttributeType in onnx.proto. */
const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const satisfies Record<OnnxAttribute['kind'], number>

/** The bytes of a ModelProto; the same graph always gives the same bytes, so that artifacts can be named by their hash. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  const writer = createProtobufWriter()
  writer.integer(1, IR_VERSION)
  writer.text(2, 'parley')
  writer.message(7, () => writeGraph(writer, graph))
  writeOpset(writer, '', OPSET_VERSION)
  if (graph.nodes.some((node) => node.domain === ML_DOMAIN)) {
    const needsNew = graph.nodes.some((node) => node.operator === 'TreeEnsemble')
    writeOpset(writer, ML_DOMAIN, needsNew ? TREE_ENSEMBLE_OPSET_VERSION : ML_OPSET_VERSION)
  }
  for (const [key, value] of Object.entries(graph.metadata ?? {})) {
    writer.message(14, () => {
      writer.text(1, key)
      writer.text(2, value)
    })
  }
  return writer.finish()
}

function writeOpset(writer: ProtobufWriter, domain: string, version: number): void {
  writer.message(8, () => {
    writer.text(1, domain)
    writer.integer(2, version)
  })
}

function writeGraph(writer: ProtobufWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, () => writeNode(writer, node))
  writer.text(2, graph.name)
  for (const initializer of graph.initializers) {
    writer.message(5, () => writeInitializer(writer, initializer))
  }
  for (const input of graph.inputs) writer.message(11, () => writeValue(writer, input))
  for (const output of graph.outputs) writer.message(12, () => writeValue(writer, output))
}

function writeNode(writer: ProtobufWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.text(1, input)
  for (const output of node.outputs) writer.text(2, output)
  writer.text(4, node.operator)
  for (const attribute of node.attributes ?? []) {
    writer.message(5, () => writeAttribute(writer, attribute))
  }
  if (node.domain !== undefined) writer.text(7, node.domain)
}

function writeAttribute(writer: ProtobufWriter, attribute: OnnxAttribute): void {
  writer.text(1, attribute.name)
  switch (attribute.kind) {
    case 'int':
      writer.integer(3, attribute.value)
      break
    case 'float':
      writer.float(2, attribute.value)
      break
    case 'string':
      writer.text(4, attribute.value)
      break
    case 'tensor':
      writer.message(5, () => writeTensor(writer, attribute.tensor))
      break
    case 'graph':
      writer.message(6, () => writeGraph(writer, attribute.graph))
      break
    case 'floats':
      writer.packedFloats(7, attribute.values)
      break
    case 'ints':
      writer.packedIntegers(8, attribute.values)
      break
    case 'strings':
      writer.texts(9, attribute.values)
      break
  }
  writer.integer(20, ATTRIBUTE_TYPES[attribute.kind])
}

function writeInitializer(writer: ProtobufWriter, initializer: OnnxInitializer): void {
  writeTensor(writer, initializer)
  writer.text(8, initializer.name)
}

function writeTensor(writer: ProtobufWriter, { shape, values, areBytes }: OnnxTensor): void {
  for (const dimension of shape) writer.integer(1, dimension)
  if (values instanceof Float32Array) {
    writer.integer(2, ELEMENT_TYPES.float32)
    writer.packedFloats(4, values)
  } else if (values instanceof Float64Array) {
    writer.integer(2, ELEMENT_TYPES.float64)
    writer.packedDoubles(10, values)
  } else if (values instanceof Int32Array) {
    writer.integer(2, ELEMENT_TYPES.int64)
    writer.packedIntegers(7, values)
  } else if (values instanceof Uint8Array) {
    writer.integer(2, areBytes === true ? BYTE_ELEMENT_TYPE : BOOLEAN_ELEMENT_TYPE)
    writer.packedIntegers(5, values)
  } else {
    writer.integer(2, ELEMENT_TYPES.string)
    writer.texts(6, values)
  }
}

function writeValue(writer: ProtobufWriter, value: OnnxValue): void {
  writer.text(1, value.name)
  writer.message(2, () => {
    writer.message(1, () => {
      writer.integer(1, ELEMENT_TYPES[value.type])
      writer.message(2, () => {
        for (const dimension of value.shape) {
          writer.message(1, () => {
            if (typeof dimension === 'number') writer.integer(1, dimension)
            else writer.text(2, dimension)
          })
        }
      })
    })
  })
}
