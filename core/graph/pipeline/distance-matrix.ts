// Distances of each row to every stored point, for tables small enough to stand in memory.

import type { Metric } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import { castToDoubles, scalar } from './operators.ts'

/** Up to so many stored numbers all differences of a row are taken at once: 32 KB a row. */
export const MAX_VALUES_AT_ONCE = 4096

/** Columns that may go one after the other, three operators each. */
const MAX_COLUMNS_IN_TURN = 256

/**
 * float64 [rows, points]: numbers that order the points as the distances do; `addRoots` makes distances of them. No
 * difference is ever taken of squares, so that near points keep all their digits.
 */
export function addPowers(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  metric: Metric,
): string {
  if (metric.kind === 'cosine') return addCosines(graph, values, points)
  return isInTurn(points)
    ? addByColumns(graph, values, points, metric)
    : addAtOnce(graph, values, points, metric)
}

/** True where the differences of one column are taken at a time. */
export function isInTurn({ rows, columns }: Matrix): boolean {
  return rows * columns > MAX_VALUES_AT_ONCE && columns <= MAX_COLUMNS_IN_TURN
}

type PowerMetric = Exclude<Metric, { readonly kind: 'cosine' }>

/** Distances from the numbers that order them. */
export function addRoots(
  graph: GraphBuilder,
  powers: string,
  metric: Metric,
  columns: number,
): string {
  switch (metric.kind) {
    case 'euclidean':
      return graph.apply('Sqrt', [powers])
    case 'minkowski':
      return graph.apply('Pow', [powers, scalar(graph, 1 / metric.power)])
    case 'hamming':
      return graph.apply('Div', [powers, scalar(graph, columns)])
    case 'squared-euclidean':
    case 'manhattan':
    case 'chebyshev':
    case 'cosine':
      return powers
  }
}

function addAtOnce(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  metric: PowerMetric,
): string {
  const spread = graph.apply('Unsqueeze', [values, graph.integers([1], [1])])
  const stored = graph.doubles([1, points.rows, points.columns], points.data)
  const terms = addTerm(graph, spread, stored, metric)
  if (metric.kind === 'chebyshev') {
    const axes = { kind: 'ints', name: 'axes', values: [2] } as const
    return graph.apply('ReduceMax', [terms], { attributes: [axes, DROP_DIMENSION] })
  }
  return sumLast(graph, terms)
}

/** [rows, n, columns] → [rows, n]. */
export function sumLast(graph: GraphBuilder, terms: string): string {
  return graph.apply('ReduceSum', [terms, graph.integers([1], [2])], {
    attributes: [DROP_DIMENSION],
  })
}

function addByColumns(
  graph: GraphBuilder,
  values: string,
  { rows, columns, data }: Matrix,
  metric: PowerMetric,
): string {
  const parts = graph.applyMany('Split', [values], columns, { attributes: [int('axis', 1)] })
  return parts
    .map((part, column) => {
      const stored = Float64Array.from(
        { length: rows },
        (_, row) => data[row * columns + column] ?? 0,
      )
      return addTerm(graph, part, graph.doubles([1, rows], stored), metric)
    })
    .reduce((sum, term) => graph.apply(metric.kind === 'chebyshev' ? 'Max' : 'Add', [sum, term]))
}

function addTerm(graph: GraphBuilder, values: string, stored: string, metric: PowerMetric): string {
  if (metric.kind === 'hamming') {
    const isEqual = graph.apply('Equal', [values, stored])
    return castToDoubles(graph, graph.apply('Not', [isEqual]))
  }
  const difference = graph.apply('Sub', [values, stored])
  switch (metric.kind) {
    case 'euclidean':
    case 'squared-euclidean':
      return graph.apply('Mul', [difference, difference])
    case 'manhattan':
    case 'chebyshev':
      return graph.apply('Abs', [difference])
    case 'minkowski': {
      const magnitude = graph.apply('Abs', [difference])
      return graph.apply('Pow', [magnitude, scalar(graph, metric.power)])
    }
  }
}

/** 1 - cosine, between 0 and 2; a row of zeros is at a right angle to everything. */
function addCosines(graph: GraphBuilder, values: string, points: Matrix): string {
  const squares = graph.apply('ReduceSum', [
    graph.apply('Mul', [values, values]),
    graph.integers([1], [1]),
  ])
  const norm = graph.apply('Sqrt', [squares])
  const isZero = graph.apply('Equal', [norm, scalar(graph, 0)])
  const divisor = graph.apply('Where', [isZero, scalar(graph, 1), norm])
  const stored = graph.doubles([points.columns, points.rows], transposedDirections(points))
  const cosines = graph.apply('MatMul', [graph.apply('Div', [values, divisor]), stored])
  const distances = graph.apply('Sub', [scalar(graph, 1), cosines])
  return graph.apply('Clip', [distances, scalar(graph, 0), scalar(graph, 2)])
}

function transposedDirections({ rows, columns, data }: Matrix): Float64Array {
  const result = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    const point = data.subarray(row * columns, (row + 1) * columns)
    const norm = Math.sqrt(point.reduce((sum, value) => sum + value * value, 0)) || 1
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = (point[column] ?? 0) / norm
    }
  }
  return result
}
