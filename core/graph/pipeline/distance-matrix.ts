// Distances of each row to every stored point, for tables small enough to stand in memory.

import type { Metric } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import {
  addCorrelations,
  addCosines,
  addFlagDistances,
  addHaversines,
} from './distance-products.ts'
import { addArcSine } from './functions.ts'
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
  switch (metric.kind) {
    case 'cosine':
      return addCosines(graph, values, points)
    case 'correlation':
      return addCorrelations(graph, values, points)
    case 'flags':
      return addFlagDistances(graph, values, points, metric.rule)
    case 'haversine':
      return addHaversines(graph, values, points)
    case 'mahalanobis':
      return addMahalanobis(graph, values, points, metric.inverse)
    case 'nan-euclidean':
      return addSharedSquares(graph, values, points)
    case 'bray-curtis':
      return addBrayCurtis(graph, values, points, metric.divisor)
    case 'euclidean':
    case 'squared-euclidean':
    case 'manhattan':
    case 'chebyshev':
    case 'hamming':
    case 'minkowski':
    case 'canberra':
      return addTermSums(graph, values, points, metric)
  }
}

/** Metrics that look at all columns of a row and a point together, so that no column can go after the other. */
const WHOLE_ROWS: ReadonlySet<Metric['kind']> = new Set(['mahalanobis', 'nan-euclidean'])

/** True where the differences of one column are taken at a time. */
export function isInTurn({ rows, columns }: Matrix, { kind }: Metric): boolean {
  if (WHOLE_ROWS.has(kind)) return false
  return rows * columns > MAX_VALUES_AT_ONCE && columns <= MAX_COLUMNS_IN_TURN
}

/** Metrics whose largest table has one number a row and point. */
const NARROW: ReadonlySet<Metric['kind']> = new Set(['cosine', 'correlation', 'flags', 'haversine'])

export function isNarrow({ kind }: Metric): boolean {
  return NARROW.has(kind)
}

/** Distances from the numbers that order them. */
export function addRoots(
  graph: GraphBuilder,
  powers: string,
  metric: Metric,
  columns: number,
): string {
  switch (metric.kind) {
    case 'euclidean':
    case 'mahalanobis':
      return graph.apply('Sqrt', [powers])
    case 'nan-euclidean': {
      // A point that shares no column with a row comes last, at no distance that could weigh.
      const isApart = graph.apply('IsInf', [powers])
      const nothing = scalar(graph, Number.NaN)
      return graph.apply('Where', [isApart, nothing, graph.apply('Sqrt', [powers])])
    }
    case 'minkowski':
      return graph.apply('Pow', [powers, scalar(graph, 1 / metric.power)])
    case 'hamming':
      return graph.apply('Div', [powers, scalar(graph, columns)])
    case 'haversine': {
      const half = addArcSine(graph, graph.apply('Sqrt', [powers]))
      return graph.apply('Mul', [half, scalar(graph, 2)])
    }
    case 'squared-euclidean':
    case 'manhattan':
    case 'chebyshev':
    case 'cosine':
    case 'correlation':
    case 'canberra':
    case 'bray-curtis':
    case 'flags':
      return powers
  }
}

/** Metrics that add up a term a column, or take the largest. */
type TermMetric = Extract<
  Metric,
  {
    readonly kind:
      | 'euclidean'
      | 'squared-euclidean'
      | 'manhattan'
      | 'chebyshev'
      | 'hamming'
      | 'minkowski'
      | 'canberra'
  }
>

function addTermSums(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  metric: TermMetric,
): string {
  return isInTurn(points, metric)
    ? addByColumns(graph, values, points, metric)
    : addAtOnce(graph, values, points, metric)
}

/** [rows, 1, columns] and [1, points, columns], to be taken from each other. */
function addSpread(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
): { readonly spread: string; readonly stored: string } {
  return {
    spread: graph.apply('Unsqueeze', [values, graph.integers([1], [1])]),
    stored: graph.doubles([1, points.rows, points.columns], points.data),
  }
}

