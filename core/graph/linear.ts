// A linear model as ONNX: one matrix product and one sum.

import type { LinearModel } from '#core/formats/description.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { missingAsZero } from './transforms.ts'

/** Adds the model over `values` [rows, features] and gives the name of its margins [rows, groups]. */
export function addLinear(graph: GraphBuilder, values: string, model: LinearModel): string {
  const weights = graph.constant([model.featureCount, model.groups], model.weights)
  const product = graph.apply('MatMul', [missingAsZero(graph, values), weights])
  return graph.apply('Add', [product, graph.constant([1, model.groups], model.bias)])
}
