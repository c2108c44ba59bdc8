// Distances by products of matrices: angles between rows, counts of what both have, angles on a sphere.

import type { FlagRule } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { castToDoubles, gatherColumns, scalar } from './operators.ts'

/** 1 - cosine, between 0 and 2; a row of zeros is at a right angle to everything. */
export function addCosines(graph: GraphBuilder, values: string, points: Matrix): string {
  const squares = sumOfRow(graph, graph.apply('Mul', [values, values]))
  const norm = graph.apply('Sqrt', [squares])
  const isZero = graph.apply('Equal', [norm, scalar(graph, 0)])
  const divisor = graph.apply('Where', [isZero, scalar(graph, 1), norm])
  const stored = addTransposed(graph, directionsOf(points))
  const cosines = graph.apply('MatMul', [graph.apply('Div', [values, divisor]), stored])
  const distances = graph.apply('Sub', [scalar(graph, 1), cosines])
  return graph.apply('Clip', [distances, scalar(graph, 0), scalar(graph, 2)])
}

/** The same of rows less their own means. */
export function addCorrelations(graph: GraphBuilder, values: string, points: Matrix): string {
  const mean = graph.apply('ReduceMean', [values], {
    attributes: [{ kind: 'ints', name: 'axes', values: [1] }],
  })
  const centred = mapRows(points, (row) => {
    const middle = row.reduce((sum, value) => sum + value, 0) / row.length
    return row.map((value) => value - middle)
  })
  return addCosines(graph, graph.apply('Sub', [values, mean]), centred)
}

function directionsOf(points: Matrix): Matrix {
  return mapRows(points, (row) => {
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1
    return row.map((value) => value / norm)
  })
}

function mapRows(
  { rows, columns, data }: Matrix,
  change: (row: Float64Array) => Float64Array,
): Matrix {
  const changed = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    changed.set(change(data.subarray(row * columns, (row + 1) * columns)), row * columns)
  }
  return { rows, columns, data: changed }
}

/** A constant [columns, rows]. */
function addTransposed(graph: GraphBuilder, { rows, columns, data }: Matrix): string {
  const turned = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = data[row * columns + column] ?? 0
    }
  }
  return graph.doubles([columns, rows], turned)
}

function sumOfRow(graph: GraphBuilder, values: string): string {
  return graph.apply('ReduceSum', [values, graph.integers([1], [1])])
}

/** float64 [rows, points]: columns that are true in both, that differ, that are true in the row alone, and false in both. */
interface Counts {
  readonly both: string
  readonly differing: string
  readonly rowAlone: string
  readonly neither: string
  readonly columns: string
}

interface Fraction {
  readonly above: string
  readonly below: string
}

type RuleConverter = (graph: GraphBuilder, counts: Counts) => Fraction

const sum = (graph: GraphBuilder, first: string, second: string) =>
  graph.apply('Add', [first, second])

const product = (graph: GraphBuilder, first: string, second: string) =>
  graph.apply('Mul', [first, second])

const difference = (graph: GraphBuilder, first: string, second: string) =>
  graph.apply('Sub', [first, second])

const doubledDifferences: RuleConverter = (graph, { differing, columns }) => ({
  above: product(graph, differing, scalar(graph, 2)),
  below: sum(graph, differing, columns),
})

/** scipy's fractions. */
const RULES: Readonly<Record<FlagRule, RuleConverter>> = {
  jaccard: (graph, { both, differing }) => ({
    above: differing,
    below: sum(graph, both, differing),
  }),
  matching: (_, { differing, columns }) => ({ above: differing, below: columns }),
  dice: (graph, { both, differing }) => ({
    above: differing,
    below: sum(graph, product(graph, both, scalar(graph, 2)), differing),
  }),
  kulsinski: (graph, { both, differing, columns }) => ({
    above: sum(graph, difference(graph, differing, both), columns),
    below: sum(graph, differing, columns),
  }),
  rogerstanimoto: doubledDifferences,
  sokalmichener: doubledDifferences,
  russellrao: (graph, { both, columns }) => ({
    above: difference(graph, columns, both),
    below: columns,
  }),
  sokalsneath: (graph, { both, differing }) => ({
    above: differing,
    below: sum(graph, product(graph, both, scalar(graph, 0.5)), differing),
  }),
  yule: (graph, { both, differing, rowAlone, neither }) => {
    const crossed = product(graph, rowAlone, difference(graph, differing, rowAlone))
    return {
      above: product(graph, crossed, scalar(graph, 2)),
      below: sum(graph, product(graph, both, neither), crossed),
    }
  },
}

/** Every number but 0 is true; 0 / 0 counts as 0. */
export function addFlagDistances(
  graph: GraphBuilder,
  values: string,
  points: Matrix,
  rule: FlagRule,
): string {
  const isFalse = graph.apply('Equal', [values, scalar(graph, 0)])
  const flags = castToDoubles(graph, graph.apply('Not', [isFalse]))
  const own = sumOfRow(graph, flags)
  const stored = mapRows(points, (row) => row.map((value) => (value === 0 ? 0 : 1)))
  const others = Float64Array.from({ length: points.rows }, (_, row) =>
    stored.data
      .subarray(row * points.columns, (row + 1) * points.columns)
      .reduce((count, flag) => count + flag, 0),
  )
  const both = graph.apply('MatMul', [flags, addTransposed(graph, stored)])
  const rowAlone = difference(graph, own, both)
  const otherAlone = difference(graph, graph.doubles([1, points.rows], others), both)
  const differing = sum(graph, rowAlone, otherAlone)
  const columns = scalar(graph, points.columns)
  const neither = difference(graph, difference(graph, columns, both), differing)
  const { above, below } = RULES[rule](graph, { both, differing, rowAlone, neither, columns })
  const isNothing = graph.apply('Equal', [below, scalar(graph, 0)])
  const divisor = graph.apply('Where', [isNothing, scalar(graph, 1), below])
  return graph.apply('Div', [above, divisor])
}

/** sin²(Δlatitude / 2) + cos · cos · sin²(Δlongitude / 2), whose root is the sine of half the angle. */
export function addHaversines(graph: GraphBuilder, values: string, points: Matrix): string {
  const [latitude = '', longitude = ''] = [0, 1].map((column) => {
    const own = gatherColumns(graph, values, [column])
    const stored = Float64Array.from(
      { length: points.rows },
      (_, row) => points.data[2 * row + column] ?? 0,
    )
    const half = product(
      graph,
      difference(graph, own, graph.doubles([1, points.rows], stored)),
      scalar(graph, 0.5),
    )
    const sine = graph.apply('Sin', [half])
    return product(graph, sine, sine)
  })
  const cosines = Float64Array.from({ length: points.rows }, (_, row) =>
    Math.cos(points.data[2 * row] ?? 0),
  )
  const own = graph.apply('Cos', [gatherColumns(graph, values, [0])])
  const both = product(graph, own, graph.doubles([1, points.rows], cosines))
  return sum(graph, latitude, product(graph, both, longitude))
}
