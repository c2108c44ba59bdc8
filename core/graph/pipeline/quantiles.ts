// The quantile transform: from a value to its place among those of the training data, and on to the normal distribution.

import type { Scaler } from '#core/pipeline/preprocessing.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { castToIntegers, countReached, rowOf, scalar } from './operators.ts'

type Quantile = Extract<Scaler, { kind: 'quantile' }>

/** Places nearer to 0 or 1 have no quantile of the normal distribution any more: scikit-learn lets nothing lie further out. */
const BOUND = 1e-7

const SMALLEST_NORMAL = -5.199337582605575
const LARGEST_NORMAL = 5.19933758270342

/** The distance from 1 to the next double, which scikit-learn takes off its tolerance. */
const EPSILON = 2 ** -52

/** One column's quantiles without repeats. */
interface Curve {
  readonly knots: readonly number[]
  /** Value below the first knot. */
  readonly lowest: number
  /** Value at the start of each interval, and its slope. */
  readonly starts: readonly number[]
  readonly slopes: readonly number[]
  /** Value exactly at the knot: half-way up where several quantiles are one number. */
  readonly middles: readonly number[]
}

export function addQuantiles(graph: GraphBuilder, values: string, node: Quantile): string {
  const curves = columnsOf(node).map((column) => curveOf(column, node))
  const intervals = Math.max(...curves.map((curve) => curve.knots.length)) + 1
  const pick = createPicker(graph, values, curves, intervals)
  // Interval 0 lies below the first knot, interval i begins at knot i - 1.
  const knot = pick((curve) => [curve.knots[0] ?? 0, ...curve.knots])
  const distance = graph.apply('Mul', [
    graph.apply('Sub', [values, knot]),
    pick((curve) => [0, ...curve.slopes]),
  ])
  const between = graph.apply('Add', [pick((curve) => [curve.lowest, ...curve.starts]), distance])
  const isKnot = graph.apply('Equal', [values, knot])
  const middle = pick((curve) => [curve.lowest, ...curve.middles])
  const places = graph.apply('Where', [isKnot, middle, between])
  if (node.tolerance === 0) return places
  const bounded = addBounds(graph, values, places, curves, node.tolerance)
  if (node.output === 'normal') return addNormalQuantiles(graph, bounded)
  const edge = node.tolerance - EPSILON
  return graph.apply('Clip', [bounded, scalar(graph, edge), scalar(graph, 1 - edge)])
}

function columnsOf({ quantiles }: Quantile): readonly (readonly number[])[] {
  return Array.from({ length: quantiles.columns }, (_, column) =>
    Array.from(
      { length: quantiles.rows },
      (__, row) => quantiles.data[row * quantiles.columns + column] ?? 0,
    ),
  )
}

function curveOf(quantiles: readonly number[], { references, tolerance }: Quantile): Curve {
  const knots: number[] = []
  const lows: number[] = []
  const highs: number[] = []
  quantiles.forEach((quantile, index) => {
    const reference = references[index] ?? 0
    if (knots.length > 0 && quantile === knots.at(-1)) highs[highs.length - 1] = reference
    else {
      knots.push(quantile)
      lows.push(reference)
      highs.push(reference)
    }
  })
  const middles = knots.map((_, index) => ((lows[index] ?? 0) + (highs[index] ?? 0)) / 2)
  if (tolerance === 0) {
    // The ends are 0 and 1 whatever repeats there; a column that never changed is 0.
    middles[middles.length - 1] = 1
    middles[0] = 0
  }
  const slopes = knots.map((knot, index) => {
    const next = knots[index + 1]
    return next === undefined ? 0 : ((lows[index + 1] ?? 0) - (highs[index] ?? 0)) / (next - knot)
  })
  return { knots, lowest: lows[0] ?? 0, starts: highs, slopes, middles }
}

/** Gives, for each value, the number that its column's curve has for its interval. */
function createPicker(
  graph: GraphBuilder,
  values: string,
  curves: readonly Curve[],
  intervals: number,
): (list: (curve: Curve) => readonly number[]) => string {
  const interval = countReached(
    graph,
    values,
    curves.map((curve) => curve.knots),
  )
  const offsets = rowOf(
    graph,
    curves.map((_, column) => column * intervals),
  )
  const places = castToIntegers(graph, graph.apply('Add', [interval, offsets]))
  return (list) => {
    const table = new Float64Array(curves.length * intervals)
    curves.forEach((curve, column) => {
      table.set(list(curve), column * intervals)
    })
    return graph.apply('Gather', [graph.doubles([table.length], table), places])
  }
}

function addBounds(
  graph: GraphBuilder,
  values: string,
  places: string,
  curves: readonly Curve[],
  tolerance: number,
): string {
  const last = rowOf(
    graph,
    curves.map((curve) => (curve.knots.at(-1) ?? 0) - tolerance),
  )
  const first = rowOf(
    graph,
    curves.map((curve) => (curve.knots[0] ?? 0) + tolerance),
  )
  const capped = graph.apply('Where', [
    graph.apply('Greater', [values, last]),
    scalar(graph, 1),
    places,
  ])
  return graph.apply('Where', [graph.apply('Less', [values, first]), scalar(graph, 0), capped])
}

/** Coefficients from the constant up of Wichura's rational approximations (Applied Statistics 37, algorithm AS 241). */
const CENTRAL = {
  over: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.693765509461,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  under: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852855,
  ],
}
const OUTER = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 7.745450142783414e-4,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 5.475938084995345e-4, 1.0507500716444169e-9,
  ],
}

/** Where the central approximation ends, and what its argument is measured from. */
const CENTRAL_HALF_WIDTH = 0.425
const CENTRAL_SQUARE = 0.180625
const OUTER_START = 1.6

/** The inverse of the normal distribution's cumulative function, cut off where it is steep. */
function addNormalQuantiles(graph: GraphBuilder, places: string): string {
  const offset = graph.apply('Sub', [places, scalar(graph, 0.5)])
  const square = graph.apply('Mul', [offset, offset])
  const central = graph.apply('Mul', [
    offset,
    addRatio(graph, graph.apply('Sub', [scalar(graph, CENTRAL_SQUARE), square]), CENTRAL),
  ])
  const size = graph.apply('Abs', [offset])
  const tail = graph.apply('Max', [
    graph.apply('Sub', [scalar(graph, 0.5), size]),
    scalar(graph, BOUND),
  ])
  const root = graph.apply('Sqrt', [graph.apply('Neg', [graph.apply('Log', [tail])])])
  const ratio = addRatio(graph, graph.apply('Sub', [root, scalar(graph, OUTER_START)]), OUTER)
  const outer = graph.apply('Mul', [graph.apply('Sign', [offset]), ratio])
  const isCentral = graph.apply('LessOrEqual', [size, scalar(graph, CENTRAL_HALF_WIDTH)])
  const result = graph.apply('Where', [isCentral, central, outer])
  return graph.apply('Clip', [
    result,
    scalar(graph, SMALLEST_NORMAL),
    scalar(graph, LARGEST_NORMAL),
  ])
}

/** The quotient of two polynomials of [rows, n] by Horner's rule, both at once. */
function addRatio(graph: GraphBuilder, values: string, { over, under }: typeof CENTRAL): string {
  const horner = (coefficients: readonly number[]) =>
    coefficients
      .slice(0, -1)
      .reduceRight(
        (sum, coefficient) =>
          graph.apply('Add', [graph.apply('Mul', [sum, values]), scalar(graph, coefficient)]),
        scalar(graph, coefficients.at(-1) ?? 0),
      )
  return graph.apply('Div', [horner(over), horner(under)])
}
