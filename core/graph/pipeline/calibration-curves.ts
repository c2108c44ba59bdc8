// Calibration curves: each column of scores through its own.

import type { CalibrationCurve } from '#core/pipeline/combined.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { castTo, joinSideBySide, takeColumn } from './combined-members.ts'

type Sigmoid = Extract<CalibrationCurve, { kind: 'sigmoid' }>
type Isotonic = Extract<CalibrationCurve, { kind: 'isotonic' }>

const INT64 = 7

/** float64 [rows, curves] → the same shape. */
export function addCurves(
  graph: GraphBuilder,
  values: string,
  curves: readonly CalibrationCurve[],
): string {
  const sigmoids = curves.filter((curve): curve is Sigmoid => curve.kind === 'sigmoid')
  if (sigmoids.length === curves.length) return addSigmoids(graph, values, sigmoids)
  return joinSideBySide(
    graph,
    curves.map((curve, index) => {
      const column = curves.length === 1 ? values : takeColumn(graph, values, index)
      return curve.kind === 'sigmoid'
        ? addSigmoids(graph, column, [curve])
        : addIsotonic(graph, column, curve)
    }),
  )
}

function addSigmoids(graph: GraphBuilder, values: string, curves: readonly Sigmoid[]): string {
  const row = (numbers: readonly number[]) => graph.doubles([1, numbers.length], numbers)
  const product = graph.apply('Mul', [values, row(curves.map(({ a }) => a))])
  // Written out, since onnxruntime's Sigmoid loses the digits of small probabilities.
  const odds = graph.apply('Exp', [graph.apply('Add', [product, row(curves.map(({ b }) => b))])])
  return graph.apply('Reciprocal', [graph.apply('Add', [odds, graph.doubles([1], [1])])])
}

/** Counts the points below a value to find its piece: y = start + slope * (clipped value - x). */
export function addIsotonic(
  graph: GraphBuilder,
  column: string,
  { x, y }: Pick<Isotonic, 'x' | 'y'>,
): string {
  const last = x.length - 1
  const low = graph.doubles([], [x[0] ?? 0])
  const clipped = graph.apply('Clip', [column, low, graph.doubles([], [x[last] ?? 0])])
  if (last < 1) {
    const height = graph.doubles([1], [y[0] ?? 0])
    return graph.apply('Add', [graph.apply('Sub', [clipped, clipped]), height])
  }
  const slopes = Float64Array.from({ length: last }, (_, piece) => slopeOf(x, y, piece))
  const inner = x.subarray(1, last)
  const piece =
    inner.length === 0
      ? null
      : graph.apply('ReduceSum', [
          castTo(
            graph,
            graph.apply('Greater', [clipped, graph.doubles([1, inner.length], inner)]),
            INT64,
          ),
          graph.integers([1], [1]),
        ])
  const pick = (numbers: Float64Array) =>
    piece === null
      ? graph.doubles([1, 1], [numbers[0] ?? 0])
      : graph.apply('Gather', [graph.doubles([last], numbers.subarray(0, last)), piece])
  const steps = graph.apply('Mul', [pick(slopes), graph.apply('Sub', [clipped, pick(x)])])
  return graph.apply('Add', [steps, pick(y)])
}

function slopeOf(x: Float64Array, y: Float64Array, piece: number): number {
  const width = (x[piece + 1] ?? 0) - (x[piece] ?? 0)
  const height = (y[piece + 1] ?? 0) - (y[piece] ?? 0)
  return width === 0 ? 0 : height / width
}
