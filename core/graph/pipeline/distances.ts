// Predictors that compare a row with stored ones.

import type { CentrePosterior, DistancePredictor, NearestCentre } from '#core/pipeline/distances.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, softmax } from './answer.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import type { PredictorTable } from './converter.ts'
import { numbersOf } from './flow.ts'
import { addKernelMachine } from './kernel.ts'
import { addAllPowers } from './nearest.ts'
import { addNeighbours, addNeighboursWithin } from './neighbours.ts'
import { gatherColumns, rowOf } from './operators.ts'

export const DISTANCES: PredictorTable<DistancePredictor> = {
  neighbours: (graph, flow, node) => addNeighbours(graph, numbersOf(graph, flow), node),
  'neighbours-within': (graph, flow, node) =>
    addNeighboursWithin(graph, numbersOf(graph, flow), node),
  kernel: (graph, flow, node) => addKernelMachine(graph, numbersOf(graph, flow), node),
  centres: (graph, flow, node) => addCentres(graph, numbersOf(graph, flow), node),
}

function addCentres(graph: GraphBuilder, values: string, node: NearestCentre): Answer {
  const { centres, metric, posterior } = node
  const powers = addAllPowers(graph, values, centres, metric)
  const nearest = graph.apply('ArgMin', [powers], { attributes: [int('axis', 1), DROP_DIMENSION] })
  const count = centres.rows
  if (posterior === null) {
    return { kind: 'classes', count, probabilities: null, scores: null, codes: nearest }
  }
  const scores = addPosterior(graph, values, node, posterior)
  return {
    kind: 'classes',
    count,
    probabilities: softmax(graph, scores),
    scores: count === 2 ? secondAgainstFirst(graph, scores) : scores,
    codes: posterior.decidesLabel ? null : nearest,
  }
}

/** 2 log prior - squared distance. */
function addPosterior(
  graph: GraphBuilder,
  values: string,
  { centres }: NearestCentre,
  { scale, logPrior }: CentrePosterior,
): string {
  const { rows, columns } = centres
  const scaled = graph.apply('Div', [values, rowOf(graph, scale)])
  const data = centres.data.map((value, at) => value / (scale[at % columns] ?? 1))
  const squares = addAllPowers(graph, scaled, { rows, columns, data }, { kind: 'euclidean' })
  return graph.apply('Sub', [
    rowOf(
      graph,
      logPrior.map((value) => 2 * value),
    ),
    squares,
  ])
}

/** [rows, 2] → [rows, 1]: the score of a binary classifier. */
export function secondAgainstFirst(graph: GraphBuilder, scores: string): string {
  return graph.apply('Sub', [gatherColumns(graph, scores, [1]), gatherColumns(graph, scores, [0])])
}
