// Preprocessing in float64, as scikit-learn does it.

import type { Preprocessor } from '#core/pipeline/preprocessing.ts'
import type { PipelineGraph, TransformerTable } from './converter.ts'
import { denseFlow, type Flow, firstColumn, numbersOf, pickColumns, textColumn } from './flow.ts'

export const PREPROCESSING: TransformerTable<Preprocessor> = {
  scale(graph, flow, node) {
    const row = (values: Float64Array) => graph.doubles([1, values.length], values)
    let values = numbersOf(graph, flow)
    if (node.subtract !== null) values = graph.apply('Sub', [values, row(node.subtract)])
    if (node.divide !== null) values = graph.apply('Div', [values, row(node.divide)])
    if (node.multiply !== null) values = graph.apply('Mul', [values, row(node.multiply)])
    if (node.add !== null) values = graph.apply('Add', [values, row(node.add)])
    if (node.clip !== null) {
      const [low, high] = node.clip
      values = graph.apply('Clip', [values, graph.doubles([], [low]), graph.doubles([], [high])])
    }
    return denseFlow(values, flow.length)
  },
  project: addProjection,
  select: (_, flow, node) => pickColumns(flow, node.columns),
  lookup: addLookup,
}

type Node<Kind extends Preprocessor['kind']> = Extract<Preprocessor, { kind: Kind }>

function addProjection(graph: PipelineGraph, flow: Flow, node: Node<'project'>): Flow {
  const { rows, columns, data } = node.components
  let values = numbersOf(graph, flow)
  if (node.mean !== null)
    values = graph.apply('Sub', [values, graph.doubles([1, columns], node.mean)])
  const components = graph.apply('Transpose', [graph.doubles([rows, columns], data)])
  values = graph.apply('MatMul', [values, components])
  if (node.divide !== null)
    values = graph.apply('Div', [values, graph.doubles([1, rows], node.divide)])
  return denseFlow(values, rows)
}

/** The key's position picks its row of the table; a key that is not known has the position behind the last, the fallback's. */
function addLookup(graph: PipelineGraph, flow: Flow, node: Node<'lookup'>): Flow {
  const { rows, columns, data } = node.table
  const position = graph.apply('LabelEncoder', [textColumn(graph, firstColumn(flow))], {
    domain: 'ai.onnx.ml',
    attributes: [
      { kind: 'strings', name: 'keys_strings', values: node.keys },
      { kind: 'ints', name: 'values_int64s', values: node.keys.map((_, index) => index) },
      { kind: 'int', name: 'default_int64', value: node.keys.length },
    ],
  })
  const table = new Float64Array((rows + 1) * columns)
  table.set(data)
  table.set(node.fallback ?? new Float64Array(columns).fill(Number.NaN), rows * columns)
  const flat = graph.apply('Squeeze', [position, graph.integers([1], [1])])
  return denseFlow(
    graph.apply('Gather', [graph.doubles([rows + 1, columns], table), flat]),
    columns,
  )
}
