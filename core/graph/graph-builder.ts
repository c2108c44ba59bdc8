// Collects the nodes of a graph, naming tensors as it goes.

import type { OnnxAttribute, OnnxInitializer, OnnxNode, TensorValues } from './onnx-writer.ts'

export interface ApplyOptions {
  readonly domain?: string
  readonly attributes?: readonly OnnxAttribute[]
}

export interface GraphBuilder {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxInitializer[]
  /** Adds an operator with one output and gives that output's name. */
  apply(operator: string, inputs: readonly string[], options?: ApplyOptions): string
  /** Adds an operator with `count` outputs and gives their names. */
  applyMany(
    operator: string,
    inputs: readonly string[],
    count: number,
    options?: ApplyOptions,
  ): readonly string[]
  /** Gives a tensor that a node makes another name; nothing may use it by the old one. */
  rename(from: string, to: string): void
  /** Adds a constant tensor and gives its name; plain numbers become float32. */
  constant(shape: readonly number[], values: readonly number[] | NumberValues): string
  /** Adds a constant tensor of float64. */
  doubles(shape: readonly number[], values: ArrayLike<number>): string
  /** Adds a constant tensor of int64. */
  integers(shape: readonly number[], values: ArrayLike<number>): string
  /** Adds a constant tensor of texts. */
  texts(shape: readonly number[], values: readonly string[]): string
  /** Adds float64 under a name of its own that no operator reads: for those who read the artifact back. */
  note(name: string, values: Float64Array): void
}

type NumberValues = Exclude<TensorValues, readonly string[]>

/** `prefix` keeps the names of a graph inside another apart from those around it. */
export function createGraphBuilder(prefix = ''): GraphBuilder {
  const nodes: OnnxNode[] = []
  const initializers: OnnxInitializer[] = []
  const add = (shape: readonly number[], values: TensorValues): string => {
    const name = `${prefix}constant_${initializers.length}`
    initializers.push({ name, shape, values })
    return name
  }
  const applyMany: GraphBuilder['applyMany'] = (operator, inputs, count, options = {}) => {
    const first = `${prefix}${operator.toLowerCase()}_${nodes.length}`
    const outputs = Array.from({ length: count }, (_, index) =>
      index === 0 ? first : `${first}_${index}`,
    )
    nodes.push({ operator, inputs, outputs, ...options })
    return outputs
  }
  return {
    nodes,
    initializers,
    apply: (operator, inputs, options) => applyMany(operator, inputs, 1, options)[0] ?? '',
    applyMany,
    rename(from, to) {
      const index = nodes.findIndex((node) => node.outputs.includes(from))
      const node = nodes[index]
      if (node === undefined) return
      const outputs = node.outputs.map((name) => (name === from ? to : name))
      nodes[index] = { ...node, outputs }
    },
    constant: (shape, values) =>
      add(shape, ArrayBuffer.isView(values) ? values : Float32Array.from(values)),
    doubles: (shape, values) => add(shape, Float64Array.from(values)),
    integers: (shape, values) => add(shape, Int32Array.from(values)),
    texts: (shape, values) => add(shape, values),
    note: (name, values) => {
      initializers.push({ name, shape: [values.length], values })
    },
  }
}
