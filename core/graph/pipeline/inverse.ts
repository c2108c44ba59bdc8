// The way back from a transformed target, where it is no transformer of its own.

import type { Inverse } from '#core/pipeline/combined.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { addIsotonic } from './calibration-curves.ts'
import { factor, joinSideBySide, takeColumn } from './combined-members.ts'
import type { PipelineGraph } from './converter.ts'
import { denseFlow, type Flow, numbersOf } from './flow.ts'

export function addInverse(graph: PipelineGraph, flow: Flow, step: Inverse): Flow {
  switch (step.kind) {
    case 'inverse-power': {
      const values = numbersOf(graph, flow)
      const columns = [...step.lambdas].map((lambda, column) => {
        const own = flow.length === 1 ? values : takeColumn(graph, values, column)
        return step.method === 'box-cox'
          ? addInverseBoxCox(graph, own, lambda)
          : addInverseYeoJohnson(graph, own, lambda)
      })
      return denseFlow(joinSideBySide(graph, columns), columns.length)
    }
    case 'inverse-quantile': {
      const { references: x, quantiles: y } = step
      return denseFlow(addIsotonic(graph, numbersOf(graph, flow), { x, y }), 1)
    }
    default:
      return graph.transform(flow, step)
  }
}

const one = (graph: GraphBuilder) => graph.doubles([1], [1])

/** exp(x) for lambda 0, else (lambda * x + 1) ^ (1 / lambda). */
function addInverseBoxCox(graph: GraphBuilder, values: string, lambda: number): string {
  if (lambda === 0) return graph.apply('Exp', [values])
  const scaled = graph.apply('Mul', [values, factor(graph, lambda)])
  const base = graph.apply('Add', [scaled, one(graph)])
  return graph.apply('Pow', [base, graph.doubles([1], [1 / lambda])])
}

/** Box and Cox's of x for x ≥ 0, less 1; below, the same of -x with 2 - lambda, negated. */
function addInverseYeoJohnson(graph: GraphBuilder, values: string, lambda: number): string {
  const zero = graph.doubles([1], [0])
  const above = graph.apply('Max', [values, zero])
  const below = graph.apply('Max', [graph.apply('Neg', [values]), zero])
  const up = graph.apply('Sub', [addInverseBoxCox(graph, above, lambda), one(graph)])
  const down = graph.apply('Sub', [one(graph), addInverseBoxCox(graph, below, 2 - lambda)])
  const isUp = graph.apply('GreaterOrEqual', [values, zero])
  return graph.apply('Where', [isUp, up, down])
}
