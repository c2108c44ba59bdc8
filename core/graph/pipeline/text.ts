// Text columns: the words are counted before the graph, which takes the result as an input of its own.

import { widthAfter } from '#core/pipeline/columns.ts'
import type { TextTransformer } from '#core/pipeline/text.ts'
import type { TransformerTable } from './converter.ts'
import { denseFlow, firstColumn } from './flow.ts'

export const TEXT: TransformerTable<TextTransformer> = {
  text(graph, flow, node) {
    const tensor = graph.vectorize(firstColumn(flow), node.vectorizer)
    return denseFlow(tensor, widthAfter(node, 1))
  },
}
