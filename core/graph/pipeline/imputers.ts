// What fills in for missing values, and what tells of them.

import type { Imputer } from '#core/pipeline/preprocessing.ts'
import { addPositions } from './category-matches.ts'
import type { PipelineGraph, TransformerTable } from './converter.ts'
import {
  denseFlow,
  type Flow,
  type FlowColumn,
  numbersOf,
  pickColumns,
  textFlow,
  textsOf,
} from './flow.ts'
import { addNearestFills } from './nearest-fills.ts'
import { castToDoubles, castToFlags, rowOf, scalar } from './operators.ts'

export const IMPUTERS: TransformerTable<Imputer> = {
  impute: addFills,
  'missing-indicator'(graph, flow, node) {
    if (node.columns.length === 0) return []
    const isMissing = bySource(pickColumns(flow, node.columns), (part, type) => {
      const flags =
        type === 'text'
          ? isText(graph, textsOf(graph, part), node.missing)
          : isNumber(graph, numbersOf(graph, part), node.missing)
      return denseFlow(castToDoubles(graph, flags), part.length)
    })
    return isMissing
  },
  'impute-nearest': (graph, flow, node) =>
    denseFlow(addNearestFills(graph, flow, node), node.columns.length),
}

function addFills(
  graph: PipelineGraph,
  flow: Flow,
  node: Extract<Imputer, { kind: 'impute' }>,
): Flow {
  if (node.columns.length === 0) return []
  const columns = pickColumns(
    flow,
    node.columns.map(({ column }) => column),
  )
  return bySource(columns, (part, type, places) => {
    const fills = places.map((place) => node.columns[place]?.fill ?? 0)
    if (type === 'text') {
      const texts = textsOf(graph, part)
      const filled = graph.apply('Where', [
        isText(graph, texts, node.missing),
        graph.texts([1, fills.length], fills.map(String)),
        texts,
      ])
      return textFlow(filled, part.length)
    }
    const values = numbersOf(graph, part)
    const row = rowOf(graph, fills.map(Number))
    const isMissing = isNumber(graph, values, node.missing)
    return denseFlow(graph.apply('Where', [isMissing, row, values]), part.length)
  })
}

/** Texts and numbers apart, the results back in the order of the columns. */
function bySource(
  flow: Flow,
  add: (part: Flow, type: 'number' | 'text', places: readonly number[]) => Flow,
): Flow {
  const results: FlowColumn[] = []
  for (const type of ['number', 'text'] as const) {
    const places = [...flow.keys()].filter((place) => flow[place]?.source.kind === type)
    if (places.length === 0) continue
    const part = add(pickColumns(flow, places), type, places)
    places.forEach((place, index) => {
      const column = part[index]
      if (column !== undefined) results[place] = column
    })
  }
  return results
}

function isNumber(graph: PipelineGraph, values: string, missing: number | string): string {
  const marker = Number(missing)
  return Number.isNaN(marker)
    ? graph.apply('IsNaN', [values])
    : graph.apply('Equal', [values, scalar(graph, marker)])
}

function isText(graph: PipelineGraph, texts: string, missing: number | string): string {
  // Comparing texts came to ONNX later than the opset written here; a list of one word does the same.
  const { positions } = addPositions(graph, texts, [String(missing)])
  return graph.apply('Not', [castToFlags(graph, positions)])
}
