// Reads an ONNX file (ModelProto) into data and refuses external data, wrong sizes and nesting without end.

import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import type {
  OnnxAttribute,
  OnnxFile,
  OnnxFunction,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from './graph.ts'
import {
  chargeField,
  createProtoContext,
  fieldInteger,
  fieldText,
  forEachField,
  forEachInside,
  type ProtoField,
} from './protobuf.ts'
import { readAttribute } from './read-attribute.ts'
import { readEntry } from './read-metadata.ts'
import { checkSparseTensor, readTensor } from './read-tensor.ts'
import { readValueInfo } from './read-value-info.ts'

/** Graphs inside `If` and `Loop` nest a few levels in real files; each level is a JavaScript call, so depth has an end. */
const MAX_GRAPH_DEPTH = 16

/** The largest public graphs have some ten thousand nodes; far more would only cost time and memory. */
const MAX_NODES = 200_000

/** Rough bytes of a node with its lists, and of an entry of the file's own lists. */
const NODE_BYTES = 768
const ENTRY_BYTES = 256

/** Counts nodes over the whole file, subgraphs and functions included. */
export interface GraphBudget {
  nodes: number
}

/** Reads a whole file, an uploaded one within `limits`; throws a `FormatError` with the offset for anything that is not a sound, self-contained model. */
export function readOnnxGraph(bytes: Uint8Array, limits: Budget | null = null): OnnxFile {
  const budget: GraphBudget = { nodes: 0 }
  const file = { irVersion: 0, producerName: '', producerVersion: '', description: '' }
  const opsets = new Map<string, number>()
  const metadata = new Map<string, string>()
  const functions: OnnxFunction[] = []
  let graph: OnnxGraph | null = null
  forEachField(bytes, 0, createProtoContext(limits), (field) => {
    if (field.id === 1) file.irVersion = fieldInteger(field)
    else if (field.id === 2) file.producerName = fieldText(field)
    else if (field.id === 3) file.producerVersion = fieldText(field)
    else if (field.id === 6) file.description = fieldText(field)
    else if (field.id === 7) {
      if (graph !== null) throw damaged('it holds two graphs', field.offset)
      graph = readGraph(field, 0, budget)
    } else if (field.id === 8) readOpset(field, opsets)
    else if (field.id === 14) {
      chargeField(field, ENTRY_BYTES)
      readEntry(field, metadata)
    } else if (field.id === 20) {
      throw new FormatError(
        'This ONNX file holds training steps; export it for inference and upload that file.',
        field.offset,
      )
    } else if (field.id === 25) functions.push(readFunction(field, budget))
  })
  if (graph === null) throw damaged('it holds no graph', 0)
  return { ...file, opsets, metadata, graph, functions }
}

/** Reads one GraphProto; `depth` counts the graphs around it. */
export function readGraph(parent: ProtoField, depth: number, budget: GraphBudget): OnnxGraph {
  if (depth > MAX_GRAPH_DEPTH) {
    throw new FormatError(
      `This ONNX file nests graphs more than ${MAX_GRAPH_DEPTH} deep.`,
      parent.offset,
      'too_large',
    )
  }
  chargeField(parent, NODE_BYTES)
  let name = ''
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const sparseInitializerNames: string[] = []
  const inputs: OnnxValueInfo[] = []
  const outputs: OnnxValueInfo[] = []
  const valueInfo: OnnxValueInfo[] = []
  forEachInside(parent, (field) => {
    if (field.id === 1) nodes.push(readNode(field, depth, budget))
    else if (field.id === 2) name = fieldText(field)
    else if (field.id === 5) initializers.push(readTensor(field))
    else if (field.id === 11) inputs.push(readValueInfo(field))
    else if (field.id === 12) outputs.push(readValueInfo(field))
    else if (field.id === 13) valueInfo.push(readValueInfo(field))
    else if (field.id === 15) sparseInitializerNames.push(checkSparseTensor(field))
  })
  return {
    name,
    nodes,
    initializers,
    sparseInitializerNames,
    inputs,
    outputs,
    valueInfo,
    offset: parent.payloadOffset,
    end: parent.end,
    fieldOffset: parent.offset,
  }
}

function readNode(parent: ProtoField, depth: number, budget: GraphBudget): OnnxNode {
  if (++budget.nodes > MAX_NODES) {
    throw new FormatError(
      `This ONNX file has more than ${MAX_NODES} nodes.`,
      parent.offset,
      'too_large',
    )
  }
  chargeField(parent, NODE_BYTES)
  const node = { name: '', operator: '', domain: '' }
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, OnnxAttribute>()
  forEachInside(parent, (field) => {
    if (field.id === 1) inputs.push(fieldText(field))
    else if (field.id === 2) outputs.push(fieldText(field))
    else if (field.id === 3) node.name = fieldText(field)
    else if (field.id === 4) node.operator = fieldText(field)
    else if (field.id === 5) {
      const { name, attribute } = readAttribute(field, (graph) =>
        readGraph(graph, depth + 1, budget),
      )
      attributes.set(name, attribute)
    } else if (field.id === 7) node.domain = fieldText(field)
  })
  return { ...node, inputs, outputs, attributes, offset: parent.offset, end: parent.end }
}

function readFunction(parent: ProtoField, budget: GraphBudget): OnnxFunction {
  chargeField(parent, ENTRY_BYTES)
  let name = ''
  let domain = ''
  const nodes: OnnxNode[] = []
  forEachInside(parent, (field) => {
    if (field.id === 1) name = fieldText(field)
    else if (field.id === 7) nodes.push(readNode(field, 0, budget))
    else if (field.id === 10) domain = fieldText(field)
    // Default values of a function's attributes may carry tensors too, so they are read for their checks.
    else if (field.id === 11) readAttribute(field, (graph) => readGraph(graph, 1, budget))
  })
  return { name, domain, nodes }
}

function readOpset(parent: ProtoField, opsets: Map<string, number>): void {
  chargeField(parent, ENTRY_BYTES)
  let domain = ''
  let version = 0
  forEachInside(parent, (field) => {
    if (field.id === 1) domain = fieldText(field)
    else if (field.id === 2) version = fieldInteger(field)
  })
  opsets.set(domain, version)
}

function damaged(reason: string, offset: number): FormatError {
  return new FormatError(`This ONNX file is damaged: ${reason}.`, offset)
}
