// Follows tensors through a graph: who makes one, who takes it, and what lies at the end of plain copies.

import type { OnnxGraph, OnnxNode } from './graph.ts'

/** Operators that hand their input on, changed in type at most. */
const COPIES: ReadonlySet<string> = new Set(['Identity', 'Cast'])

/** Copies followed one after the other; exporters write one or two. */
const MAX_COPIES = 8

export interface Wiring {
  readonly makers: ReadonlyMap<string, OnnxNode>
  readonly takers: ReadonlyMap<string, readonly OnnxNode[]>
}

export function wiringOf(graph: OnnxGraph): Wiring {
  const makers = new Map<string, OnnxNode>()
  const takers = new Map<string, OnnxNode[]>()
  for (const node of graph.nodes) {
    for (const output of node.outputs) makers.set(output, node)
    for (const input of node.inputs) {
      const known = takers.get(input)
      if (known === undefined) takers.set(input, [node])
      else known.push(node)
    }
  }
  return { makers, takers }
}

/** The node that makes the tensor, behind any copies; null for a graph's input. */
export function makerOf(wiring: Wiring, tensor: string): OnnxNode | null {
  let name = tensor
  for (let step = 0; step < MAX_COPIES; step++) {
    const node = wiring.makers.get(name)
    if (node === undefined || !COPIES.has(node.operator)) return node ?? null
    name = node.inputs[0] ?? ''
  }
  return null
}

/** The nodes that work on the tensor, behind any copies. */
export function takersOf(wiring: Wiring, tensor: string): readonly OnnxNode[] {
  const found: OnnxNode[] = []
  const open: { readonly name: string; readonly depth: number }[] = [{ name: tensor, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const node of wiring.takers.get(next.name) ?? []) {
      const copy = node.outputs[0]
      if (COPIES.has(node.operator) && copy !== undefined && next.depth < MAX_COPIES) {
        open.push({ name: copy, depth: next.depth + 1 })
      } else found.push(node)
    }
  }
  return found
}
