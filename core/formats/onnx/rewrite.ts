// Copies an ONNX file with other inputs and outputs, byte for byte but for the fields that change.

import { createProtobufWriter, type ProtobufWriter } from '#core/graph/protobuf-writer.ts'
import type { Dimension, OnnxFile } from './graph.ts'
import { createProtoContext, forEachField, type ProtoField } from './protobuf.ts'

export interface PlainTensor {
  readonly name: string
  readonly elementType: keyof typeof TYPE_NUMBERS
  readonly dims: readonly Dimension[]
}

export interface GraphChanges {
  /** Offsets of the nodes to leave out. */
  readonly removedNodes: ReadonlySet<number>
  /** Nodes of the standard domain to add at the end. */
  readonly addedNodes: readonly {
    readonly operator: string
    readonly inputs: readonly string[]
    readonly output: string
    readonly axis: number
  }[]
  /** All inputs of the new graph, or null to keep them as they are. */
  readonly inputs: readonly PlainTensor[] | null
  readonly outputs: readonly PlainTensor[]
}

const TYPE_NUMBERS = {
  float32: 1,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float64: 11,
} as const

/** Field numbers of ModelProto and GraphProto. */
const GRAPH = 7
const NODE = 1
const INPUT = 11
const OUTPUT = 12
const VALUE_INFO = 13

/** `AttributeProto.type` of a whole number. */
const INTEGER_ATTRIBUTE = 2

export function rewriteGraph(bytes: Uint8Array, file: OnnxFile, changes: GraphChanges): Uint8Array {
  const kept: Uint8Array[] = []
  const content = bytes.subarray(file.graph.offset, file.graph.end)
  forEachField(content, file.graph.offset, createProtoContext(null), (field) => {
    if (isKept(field, changes)) kept.push(bytes.subarray(field.offset, field.end))
  })
  kept.push(newFields(changes))
  const size = kept.reduce((sum, part) => sum + part.length, 0)
  return concatenate([
    bytes.subarray(0, file.graph.fieldOffset),
    graphHeader(size),
    ...kept,
    bytes.subarray(file.graph.end),
  ])
}

/** Shapes of inner tensors were worked out for the old inputs and outputs; the runtime works them out anew. */
function isKept(field: ProtoField, changes: GraphChanges): boolean {
  if (field.id === NODE) return !changes.removedNodes.has(field.offset)
  if (field.id === INPUT) return changes.inputs === null
  return field.id !== OUTPUT && field.id !== VALUE_INFO
}

function newFields(changes: GraphChanges): Uint8Array {
  const writer = createProtobufWriter()
  for (const node of changes.addedNodes) {
    writer.message(NODE, () => {
      for (const input of node.inputs) writer.text(1, input)
      writer.text(2, node.output)
      writer.text(4, node.operator)
      writer.message(5, () => {
        writer.text(1, 'axis')
        writer.integer(3, node.axis)
        writer.integer(20, INTEGER_ATTRIBUTE)
      })
    })
  }
  for (const input of changes.inputs ?? []) writeTensor(writer, INPUT, input)
  for (const output of changes.outputs) writeTensor(writer, OUTPUT, output)
  return writer.finish()
}

function writeTensor(writer: ProtobufWriter, field: number, tensor: PlainTensor): void {
  writer.message(field, () => {
    writer.text(1, tensor.name)
    writer.message(2, () => {
      writer.message(1, () => {
        writer.integer(1, TYPE_NUMBERS[tensor.elementType])
        writer.message(2, () => {
          for (const dimension of tensor.dims) writeDimension(writer, dimension)
        })
      })
    })
  })
}

function writeDimension(writer: ProtobufWriter, dimension: Dimension): void {
  writer.message(1, () => {
    if (typeof dimension === 'number') writer.integer(1, dimension)
    else if (dimension !== '') writer.text(2, dimension)
  })
}

/** Tag and length of the graph's field. */
function graphHeader(size: number): Uint8Array {
  const header = [GRAPH * 8 + 2]
  let rest = size
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) header.push((rest % 128) | 0x80)
  header.push(rest)
  return Uint8Array.from(header)
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
