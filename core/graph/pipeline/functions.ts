// numpy's functions of one value in float64, as exact near zero as numpy's own.

import type { FunctionName } from '#core/pipeline/preprocessing.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { scalar } from './operators.ts'

type FunctionConverter = (graph: GraphBuilder, values: string) => string

const single =
  (operator: string): FunctionConverter =>
  (graph, values) =>
    graph.apply(operator, [values])

/** ln(x) in another base. */
const logarithm =
  (base: number): FunctionConverter =>
  (graph, values) =>
    graph.apply('Div', [graph.apply('Log', [values]), scalar(graph, Math.log(base))])

export const FUNCTIONS: Readonly<Record<FunctionName, FunctionConverter>> = {
  log: single('Log'),
  log1p: addLog1p,
  log2: logarithm(2),
  log10: logarithm(10),
  exp: single('Exp'),
  expm1: addExpm1,
  exp2: (graph, values) => graph.apply('Pow', [scalar(graph, 2), values]),
  sqrt: single('Sqrt'),
  cbrt(graph, values) {
    const size = graph.apply('Pow', [graph.apply('Abs', [values]), scalar(graph, 1 / 3)])
    return graph.apply('Mul', [graph.apply('Sign', [values]), size])
  },
  square: (graph, values) => graph.apply('Mul', [values, values]),
  abs: single('Abs'),
  negative: single('Neg'),
  reciprocal: single('Reciprocal'),
  sign: single('Sign'),
  floor: single('Floor'),
  ceil: single('Ceil'),
  rint: single('Round'),
  sin: single('Sin'),
  cos: single('Cos'),
  tanh: single('Tanh'),
  sublinear(graph, values) {
    const isZero = graph.apply('Equal', [values, scalar(graph, 0)])
    const grown = graph.apply('Add', [graph.apply('Log', [values]), scalar(graph, 1)])
    return graph.apply('Where', [isZero, scalar(graph, 0), grown])
  },
}

/** ln(u) - ((u - 1) - x) / u for u = 1 + x: the second part is what rounding 1 + x lost. */
export function addLog1p(graph: GraphBuilder, values: string): string {
  const one = scalar(graph, 1)
  const sum = graph.apply('Add', [one, values])
  const lost = graph.apply('Sub', [graph.apply('Sub', [sum, one]), values])
  return graph.apply('Sub', [graph.apply('Log', [sum]), graph.apply('Div', [lost, sum])])
}

/** tanh(x / 2) · (exp(x) + 1), which is exp(x) - 1 without a difference of neighbours. */
export function addExpm1(graph: GraphBuilder, values: string): string {
  const half = graph.apply('Mul', [values, scalar(graph, 0.5)])
  const sum = graph.apply('Add', [graph.apply('Exp', [values]), scalar(graph, 1)])
  return graph.apply('Mul', [graph.apply('Tanh', [half]), sum])
}
