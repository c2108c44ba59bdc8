// Functions of one value in float64, as exact near zero as numpy's own; onnxruntime has some of them in float32 alone.

import type { FunctionName } from '#core/pipeline/preprocessing.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { sigmoid } from './answer.ts'
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
  trunc(graph, values) {
    const whole = graph.apply('Floor', [graph.apply('Abs', [values])])
    return graph.apply('Mul', [graph.apply('Sign', [values]), whole])
  },
  sin: single('Sin'),
  cos: single('Cos'),
  tan: (graph, values) =>
    graph.apply('Div', [graph.apply('Sin', [values]), graph.apply('Cos', [values])]),
  arcsin: addArcSine,
  arccos(graph, values) {
    const one = scalar(graph, 1)
    const below = graph.apply('Sqrt', [graph.apply('Sub', [one, values])])
    const above = graph.apply('Sqrt', [graph.apply('Add', [one, values])])
    return twice(graph, addArcTangent(graph, graph.apply('Div', [below, above])))
  },
  arctan: addArcTangent,
  sinh(graph, values) {
    const back = addExpm1(graph, graph.apply('Neg', [values]))
    return half(graph, graph.apply('Sub', [addExpm1(graph, values), back]))
  },
  cosh(graph, values) {
    const back = graph.apply('Exp', [graph.apply('Neg', [values])])
    return half(graph, graph.apply('Add', [graph.apply('Exp', [values]), back]))
  },
  tanh: single('Tanh'),
  arcsinh(graph, values) {
    const size = graph.apply('Abs', [values])
    const square = graph.apply('Mul', [size, size])
    const share = graph.apply('Div', [square, addHypotenuse(graph, size)])
    const logarithm = addLog1p(graph, graph.apply('Add', [size, share]))
    return graph.apply('Mul', [graph.apply('Sign', [values]), logarithm])
  },
  arccosh(graph, values) {
    const over = graph.apply('Sub', [values, scalar(graph, 1)])
    const product = graph.apply('Mul', [over, graph.apply('Add', [over, scalar(graph, 2)])])
    return addLog1p(graph, graph.apply('Add', [over, graph.apply('Sqrt', [product])]))
  },
  arctanh(graph, values) {
    const back = addLog1p(graph, graph.apply('Neg', [values]))
    return half(graph, graph.apply('Sub', [addLog1p(graph, values), back]))
  },
  expit: sigmoid,
  logit(graph, values) {
    const rest = graph.apply('Sub', [scalar(graph, 1), values])
    return graph.apply('Log', [graph.apply('Div', [values, rest])])
  },
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

/** 2 · atan(x / (1 + √(1 - x²))), the square root as that of (1 - x)(1 + x). */
export function addArcSine(graph: GraphBuilder, values: string): string {
  const one = scalar(graph, 1)
  const product = graph.apply('Mul', [
    graph.apply('Sub', [one, values]),
    graph.apply('Add', [one, values]),
  ])
  const divisor = graph.apply('Add', [one, graph.apply('Sqrt', [product])])
  return twice(graph, addArcTangent(graph, graph.apply('Div', [values, divisor])))
}

/** How often the angle is halved before its series is taken: it is at most π / 32 then. */
const HALVINGS = 3

/** x - x³/3 + x⁵/5 - …: from here on a term is below the last bit of a double. */
const ARC_TANGENT_TERMS = 9

/** By halves of the angle, atan(x) = 2 · atan(x / (1 + √(1 + x²))), and the series of what is left; beyond 1 of 1 / x. */
export function addArcTangent(graph: GraphBuilder, values: string): string {
  const size = graph.apply('Abs', [values])
  const isSteep = graph.apply('Greater', [size, scalar(graph, 1)])
  let part = graph.apply('Where', [isSteep, graph.apply('Reciprocal', [size]), size])
  for (let halving = 0; halving < HALVINGS; halving++) {
    part = graph.apply('Div', [part, addHypotenuse(graph, part)])
  }
  const square = graph.apply('Mul', [part, part])
  let sum = scalar(graph, 0)
  for (let term = ARC_TANGENT_TERMS - 1; term >= 0; term--) {
    const weight = (term % 2 === 0 ? 1 : -1) / (2 * term + 1)
    sum = graph.apply('Add', [graph.apply('Mul', [sum, square]), scalar(graph, weight)])
  }
  const angle = graph.apply('Mul', [graph.apply('Mul', [part, sum]), scalar(graph, 2 ** HALVINGS)])
  const rest = graph.apply('Sub', [scalar(graph, Math.PI / 2), angle])
  const positive = graph.apply('Where', [isSteep, rest, angle])
  return graph.apply('Mul', [graph.apply('Sign', [values]), positive])
}

/** 1 + √(1 + x²) */
function addHypotenuse(graph: GraphBuilder, values: string): string {
  const one = scalar(graph, 1)
  const sum = graph.apply('Add', [one, graph.apply('Mul', [values, values])])
  return graph.apply('Add', [one, graph.apply('Sqrt', [sum])])
}

function twice(graph: GraphBuilder, values: string): string {
  return graph.apply('Mul', [values, scalar(graph, 2)])
}

function half(graph: GraphBuilder, values: string): string {
  return graph.apply('Mul', [values, scalar(graph, 0.5)])
}
