// Finds the nearest of many stored points: exactly, and in little memory however many rows are asked at once.

import type { Metric } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { int, SMALLEST } from './attributes.ts'
import { addInBlocks } from './blocks.ts'
import {
  addPowers,
  addRoots,
  isInTurn,
  isNarrow,
  MAX_VALUES_AT_ONCE,
  sumLast,
} from './distance-matrix.ts'

/** Numbers of one table of a block: 8 MB. */
const BLOCK_VALUES = 2 ** 20

/** The same where a column at a time leaves several such tables behind. */
const BLOCK_VALUES_IN_TURN = 2 ** 17

/** Points beyond the nearest ones that rough distances also let through. */
const SPARE_CANDIDATES = 32

/** Stored points that are asked for their own neighbours, to see whether rough distances are good enough. */
const SAMPLED_POINTS = 8

/** How many of their own errors rough distances have to keep away from a wrong choice. */
const SAFETY = 16

export interface NearestPoints {
  readonly points: Matrix
  readonly count: number
  readonly metric: Metric
}

/** int64 [rows, count] positions of the nearest points and float64 [rows, count] distances, nearest first, equal ones by position. */
export function addNearest(
  graph: GraphBuilder,
  values: string,
  search: NearestPoints,
): { readonly positions: string; readonly distances: string } {
  const { points, count, metric } = search
  const { columns } = points
  const plan = planSearch(search)
  const [powers = '', positions = ''] =
    plan.blockRows === null
      ? smallest(graph, addPowers(graph, values, points, metric), count)
      : addInBlocks(graph, values, columns, plan.blockRows, (inner, block) => {
          const [near = '', places = ''] = plan.isPreselected
            ? addPreselected(inner, block, search)
            : smallest(inner, addPowers(inner, block, points, metric), count)
          return [
            { tensor: near, type: 'float64', width: count },
            { tensor: places, type: 'int64', width: count },
          ]
        })
  return { positions, distances: addRoots(graph, powers, metric, columns) }
}

interface SearchPlan {
  /** Rows whose tables of distances stand in memory together; null where all may. */
  readonly blockRows: number | null
  readonly isPreselected: boolean
}

function planSearch(search: NearestPoints): SearchPlan {
  const { points, metric } = search
  const blockRows = rowsAtOnce(points, metric)
  const isEuclidean = metric.kind === 'euclidean' || metric.kind === 'squared-euclidean'
  const isPreselected = blockRows !== null && isEuclidean && hasClearGaps(search)
  return {
    blockRows: isPreselected ? atLeastOne(BLOCK_VALUES / points.rows) : blockRows,
    isPreselected,
  }
}

/** Rows whose distances to all points may be taken together; null where there is no need to count them. */
function rowsAtOnce(points: Matrix, metric: Metric): number | null {
  if (points.data.length <= MAX_VALUES_AT_ONCE) return null
  if (isNarrow(metric)) return atLeastOne(BLOCK_VALUES / points.rows)
  return isInTurn(points, metric)
    ? atLeastOne(BLOCK_VALUES_IN_TURN / points.rows)
    : atLeastOne(BLOCK_VALUES / points.data.length)
}

function atLeastOne(rows: number): number {
  return Math.max(1, Math.floor(rows))
}

/** As `addPowers`, whatever the number of points and columns. */
export function addAllPowers(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  metric: Metric,
): string {
  const blockRows = rowsAtOnce(points, metric)
  if (blockRows === null) return addPowers(graph, values, points, metric)
  const [powers = ''] = addInBlocks(graph, values, points.columns, blockRows, (inner, block) => [
    { tensor: addPowers(inner, block, points, metric), type: 'float64', width: points.rows },
  ])
  return powers
}

/** The `count` smallest of each row, smallest first, equal ones by position; and their positions. */
function smallest(graph: GraphBuilder, table: string, count: number): readonly string[] {
  return graph.applyMany('TopK', [table, graph.integers([1], [count])], 2, {
    attributes: [SMALLEST],
  })
}

/**
 * Rough distances by one product of matrices, |y|² - 2xy around the middle of the points, choose candidates; exact ones
 * choose among those.
 */
function addPreselected(
  graph: GraphBuilder,
  block: string,
  { points, count }: NearestPoints,
): readonly string[] {
  const { rows, columns, data } = points
  const middle = middleOf(points)
  const centred = graph.apply('Sub', [block, graph.doubles([1, columns], middle)])
  const doubled = new Float64Array(data.length)
  const squares = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = (data[row * columns + column] ?? 0) - (middle[column] ?? 0)
      doubled[column * rows + row] = -2 * value
      squares[row] = (squares[row] ?? 0) + value * value
    }
  }
  const stored = graph.doubles([columns, rows], doubled)
  const rough = graph.apply('Gemm', [centred, stored, graph.doubles([1, rows], squares)])
  const candidates = Math.min(rows, count + SPARE_CANDIDATES)
  const [, chosen = ''] = smallest(graph, rough, candidates)
  // By position again, so that equal exact distances keep the order of the points.
  const [places = ''] = smallest(graph, chosen, candidates)
  const near = graph.apply('Gather', [graph.doubles([rows, columns], data), places])
  const spread = graph.apply('Unsqueeze', [block, graph.integers([1], [1])])
  const difference = graph.apply('Sub', [spread, near])
  const exact = sumLast(graph, graph.apply('Mul', [difference, difference]))
  const [powers = '', within = ''] = smallest(graph, exact, count)
  const attributes = [int('axis', 1)]
  return [powers, graph.apply('GatherElements', [places, within], { attributes })]
}

/** True where rounding cannot keep a near point out of the candidates, going by what some of the points see around them. */
function hasClearGaps({ points, count }: NearestPoints): boolean {
  const { rows, columns, data } = points
  if (rows <= count + SPARE_CANDIDATES) return true
  const error = SAFETY * (columns + 3) * Number.EPSILON * largestSquare(points)
  const squares = new Float64Array(rows)
  for (let sample = 0; sample < SAMPLED_POINTS; sample++) {
    const asked = Math.floor((sample * rows) / SAMPLED_POINTS)
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let column = 0; column < columns; column++) {
        const difference =
          (data[row * columns + column] as number) - (data[asked * columns + column] as number)
        sum += difference * difference
      }
      squares[row] = sum
    }
    squares.sort()
    const last = squares[count - 1] ?? 0
    const tooFar = squares[count + SPARE_CANDIDATES] ?? 0
    if (!(tooFar - last > error)) return false
  }
  return true
}

/** The squared distance from the middle to the point that is furthest from it. */
function largestSquare(points: Matrix): number {
  const { rows, columns, data } = points
  const middle = middleOf(points)
  let largest = 0
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) {
      const difference = (data[row * columns + column] as number) - (middle[column] as number)
      sum += difference * difference
    }
    largest = Math.max(largest, sum)
  }
  return largest
}

function middleOf({ rows, columns, data }: Matrix): Float64Array {
  const middle = new Float64Array(columns)
  for (let at = 0; at < data.length; at++) {
    const column = at % columns
    middle[column] = (middle[column] as number) + (data[at] as number) / rows
  }
  return middle
}
