// The columns that reach a graph's predictor, worked out by the part of the graph before it.

import type { TensorBinding } from '#core/formats/description.ts'
import type { OnnxFile } from '#core/formats/onnx/graph.ts'
import { rewriteGraph } from '#core/formats/onnx/rewrite.ts'
import type { EncodedRows } from './engine.ts'
import { createSession } from './session.ts'

/** One double a column for each row, row-major. */
export type ColumnReader = (rows: EncodedRows) => Promise<Float64Array>

const OUTPUT = 'explained_columns'

/**
 * Reads `tensor`, [rows, columns] of numbers, without what comes after it. A session lives as long as one question takes, so
 * that nothing native has to be closed when a version goes.
 */
export function createColumnReader(
  onnx: Uint8Array,
  file: OnnxFile,
  binding: TensorBinding,
  tensor: { readonly name: string; readonly elementType: 'float32' | 'float64' },
): ColumnReader {
  const input = binding.inputs.findIndex((one) => one.tensor === tensor.name)
  if (input !== -1) return async (rows) => toDoubles(rows.columns[input])
  const prefix = rewriteGraph(onnx, file, {
    removedNodes: nodesAfter(file, tensor.name),
    // A name of its own, for the tensor may be an input of the graph.
    addedNodes: [{ operator: 'Concat', inputs: [tensor.name], output: OUTPUT, axis: 1 }],
    inputs: null,
    outputs: [{ name: OUTPUT, elementType: tensor.elementType, dims: ['', ''] }],
  })
  return async (rows) => {
    const session = await createSession(prefix, { inputs: binding.inputs, values: OUTPUT })
    try {
      const { values } = await session.run(rows)
      return toDoubles(values?.data)
    } finally {
      await session.release()
    }
  }
}

/** Offsets of the nodes that the tensor does not need. */
function nodesAfter({ graph }: OnnxFile, tensor: string): ReadonlySet<number> {
  const needed = new Set([tensor])
  const removed = new Set<number>()
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some((name) => needed.has(name))) {
      for (const name of node.inputs) needed.add(name)
    } else {
      removed.add(node.offset)
    }
  }
  return removed
}

function toDoubles(column: EncodedRows['columns'][number] | undefined): Float64Array {
  if (column instanceof Float64Array || column instanceof Float32Array) {
    return Float64Array.from(column)
  }
  throw new Error('the columns before the predictor are no numbers')
}
