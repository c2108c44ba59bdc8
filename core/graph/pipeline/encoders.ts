// Categories to numbers, and values to the bins that they fall into.

import type { Categories } from '#core/pipeline/categories.ts'
import type { Encoder } from '#core/pipeline/preprocessing.ts'
import { addPositions, matchNumbers } from './category-matches.ts'
import { addTables } from './category-tables.ts'
import type { PipelineGraph, TransformerTable } from './converter.ts'
import {
  denseFlow,
  type Flow,
  type FlowColumn,
  firstColumn,
  numbersOf,
  textColumn,
} from './flow.ts'
import { addOneHot } from './one-hot.ts'
import { countReached, scalar } from './operators.ts'

export const ENCODERS: TransformerTable<Encoder> = {
  'one-hot': (graph, flow, node) =>
    byType(flow, node.columns, (part, columns) => addOneHot(graph, part, columns)),
  encode: (graph, flow, node) =>
    byType(flow, node.columns, (part, columns) => addTables(graph, part, columns)),
  bins: addBins,
  lookup: addLookup,
}

type Node<Kind extends Encoder['kind']> = Extract<Encoder, { kind: Kind }>

/** Texts and numbers are encoded apart, and their results put back in the order of the columns. */
function byType<Column extends { readonly categories: Categories; readonly width: number }>(
  flow: Flow,
  columns: readonly Column[],
  add: (part: Flow, columns: readonly Column[]) => Flow,
): Flow {
  const results: FlowColumn[][] = columns.map(() => [])
  for (const wantsText of [true, false]) {
    const places = [...columns.keys()].filter(
      (index) => (columns[index]?.categories.type === 'text') === wantsText,
    )
    if (places.length === 0) continue
    const chosen = places.flatMap((index) => columns[index] ?? [])
    const encoded = add(
      places.flatMap((index) => flow[index] ?? []),
      chosen,
    )
    let start = 0
    places.forEach((place, index) => {
      const end = start + (chosen[index]?.width ?? 0)
      results[place] = encoded.slice(start, end)
      start = end
    })
  }
  return results.flat()
}

const TOLERANCE = { absolute: 1e-8, relative: 1e-5 }

function addBins(graph: PipelineGraph, flow: Flow, node: Node<'bins'>): Flow {
  let values = numbersOf(graph, flow)
  if (node.tolerant) {
    const share = graph.apply('Mul', [
      graph.apply('Abs', [values]),
      scalar(graph, TOLERANCE.relative),
    ])
    values = graph.apply('Add', [
      values,
      graph.apply('Add', [share, scalar(graph, TOLERANCE.absolute)]),
    ])
  }
  const bins = countReached(graph, values, node.edges)
  if (node.encode === 'ordinal') return denseFlow(bins, node.edges.length)
  const sources = node.edges.flatMap((edges, column) =>
    Array.from({ length: edges.length + 1 }, () => column),
  )
  const wanted = node.edges.flatMap((edges) => [...edges, 0].map((_, bin) => bin))
  return denseFlow(matchNumbers(graph, bins, sources, wanted), sources.length)
}

/** The key's position picks its row of the table; a key that is not known has the position behind the last, the fallback's. */
function addLookup(graph: PipelineGraph, flow: Flow, node: Node<'lookup'>): Flow {
  const { rows, columns, data } = node.table
  const { positions } = addPositions(graph, textColumn(graph, firstColumn(flow)), node.keys)
  const table = new Float64Array((rows + 1) * columns)
  table.set(data)
  table.set(node.fallback ?? new Float64Array(columns).fill(Number.NaN), rows * columns)
  const flat = graph.apply('Squeeze', [positions, graph.integers([1], [1])])
  return denseFlow(
    graph.apply('Gather', [graph.doubles([rows + 1, columns], table), flat]),
    columns,
  )
}
