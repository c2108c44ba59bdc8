// Reads a node's attribute (AttributeProto), whatever its type.

import { FormatError } from '../format-error.ts'
import type { OnnxAttribute, OnnxGraph, OnnxTensor } from './graph.ts'
import {
  chargeField,
  fieldFloat,
  fieldInteger,
  fieldLenientText,
  fieldText,
  forEachInside,
  type ProtoField,
  pushFloats,
  pushIntegers,
} from './protobuf.ts'
import { checkSparseTensor, readTensor } from './read-tensor.ts'

/** Rough bytes of an attribute and of what reading it leaves behind. */
const ATTRIBUTE_BYTES = 512

interface Parts {
  type: number
  float: number
  integer: number
  text: string
  tensor: OnnxTensor | null
  graph: OnnxGraph | null
  readonly floats: number[]
  readonly integers: number[]
  readonly texts: string[]
  readonly tensors: OnnxTensor[]
  readonly graphs: OnnxGraph[]
}

/** `readGraph` reads a graph inside the attribute and counts the depth. */
export function readAttribute(
  parent: ProtoField,
  readGraph: (field: ProtoField) => OnnxGraph,
): { readonly name: string; readonly attribute: OnnxAttribute } {
  chargeField(parent, ATTRIBUTE_BYTES)
  let name = ''
  const parts: Parts = {
    type: 0,
    float: 0,
    integer: 0,
    text: '',
    tensor: null,
    graph: null,
    floats: [],
    integers: [],
    texts: [],
    tensors: [],
    graphs: [],
  }
  forEachInside(parent, (field) => {
    if (field.id === 1) name = fieldText(field)
    else readPart(field, parts, readGraph)
  })
  return { name, attribute: toAttribute(parts, parent.offset) }
}

function readPart(
  field: ProtoField,
  parts: Parts,
  readGraph: (field: ProtoField) => OnnxGraph,
): void {
  if (field.id === 2) parts.float = fieldFloat(field)
  else if (field.id === 3) parts.integer = fieldInteger(field)
  else if (field.id === 4) parts.text = fieldLenientText(field)
  else if (field.id === 5) parts.tensor = readTensor(field)
  else if (field.id === 6) parts.graph = readGraph(field)
  else if (field.id === 7) pushFloats(field, parts.floats)
  else if (field.id === 8) pushIntegers(field, parts.integers)
  else if (field.id === 9) parts.texts.push(fieldLenientText(field))
  else if (field.id === 10) parts.tensors.push(readTensor(field))
  else if (field.id === 11) parts.graphs.push(readGraph(field))
  else if (field.id === 20) parts.type = fieldInteger(field)
  else if (field.id === 22 || field.id === 23) checkSparseTensor(field)
}

function toAttribute(parts: Parts, offset: number): OnnxAttribute {
  switch (parts.type === 0 ? guessType(parts) : parts.type) {
    case 1:
      return { kind: 'float', value: parts.float }
    case 2:
      return { kind: 'integer', value: parts.integer }
    case 3:
      return { kind: 'string', value: parts.text }
    case 4:
      return { kind: 'tensor', value: present(parts.tensor, offset) }
    case 5:
      return { kind: 'graph', value: present(parts.graph, offset) }
    case 6:
      return { kind: 'floats', values: Float32Array.from(parts.floats) }
    case 7:
      return { kind: 'integers', values: Float64Array.from(parts.integers) }
    case 8:
      return { kind: 'strings', values: parts.texts }
    case 9:
      return { kind: 'tensors', values: parts.tensors }
    case 10:
      return { kind: 'graphs', values: parts.graphs }
    default:
      return { kind: 'other' }
  }
}

/** Files before IR version 2 leave the type out; the list that holds something tells it. */
function guessType(parts: Parts): number {
  if (parts.tensor !== null) return 4
  if (parts.graph !== null) return 5
  if (parts.floats.length > 0) return 6
  if (parts.integers.length > 0) return 7
  if (parts.texts.length > 0) return 8
  if (parts.text.length > 0) return 3
  if (parts.float !== 0) return 1
  return 2
}

function present<T>(value: T | null, offset: number): T {
  if (value !== null) return value
  throw new FormatError(
    `This ONNX file is damaged: the attribute at byte ${offset} lacks the value that its type announces.`,
    offset,
  )
}
