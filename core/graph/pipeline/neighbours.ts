// Nearest neighbours in float64: which points are near, and what they say together.

import type {
  NearestNeighbours,
  NeighboursWithin,
  NeighbourTargets,
} from '#core/pipeline/distances.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { Answer } from './answer.ts'
import { DROP_DIMENSION } from './attributes.ts'
import { addInBlocks } from './blocks.ts'
import { addPowers, addRoots } from './distance-matrix.ts'
import { addNearest } from './nearest.ts'
import { castToDoubles, scalar } from './operators.ts'

/** Rows whose distances to all points stand in memory together. */
const ROWS_WITHIN = 8

/** Up to so many classes their unit vectors are a table of at most half a megabyte. */
const MAX_UNIT_VECTORS = 256

export function addNeighbours(
  graph: GraphBuilder,
  values: string,
  node: NearestNeighbours,
): Answer {
  const { targets } = node
  const { positions, distances } = addNearest(graph, values, node)
  const width = targets.kind === 'classes' ? targets.classCount : targets.values.columns
  const said =
    targets.kind === 'classes'
      ? addClasses(graph, targets, positions)
      : graph.apply('Gather', [
          graph.doubles([targets.values.rows, width], targets.values.data),
          positions,
        ])
  const mean =
    node.weights === 'uniform'
      ? graph.apply('ReduceMean', [said], {
          attributes: [{ kind: 'ints', name: 'axes', values: [1] }, DROP_DIMENSION],
        })
      : addWeightedMean(graph, said, addWeights(graph, distances))
  return targets.kind === 'classes'
    ? { kind: 'classes', count: width, probabilities: mean, scores: null, codes: null }
    : { kind: 'values', count: width, values: mean }
}

/** float64 [rows, count, classes]: 1 for the class of each neighbour. */
function addClasses(
  graph: GraphBuilder,
  { codes, classCount }: Extract<NeighbourTargets, { readonly kind: 'classes' }>,
  positions: string,
): string {
  const near = graph.apply('Gather', [graph.integers([codes.length], codes), positions])
  if (classCount <= MAX_UNIT_VECTORS) {
    return graph.apply('Gather', [unitVectors(graph, classCount), near])
  }
  const all = Int32Array.from({ length: classCount }, (_, code) => code)
  const spread = graph.apply('Unsqueeze', [near, graph.integers([1], [2])])
  const isOwn = graph.apply('Equal', [spread, graph.integers([1, 1, classCount], all)])
  return castToDoubles(graph, isOwn)
}

function unitVectors(graph: GraphBuilder, count: number): string {
  const table = new Float64Array(count * count)
  for (let index = 0; index < count; index++) table[index * count + index] = 1
  return graph.doubles([count, count], table)
}

/** 1 / distance; where that is infinite for some points of a row, those count 1 and the others 0. */
function addWeights(graph: GraphBuilder, distances: string): string {
  const inverse = graph.apply('Reciprocal', [distances])
  const isSame = castToDoubles(graph, graph.apply('IsInf', [inverse]))
  const axes = { kind: 'ints', name: 'axes', values: [1] } as const
  const anySame = graph.apply('ReduceMax', [isSame], { attributes: [axes] })
  const hasSame = graph.apply('Greater', [anySame, scalar(graph, 0)])
  return graph.apply('Where', [hasSame, isSame, inverse])
}

/** [rows, n, width] by weights [rows, n] → [rows, width]. */
function addWeightedMean(graph: GraphBuilder, said: string, weights: string): string {
  const spread = graph.apply('Unsqueeze', [weights, graph.integers([1], [2])])
  const sum = graph.apply(
    'ReduceSum',
    [graph.apply('Mul', [said, spread]), graph.integers([1], [1])],
    { attributes: [DROP_DIMENSION] },
  )
  return graph.apply('Div', [sum, sumOfRow(graph, weights)])
}

function sumOfRow(graph: GraphBuilder, values: string): string {
  return graph.apply('ReduceSum', [values, graph.integers([1], [1])])
}

/** The mean over all points within the radius, by one product of matrices. */
export function addNeighboursWithin(
  graph: GraphBuilder,
  values: string,
  node: NeighboursWithin,
): Answer {
  const { points, metric, radius } = node
  const outputs = node.values.columns
  const [mean = ''] = addInBlocks(graph, values, points.columns, ROWS_WITHIN, (inner, block) => {
    const powers = addPowers(inner, block, points, metric)
    const distances = addRoots(inner, powers, metric, points.columns)
    const isNear = inner.apply('LessOrEqual', [distances, scalar(inner, radius)])
    const near = castToDoubles(inner, isNear)
    const weights =
      node.weights === 'uniform'
        ? near
        : inner.apply('Where', [isNear, addWeights(inner, farAway(inner, isNear, distances)), near])
    const said = inner.doubles([node.values.rows, outputs], node.values.data)
    const sum = inner.apply('MatMul', [weights, said])
    const tensor = inner.apply('Div', [sum, sumOfRow(inner, weights)])
    return [{ tensor, type: 'float64', width: outputs }]
  })
  return { kind: 'values', count: outputs, values: mean }
}

/** Points outside the radius at a distance that is not 0, so that they never count as the same point. */
function farAway(graph: GraphBuilder, isNear: string, distances: string): string {
  return graph.apply('Where', [isNear, distances, scalar(graph, 1)])
}
