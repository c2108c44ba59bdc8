// Operators that several converters use, under names that say what they are for.

import type { OnnxAttribute } from '#core/graph/onnx-writer.ts'
import type { GraphBuilder } from '../graph-builder.ts'

const FLOAT64 = 11
const INT64 = 7
const BOOLEAN = 9

export const axis = (value: number): OnnxAttribute => ({ kind: 'int', name: 'axis', value })

export function castToDoubles(graph: GraphBuilder, tensor: string): string {
  return cast(graph, tensor, FLOAT64)
}

export function castToIntegers(graph: GraphBuilder, tensor: string): string {
  return cast(graph, tensor, INT64)
}

export function castToFlags(graph: GraphBuilder, tensor: string): string {
  return cast(graph, tensor, BOOLEAN)
}

function cast(graph: GraphBuilder, tensor: string, type: number): string {
  return graph.apply('Cast', [tensor], { attributes: [{ kind: 'int', name: 'to', value: type }] })
}

/** A constant [1, n] of doubles. */
export function rowOf(graph: GraphBuilder, values: ArrayLike<number>): string {
  return graph.doubles([1, values.length], values)
}

/** A constant without dimensions. */
export function scalar(graph: GraphBuilder, value: number): string {
  return graph.doubles([], [value])
}

/** Columns of [rows, n] at these positions. */
export function gatherColumns(
  graph: GraphBuilder,
  tensor: string,
  positions: ArrayLike<number>,
): string {
  const indices = graph.integers([positions.length], positions)
  return graph.apply('Gather', [tensor, indices], { attributes: [axis(1)] })
}

/** How many of each column's marks are at or below the value: [rows, n] → float64 [rows, n]. */
export function countReached(
  graph: GraphBuilder,
  values: string,
  marks: readonly ArrayLike<number>[],
): string {
  const most = Math.max(1, ...marks.map((list) => list.length))
  // No value reaches a mark of NaN, so that shorter lists can be filled up with it.
  const padded = new Float64Array(marks.length * most).fill(Number.NaN)
  marks.forEach((list, column) => {
    padded.set(Array.from(list), column * most)
  })
  const spread = graph.apply('Unsqueeze', [values, graph.integers([1], [2])])
  const table = graph.doubles([1, marks.length, most], padded)
  const reached = castToDoubles(graph, graph.apply('GreaterOrEqual', [spread, table]))
  return graph.apply('ReduceSum', [reached, graph.integers([1], [2])], {
    attributes: [{ kind: 'int', name: 'keepdims', value: 0 }],
  })
}
