// Leaves out of a graph what its outputs do not need: converters also offer scores and labels that nobody may ask for.

import type { OnnxInitializer, OnnxNode } from '../onnx-writer.ts'

export interface PrunedGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxInitializer[]
}

/** `nodes` come in the order in which they run, as a graph builder gives them. Constants that no node ever read stay. */
export function pruneGraph(
  { nodes, initializers }: PrunedGraph,
  outputs: readonly string[],
): PrunedGraph {
  const needed = new Set(outputs)
  const useless = new Set<string>()
  const kept: OnnxNode[] = []
  for (const node of nodes.toReversed()) {
    const isNeeded = node.outputs.some((name) => needed.has(name))
    for (const name of node.inputs) (isNeeded ? needed : useless).add(name)
    if (isNeeded) kept.push(node)
  }
  return {
    nodes: kept.reverse(),
    initializers: initializers.filter(({ name }) => needed.has(name) || !useless.has(name)),
  }
}
