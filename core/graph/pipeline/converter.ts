// The shape of a converter: one kind of transformer or predictor added to a graph.

import type { Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import type { Vectorizer } from '#core/pipeline/text.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { Answer } from './answer.ts'
import type { Flow, FlowColumn } from './flow.ts'

/** A graph under construction, and what converters of composed kinds need beside it. */
export interface PipelineGraph extends GraphBuilder {
  /** Adds a step before the graph that turns a text input into float64 [rows, features], and gives its tensor. */
  vectorize(column: FlowColumn, vectorizer: Vectorizer): string
  transform(flow: Flow, transformer: Transformer): Flow
  predict(flow: Flow, predictor: Predictor): Answer
}

export type TransformerTable<Node extends { readonly kind: string }> = {
  readonly [Kind in Node['kind']]: (
    graph: PipelineGraph,
    flow: Flow,
    node: Extract<Node, { readonly kind: Kind }>,
  ) => Flow
}

export type PredictorTable<Node extends { readonly kind: string }> = {
  readonly [Kind in Node['kind']]: (
    graph: PipelineGraph,
    flow: Flow,
    node: Extract<Node, { readonly kind: Kind }>,
  ) => Answer
}
