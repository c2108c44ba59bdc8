// A table on its way through a graph: which column of which tensor each of its columns is.

import { FormatError } from '#core/formats/format-error.ts'
import type { GraphBuilder } from '../graph-builder.ts'

/** A tensor [rows, width] of float64 or of texts. */
export interface FlowSource {
  readonly tensor: string
  readonly kind: 'number' | 'text'
  readonly width: number
}

export interface FlowColumn {
  readonly source: FlowSource
  readonly index: number
}

/** The columns of a table between two steps, in order. */
export type Flow = readonly FlowColumn[]

/** The columns of a tensor [rows, width] of float64, such as an operator gave it. */
export function denseFlow(tensor: string, width: number): Flow {
  return columnsOf({ tensor, kind: 'number', width })
}

/** The columns of a tensor [rows, width] of texts. */
export function textFlow(tensor: string, width: number): Flow {
  return columnsOf({ tensor, kind: 'text', width })
}

function columnsOf(source: FlowSource): Flow {
  return Array.from({ length: source.width }, (_, index) => ({ source, index }))
}

/** The columns at these positions, in this order. Throws FormatError for one that is not there. */
export function pickColumns(flow: Flow, positions: readonly number[]): Flow {
  return positions.map((position) => {
    const column = flow[position]
    if (column === undefined) {
      throw new FormatError(
        `A step takes column ${position} of a table that has ${flow.length}.`,
        0,
      )
    }
    return column
  })
}

/** The only column of a table for one. Throws FormatError where it has none. */
export function firstColumn(flow: Flow): FlowColumn {
  const [column] = flow
  if (column === undefined) throw new FormatError('A step takes no columns at all.', 0)
  return column
}

/** One float64 tensor [rows, columns] of the whole flow. Throws FormatError where a column holds texts. */
export function numbersOf(graph: GraphBuilder, flow: Flow): string {
  const text = flow.findIndex((column) => column.source.kind === 'text')
  if (text !== -1) {
    throw new FormatError(
      `A step calculates with column ${text}, which holds texts. Encode it first (OneHotEncoder, OrdinalEncoder), or leave it out.`,
      0,
    )
  }
  return joinColumns(graph, flow)
}

/** One tensor [rows, 1] of texts. Throws FormatError where the column holds numbers. */
export function textColumn(graph: GraphBuilder, column: FlowColumn): string {
  return textsOf(graph, [column])
}

/** One tensor [rows, columns] of texts. Throws FormatError where a column holds numbers. */
export function textsOf(graph: GraphBuilder, flow: Flow): string {
  if (flow.some((column) => column.source.kind !== 'text')) {
    throw new FormatError('A step reads texts from a column that holds numbers.', 0)
  }
  return joinColumns(graph, flow)
}

/** Neighbouring columns of one tensor are taken together. */
function joinColumns(graph: GraphBuilder, flow: Flow): string {
  const runs: FlowColumn[][] = []
  for (const column of flow) {
    const run = runs.at(-1)
    if (run?.[0]?.source.tensor === column.source.tensor) run.push(column)
    else runs.push([column])
  }
  const parts = runs.map((run) => gather(graph, run))
  return parts.length === 1 && parts[0] !== undefined
    ? parts[0]
    : graph.apply('Concat', parts, { attributes: [{ kind: 'int', name: 'axis', value: 1 }] })
}

function gather(graph: GraphBuilder, run: readonly FlowColumn[]): string {
  const source = run[0]?.source
  if (source === undefined) throw new FormatError('A step takes no columns at all.', 0)
  const isWhole =
    run.length === source.width && run.every((column, index) => column.index === index)
  if (isWhole) return source.tensor
  const indices = graph.integers(
    [run.length],
    run.map((column) => column.index),
  )
  return graph.apply('Gather', [source.tensor, indices], {
    attributes: [{ kind: 'int', name: 'axis', value: 1 }],
  })
}