function addAtOnce(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  metric: TermMetric,
): string {
  const { spread, stored } = addSpread(graph, values, points)
  const terms = addTerm(graph, spread, stored, metric)
  if (metric.kind === 'chebyshev') {
    const axes = { kind: 'ints', name: 'axes', values: [2] } as const
    return graph.apply('ReduceMax', [terms], { attributes: [axes, DROP_DIMENSION] })
  }
  if (metric.kind !== 'minkowski' || metric.weights === null) return sumLast(graph, terms)
  const weights = graph.doubles([1, 1, points.columns], metric.weights)
  return sumLast(graph, graph.apply('Mul', [terms, weights]))
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
  metric: TermMetric,
): string {
  const weights = metric.kind === 'minkowski' ? metric.weights : null
  const parts = graph.applyMany('Split', [values], columns, { attributes: [int('axis', 1)] })
  return parts
    .map((part, column) => {
      const stored = Float64Array.from(
        { length: rows },
        (_, row) => data[row * columns + column] ?? 0,
      )
      const term = addTerm(graph, part, graph.doubles([1, rows], stored), metric)
      const weight = weights?.[column] ?? 1
      return weight === 1 ? term : graph.apply('Mul', [term, scalar(graph, weight)])
    })
    .reduce((sum, term) => graph.apply(metric.kind === 'chebyshev' ? 'Max' : 'Add', [sum, term]))
}

function addTerm(graph: GraphBuilder, values: string, stored: string, metric: TermMetric): string {
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
    case 'canberra': {
      const sizes = [values, stored].map((one) => graph.apply('Abs', [one]))
      const share = graph.apply('Div', [
        graph.apply('Abs', [difference]),
        graph.apply('Add', sizes),
      ])
      return zeroWhereNaN(graph, share)
    }
    case 'minkowski': {
      if (metric.power === 2) return graph.apply('Mul', [difference, difference])
      const magnitude = graph.apply('Abs', [difference])
      return graph.apply('Pow', [magnitude, scalar(graph, metric.power)])
    }
  }
}

/** Σ |x - y| divided by Σ (|x| + |y|) or Σ |x + y|; rows of zeros are at no distance. */
function addBrayCurtis(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  divisor: 'sizes' | 'sums',
): string {
  const manhattan = { kind: 'manhattan' } as const
  const opposite = { ...points, data: points.data.map((value) => -value) }
  const sum =
    divisor === 'sums'
      ? addTermSums(graph, values, opposite, manhattan)
      : graph.apply('Add', [
          graph.apply('ReduceSum', [graph.apply('Abs', [values]), graph.integers([1], [1])]),
          graph.doubles([1, points.rows], sizesOf(points)),
        ])
  const share = graph.apply('Div', [addTermSums(graph, values, points, manhattan), sum])
  return zeroWhereNaN(graph, share)
}

function sizesOf({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    data
      .subarray(row * columns, (row + 1) * columns)
      .reduce((sum, value) => sum + Math.abs(value), 0),
  )
}

/** 0 / 0 counts as 0. */
function zeroWhereNaN(graph: GraphBuilder, values: string): string {
  return graph.apply('Where', [graph.apply('IsNaN', [values]), scalar(graph, 0), values])
}

function addMahalanobis(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  { rows, columns, data }: Matrix,
): string {
  const { spread, stored } = addSpread(graph, values, points)
  const difference = graph.apply('Sub', [spread, stored])
  const turned = graph.apply('MatMul', [difference, graph.doubles([rows, columns], data)])
  return sumLast(graph, graph.apply('Mul', [difference, turned]))
}

/** The mean square over the columns that both have, times the number of all columns; infinite where they share none. */
function addSharedSquares(graph: GraphBuilder, values: string, points: Matrix): string {
  const { spread, stored } = addSpread(graph, values, points)
  const difference = graph.apply('Sub', [spread, stored])
  const isMissing = graph.apply('IsNaN', [difference])
  const known = zeroWhereNaN(graph, difference)
  const shared = sumLast(graph, castToDoubles(graph, graph.apply('Not', [isMissing])))
  const sum = sumLast(graph, graph.apply('Mul', [known, known]))
  const scaled = graph.apply('Div', [
    graph.apply('Mul', [sum, scalar(graph, points.columns)]),
    shared,
  ])
  const isApart = graph.apply('Equal', [shared, scalar(graph, 0)])
  return graph.apply('Where', [isApart, scalar(graph, Number.POSITIVE_INFINITY), scaled])
}
