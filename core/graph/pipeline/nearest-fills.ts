// KNNImputer: missing numbers from the rows of the training data that lie nearest by what both have.

import type { Imputer } from '#core/pipeline/preprocessing.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Flow, numbersOf, pickColumns } from './flow.ts'
import { castToDoubles, gatherColumns, scalar } from './operators.ts'

type NearestNode = Extract<Imputer, { kind: 'impute-nearest' }>

/** What the training data says of the columns that stay. */
interface Donors {
  readonly rows: number
  readonly columns: number
  /** [columns, rows]: values with 0 where one was missing, and 1 where one was there. */
  readonly values: Float64Array
  readonly present: Float64Array
}

/** float64 [rows, columns that stay]. */
export function addNearestFills(graph: GraphBuilder, flow: Flow, node: NearestNode): string {
  const donors = donorsOf(node)
  const values = numbersOf(graph, pickColumns(flow, node.columns))
  const isMissing = Number.isNaN(node.missing)
    ? graph.apply('IsNaN', [values])
    : graph.apply('Equal', [values, scalar(graph, node.missing)])
  const zeros = graph.apply('Where', [isMissing, scalar(graph, 0), values])
  const present = castToDoubles(graph, graph.apply('Not', [isMissing]))
  const distances = addDistances(graph, zeros, present, donors, node.points.columns)
  const fills = Array.from({ length: donors.columns }, (_, column) =>
    addFill(graph, distances, donors, column, node),
  )
  const joined = graph.apply('Concat', fills, {
    attributes: [{ kind: 'int', name: 'axis', value: 1 }],
  })
  return graph.apply('Where', [isMissing, joined, values])
}

function donorsOf({ points, columns }: NearestNode): Donors {
  const values = new Float64Array(columns.length * points.rows)
  const present = new Float64Array(columns.length * points.rows)
  columns.forEach((source, column) => {
    for (let row = 0; row < points.rows; row++) {
      const value = points.data[row * points.columns + source] ?? Number.NaN
      if (Number.isNaN(value)) continue
      values[column * points.rows + row] = value
      present[column * points.rows + row] = 1
    }
  })
  return { rows: points.rows, columns: columns.length, values, present }
}

/** Euclidean over what both rows have, scaled up to all columns: float64 [rows, donors], infinite where they share nothing. */
function addDistances(
  graph: GraphBuilder,
  zeros: string,
  present: string,
  donors: Donors,
  width: number,
): string {
  const shape = [donors.columns, donors.rows]
  const table = (values: Float64Array) => graph.doubles(shape, values)
  const has = table(donors.present)
  const squares = graph.apply('Add', [
    graph.apply('MatMul', [graph.apply('Mul', [zeros, zeros]), has]),
    graph.apply('MatMul', [present, table(donors.values.map((value) => value * value))]),
  ])
  const products = graph.apply('MatMul', [zeros, table(donors.values.map((value) => 2 * value))])
  const sum = graph.apply('Max', [graph.apply('Sub', [squares, products]), scalar(graph, 0)])
  const shared = graph.apply('MatMul', [present, has])
  const scale = graph.apply('Div', [scalar(graph, width), shared])
  const isApart = graph.apply('Less', [shared, scalar(graph, 0.5)])
  const infinite = scalar(graph, Number.POSITIVE_INFINITY)
  const distance = graph.apply('Sqrt', [graph.apply('Mul', [sum, scale])])
  return graph.apply('Where', [isApart, infinite, distance])
}

/** float64 [rows, 1]: the mean of the nearest donors that have this column; of all of them where none is at any distance. */
function addFill(
  graph: GraphBuilder,
  distances: string,
  donors: Donors,
  column: number,
  node: NearestNode,
): string {
  const start = column * donors.rows
  const rows = Array.from({ length: donors.rows }, (_, row) => row).filter(
    (row) => donors.present[start + row] === 1,
  )
  const known = rows.map((row) => donors.values[start + row] ?? 0)
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const own = rows.length === donors.rows ? distances : gatherColumns(graph, distances, rows)
  const count = Math.min(node.count, rows.length)
  const [nearest = '', places = ''] = graph.applyMany(
    'TopK',
    [own, graph.integers([1], [count])],
    2,
    { attributes: [{ kind: 'int', name: 'largest', value: 0 }] },
  )
  const values = graph.apply('Gather', [graph.doubles([known.length], known), places])
  const weights =
    node.weights === 'uniform' ? addEvenWeights(graph, nearest) : addNearWeights(graph, nearest)
  const sumOf = (tensor: string) => graph.apply('ReduceSum', [tensor, graph.integers([1], [1])])
  const total = sumOf(weights)
  const fill = graph.apply('Div', [sumOf(graph.apply('Mul', [values, weights])), total])
  const hasNone = graph.apply('Equal', [total, scalar(graph, 0)])
  return graph.apply('Where', [hasNone, scalar(graph, mean), fill])
}

/** 1 for each donor at any distance. */
function addEvenWeights(graph: GraphBuilder, distances: string): string {
  const infinite = scalar(graph, Number.POSITIVE_INFINITY)
  return castToDoubles(graph, graph.apply('Less', [distances, infinite]))
}

/** 1 / distance; donors at no distance at all, where there are any, count alone. */
function addNearWeights(graph: GraphBuilder, distances: string): string {
  const zero = scalar(graph, 0)
  const isSame = castToDoubles(graph, graph.apply('Equal', [distances, zero]))
  const same = graph.apply('ReduceSum', [isSame, graph.integers([1], [1])])
  const inverse = graph.apply('Reciprocal', [distances])
  return graph.apply('Where', [graph.apply('Greater', [same, zero]), isSame, inverse])
}
