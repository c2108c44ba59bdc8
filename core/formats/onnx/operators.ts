// Which operators an uploaded graph may use, and walks over all of its nodes.

import { FormatError } from '../format-error.ts'
import type { OnnxFile, OnnxGraph, OnnxNode } from './graph.ts'

/** Domains that onnxruntime itself implements; others need native code that is not here. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])

/**
 * Operators that open files or run Python while a session is made, and Loop, which may go on for ever on some row: a run
 * cannot be stopped from outside. No exporter of tabular models writes any of them.
 */
const REFUSED_OPERATORS: ReadonlySet<string> = new Set(['EPContext', 'PyOp', 'PythonOp', 'Loop'])

/** Unknown operators named in a message; the rest are counted. */
const MAX_NAMED = 5

/** Calls `visit` for every node of the graph, of the graphs inside its attributes and of the file's functions. */
export function forEachNode(file: OnnxFile, visit: (node: OnnxNode) => void): void {
  visitGraph(file.graph, visit)
  for (const { nodes } of file.functions) for (const node of nodes) visitNode(node, visit)
}

function visitGraph(graph: OnnxGraph, visit: (node: OnnxNode) => void): void {
  for (const node of graph.nodes) visitNode(node, visit)
}

/** Recursion ends at the depth that the reader allows. */
function visitNode(node: OnnxNode, visit: (node: OnnxNode) => void): void {
  visit(node)
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === 'graph') visitGraph(attribute.value, visit)
    if (attribute.kind === 'graphs') for (const graph of attribute.values) visitGraph(graph, visit)
  }
}

/** Throws a `FormatError` that names what the runtime here cannot or must not run. */
export function checkOperators(file: OnnxFile): void {
  const ownDomains = new Set(file.functions.map((definition) => definition.domain))
  const unknown = new Set<string>()
  let offset = 0
  forEachNode(file, (node) => {
    const isKnown = KNOWN_DOMAINS.has(node.domain) || ownDomains.has(node.domain)
    if (isKnown && !REFUSED_OPERATORS.has(node.operator)) return
    if (unknown.size === 0) offset = node.offset
    unknown.add(node.domain === '' ? node.operator : `${node.domain}.${node.operator}`)
  })
  if (unknown.size === 0) return
  const named = [...unknown].slice(0, MAX_NAMED).map((name) => name.slice(0, 80))
  const more = unknown.size > MAX_NAMED ? ` and ${unknown.size - MAX_NAMED} more` : ''
  throw new FormatError(
    `This ONNX file uses ${named.join(', ')}${more}, which the runtime here does not run. Export it with standard operators (ai.onnx, ai.onnx.ml).`,
    offset,
  )
}
