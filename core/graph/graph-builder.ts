// Collects the nodes of a graph that runs from one input through a chain of operators.

import type { OnnxAttribute, OnnxInitializer, OnnxNode } from './onnx-writer.ts'

export interface GraphBuilder {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxInitializer[]
  /** Adds an operator with one output and gives that output's name. */
  apply(
    operator: string,
    inputs: readonly string[],
    options?: { readonly domain?: string; readonly attributes?: readonly OnnxAttribute[] },
  ): string
  /** Adds a constant tensor and gives its name. */
  constant(shape: readonly number[], values: readonly number[] | Float32Array | Uint8Array): string
}

export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = []
  const initializers: OnnxInitializer[] = []
  return {
    nodes,
    initializers,
    apply(operator, inputs, options = {}) {
      const output = `${operator.toLowerCase()}_${nodes.length}`
      nodes.push({ operator, inputs, outputs: [output], ...options })
      return output
    },
    constant(shape, values) {
      const name = `constant_${initializers.length}`
      const array = ArrayBuffer.isView(values) ? values : Float32Array.from(values)
      initializers.push({ name, shape, values: array })
      return name
    },
  }
}
