// Recognises the graphs that core/graph writes, so that they can be compiled and explained from the artifact itself.

import type { Transform } from '#core/formats/description.ts'
import {
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  tensorNumbers,
} from '#core/formats/onnx/graph.ts'
import { readTreeTable, type TreeTable } from './tree-table.ts'

/** margin[g] = bias[g] + sum over features of weights[feature * groups + g] * value; missing counts as 0. */
export interface LinearTable {
  readonly groups: number
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** A graph of ours as steps over one row of float32 features. */
export interface GraphProgram {
  readonly featureCount: number
  /** The value that stands for missing beside NaN, or null. */
  readonly missingValue: number | null
  /** Features whose fraction is cut off first: codes of categories. */
  readonly flooredFeatures: readonly number[]
  readonly body:
    | { readonly kind: 'trees'; readonly table: TreeTable }
    | { readonly kind: 'linear'; readonly table: LinearTable }
  readonly transform: Transform
  /** True where one probability p becomes the two columns 1 - p and p. */
  readonly isBinary: boolean
}

/** Null when the graph is not one of ours. */
export function readGraphProgram({ graph }: OnnxFile): GraphProgram | null {
  const [input] = graph.inputs
  const [output] = graph.outputs
  const featureCount = input?.tensor?.dims?.[1]
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1) return null
  if (input === undefined || output === undefined || typeof featureCount !== 'number') return null
  if (input.tensor?.elementType !== 'float32' || featureCount < 1) return null
  const walk = createWalk(graph, input.name)
  const missingValue = matchMissing(walk)
  const flooredFeatures = matchFloor(walk, featureCount)
  const body = matchTrees(walk, featureCount) ?? matchLinear(walk, featureCount)
  const transform = matchTransform(walk)
  if (body === null || transform === null) return null
  const isBinary = body.table.groups === 1 && matchBinary(walk)
  if (!walk.isAtEnd(output.name)) return null
  return { featureCount, missingValue, flooredFeatures, body, transform, isBinary }
}

/** Goes through the nodes in order and follows the one tensor that each step hands to the next. */
interface Walk {
  /** The tensor that the steps so far have made. */
  readonly current: () => string
  /** The next nodes if they are exactly these operators; nothing is consumed yet. */
  readonly peek: (...operators: readonly string[]) => readonly OnnxNode[] | null
  /** Consumes `count` nodes; the last one's output becomes the current tensor. */
  readonly advance: (count: number) => void
  readonly constant: (name: string | undefined) => Float32Array | null
  readonly isAtEnd: (output: string) => boolean
}

function createWalk(graph: OnnxGraph, input: string): Walk {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  let current = input
  let position = 0
  return {
    current: () => current,
    peek(...operators) {
      const nodes = graph.nodes.slice(position, position + operators.length)
      const isMatch = operators.every((operator, index) => nodes[index]?.operator === operator)
      return isMatch ? nodes : null
    },
    advance(count) {
      position += count
      current = graph.nodes[position - 1]?.outputs[0] ?? ''
    },
    constant(name) {
      const tensor = constants.get(name ?? '')
      const numbers = tensor === undefined ? null : tensorNumbers(tensor)
      return numbers === null ? null : Float32Array.from(numbers)
    },
    isAtEnd: (output) => position === graph.nodes.length && current === output,
  }
}

/** Where(Equal(x, missing), NaN, x) */
function matchMissing(walk: Walk): number | null {
  const nodes = walk.peek('Equal', 'Where')
  if (nodes === null) return null
  const [equal, where] = nodes
  const missing = walk.constant(equal?.inputs[1])
  const replacement = walk.constant(where?.inputs[1])
  const value = missing?.[0]
  const isMatch =
    equal?.inputs[0] === walk.current() &&
    where?.inputs[0] === equal.outputs[0] &&
    where?.inputs[2] === walk.current() &&
    missing?.length === 1 &&
    replacement?.length === 1 &&
    Number.isNaN(replacement[0])
  if (!isMatch || value === undefined) return null
  walk.advance(2)
  return value
}

/** Where(mask, Floor(x), x) */
function matchFloor(walk: Walk, featureCount: number): readonly number[] {
  const [floor, where] = walk.peek('Floor', 'Where') ?? []
  const mask = walk.constant(where?.inputs[0])
  const isMatch =
    floor?.inputs[0] === walk.current() &&
    where?.inputs[1] === floor.outputs[0] &&
    where?.inputs[2] === walk.current() &&
    mask?.length === featureCount
  if (!isMatch || mask === null) return []
  walk.advance(2)
  return [...mask.keys()].filter((feature) => mask[feature] !== 0)
}

function matchTrees(walk: Walk, featureCount: number): GraphProgram['body'] | null {
  const [node] = walk.peek('TreeEnsembleRegressor') ?? []
  if (node === undefined || node.inputs[0] !== walk.current()) return null
  const table = readTreeTable(node)
  if (table === null) return null
  if (table.features.some((feature) => feature < 0 || feature >= featureCount)) return null
  walk.advance(1)
  return { kind: 'trees', table }
}

/** Add(MatMul(Where(IsNaN(x), 0, x), weights), bias) */
function matchLinear(walk: Walk, featureCount: number): GraphProgram['body'] | null {
  const [test, where, matMul, add] = walk.peek('IsNaN', 'Where', 'MatMul', 'Add') ?? []
  const zero = walk.constant(where?.inputs[1])
  const weights = walk.constant(matMul?.inputs[1])
  const bias = walk.constant(add?.inputs[1])
  const isMatch =
    test?.inputs[0] === walk.current() &&
    where?.inputs[0] === test.outputs[0] &&
    where?.inputs[2] === walk.current() &&
    matMul?.inputs[0] === where.outputs[0] &&
    add?.inputs[0] === matMul?.outputs[0] &&
    zero?.length === 1 &&
    zero[0] === 0
  if (!isMatch || weights === null || bias === null) return null
  if (bias.length < 1 || weights.length !== bias.length * featureCount) return null
  walk.advance(4)
  return { kind: 'linear', table: { groups: bias.length, weights, bias } }
}

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  Identity: 'identity',
  Sigmoid: 'sigmoid',
  Softmax: 'softmax',
  Exp: 'exp',
}

function matchTransform(walk: Walk): Transform | null {
  for (const [operator, transform] of Object.entries(TRANSFORMS)) {
    const [node] = walk.peek(operator) ?? []
    if (node === undefined) continue
    if (node.inputs[0] !== walk.current()) return null
    walk.advance(1)
    return transform
  }
  const [greater, where] = walk.peek('Greater', 'Where') ?? []
  const isStep =
    greater?.inputs[0] === walk.current() &&
    where?.inputs[0] === greater.outputs[0] &&
    walk.constant(greater.inputs[1])?.[0] === 0 &&
    walk.constant(where?.inputs[1])?.[0] === 1 &&
    walk.constant(where?.inputs[2])?.[0] === 0
  if (!isStep) return null
  walk.advance(2)
  return 'step'
}

/** Concat(Sub(1, p), p) */
function matchBinary(walk: Walk): boolean {
  const [sub, concat] = walk.peek('Sub', 'Concat') ?? []
  const isMatch =
    sub?.inputs[1] === walk.current() &&
    walk.constant(sub.inputs[0])?.[0] === 1 &&
    concat?.inputs[0] === sub.outputs[0] &&
    concat?.inputs[1] === walk.current()
  if (!isMatch) return false
  walk.advance(2)
  return true
}
