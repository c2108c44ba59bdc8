// Runs a part of a graph over a few rows at a time, so that tables of rows by stored points never stand in memory whole.

import { createGraphBuilder, type GraphBuilder } from '../graph-builder.ts'
import type { OnnxElementType } from '../onnx-writer.ts'
import { int } from './attributes.ts'

/** A tensor [rows, width] that the part gives. */
export interface BlockResult {
  readonly tensor: string
  readonly type: Extract<OnnxElementType, 'float64' | 'int64'>
  readonly width: number
}

/** What `build` adds sees at most `blockRows` rows of `values` [rows, width]; the results come out as if it had seen all. */
export function addInBlocks(
  graph: GraphBuilder,
  values: string,
  width: number,
  blockRows: number,
  build: (inner: GraphBuilder, block: string) => readonly BlockResult[],
): readonly string[] {
  const rows = graph.apply('Shape', [values], { attributes: [int('start', 0), int('end', 1)] })
  const block = graph.apply('Min', [rows, graph.integers([1], [blockRows])])
  const padded = padRows(graph, values, rows, block)
  const blocks = graph.apply('Reshape', [padded, joinShape(graph, [-1], block, [width])])
  const inner = createGraphBuilder(`${blocks}_`)
  const results = build(inner, 'block')
  const body = {
    name: 'block',
    nodes: inner.nodes,
    initializers: inner.initializers,
    inputs: [{ name: 'block', type: 'float64', shape: ['rows_of_block', width] }],
    outputs: results.map(({ tensor, type, width }) => ({
      name: tensor,
      type,
      shape: ['rows_of_block', width],
    })),
  } as const
  const scanned = graph.applyMany('Scan', [blocks], results.length, {
    attributes: [int('num_scan_inputs', 1), { kind: 'graph', name: 'body', graph: body }],
  })
  return results.map((result, index) => {
    const joined = graph.apply('Reshape', [
      scanned[index] ?? '',
      graph.integers([2], [-1, result.width]),
    ])
    return graph.apply('Slice', [joined, graph.integers([1], [0]), rows, graph.integers([1], [0])])
  })
}

/** Rows of zeros after the last, until the blocks are full. */
function padRows(graph: GraphBuilder, values: string, rows: string, block: string): string {
  const missing = graph.apply('Mod', [graph.apply('Neg', [rows]), block])
  return graph.apply('Pad', [values, joinShape(graph, [0, 0], missing, [0])])
}

function joinShape(
  graph: GraphBuilder,
  before: readonly number[],
  middle: string,
  after: readonly number[],
): string {
  return graph.apply(
    'Concat',
    [graph.integers([before.length], before), middle, graph.integers([after.length], after)],
    { attributes: [int('axis', 0)] },
  )
}
