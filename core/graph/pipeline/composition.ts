// Transformers made of others.

import type { Composition } from '#core/pipeline/pipeline.ts'
import { factor } from './combined-members.ts'
import type { TransformerTable } from './converter.ts'
import { denseFlow, type Flow, numbersOf, pickColumns } from './flow.ts'

export const COMPOSITION: TransformerTable<Composition> = {
  identity: (_, flow) => flow,
  sequence: (graph, flow, node) =>
    node.steps.reduce((table: Flow, step) => graph.transform(table, step), flow),
  columns: (graph, flow, node) =>
    node.parts.flatMap(({ columns, transformer, weight }) => {
      if (columns.length === 0) return []
      const result = graph.transform(pickColumns(flow, columns), transformer)
      if (weight === 1 || result.length === 0) return result
      const weighted = graph.apply('Mul', [numbersOf(graph, result), factor(graph, weight)])
      return denseFlow(weighted, result.length)
    }),
}
