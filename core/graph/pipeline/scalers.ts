// Numbers to as many numbers in float64, as scikit-learn does it.

import type { Scaler } from '#core/pipeline/preprocessing.ts'
import type { PipelineGraph, TransformerTable } from './converter.ts'
import { denseFlow, numbersOf } from './flow.ts'
import { addExpm1, addLog1p, FUNCTIONS } from './functions.ts'
import { castToDoubles, rowOf, scalar } from './operators.ts'
import { addQuantiles } from './quantiles.ts'

export const SCALERS: TransformerTable<Scaler> = {
  scale(graph, flow, node) {
    let values = numbersOf(graph, flow)
    if (node.subtract !== null) values = graph.apply('Sub', [values, rowOf(graph, node.subtract)])
    if (node.divide !== null) values = graph.apply('Div', [values, rowOf(graph, node.divide)])
    if (node.multiply !== null) values = graph.apply('Mul', [values, rowOf(graph, node.multiply)])
    if (node.add !== null) values = graph.apply('Add', [values, rowOf(graph, node.add)])
    if (node.clip !== null) {
      const [low, high] = node.clip
      values = graph.apply('Clip', [values, scalar(graph, low), scalar(graph, high)])
    }
    return denseFlow(values, flow.length)
  },
  normalize(graph, flow, node) {
    const values = numbersOf(graph, flow)
    const norm = addNorm(graph, values, node.norm)
    const isSmall =
      node.least !== undefined
        ? graph.apply('Less', [norm, scalar(graph, node.least)])
        : graph.apply('Equal', [norm, scalar(graph, 0)])
    const divisor = graph.apply('Where', [isSmall, scalar(graph, 1), norm])
    return denseFlow(graph.apply('Div', [values, divisor]), flow.length)
  },
  power(graph, flow, node) {
    const values = numbersOf(graph, flow)
    const powers =
      node.method === 'box-cox'
        ? addBoxCox(graph, values, node.lambdas)
        : addYeoJohnson(graph, values, node.lambdas)
    return denseFlow(powers, flow.length)
  },
  quantile: (graph, flow, node) =>
    denseFlow(addQuantiles(graph, numbersOf(graph, flow), node), flow.length),
  function: (graph, flow, node) =>
    denseFlow(FUNCTIONS[node.name](graph, numbersOf(graph, flow)), flow.length),
  binarize(graph, flow, node) {
    const values = numbersOf(graph, flow)
    const isAbove = graph.apply('Greater', [values, scalar(graph, node.threshold)])
    return denseFlow(castToDoubles(graph, isAbove), flow.length)
  },
}

type Norm = Extract<Scaler, { kind: 'normalize' }>['norm']

/** float64 [rows, 1]. */
function addNorm(graph: PipelineGraph, values: string, norm: Norm): string {
  const axes = { attributes: [{ kind: 'ints', name: 'axes', values: [1] } as const] }
  switch (norm) {
    case 'l1':
      return graph.apply('ReduceL1', [values], axes)
    case 'l2':
      return graph.apply('ReduceL2', [values], axes)
    case 'max':
      return graph.apply('ReduceMax', [graph.apply('Abs', [values])], axes)
    case 'largest':
      return graph.apply('ReduceMax', [values], axes)
  }
}

/** Below this a lambda is 0, as scikit-learn has it: the distance from 1 to the next double. */
const EPSILON = 2 ** -52

/** ((x + 1)^λ - 1) / λ from 0 on, below it -((1 - x)^(2 - λ) - 1) / (2 - λ); logarithms where a divisor would be 0. */
function addYeoJohnson(graph: PipelineGraph, values: string, lambdas: Float64Array): string {
  const zero = scalar(graph, 0)
  const isNegative = graph.apply('Less', [values, zero])
  const size = addLog1p(graph, graph.apply('Abs', [values]))
  const upper = addPowers(graph, size, lambdas)
  const lower = addPowers(
    graph,
    size,
    lambdas.map((lambda) => 2 - lambda),
  )
  return graph.apply('Where', [isNegative, graph.apply('Neg', [lower]), upper])
}

function addBoxCox(graph: PipelineGraph, values: string, lambdas: Float64Array): string {
  return addPowers(graph, graph.apply('Log', [values]), lambdas)
}

/** expm1(λ · logarithm) / λ, or the logarithm itself where λ is 0; one λ a column. */
function addPowers(graph: PipelineGraph, logarithms: string, lambdas: Float64Array): string {
  const isZero = (lambda: number) => Math.abs(lambda) < EPSILON
  const divisors = rowOf(
    graph,
    lambdas.map((lambda) => (isZero(lambda) ? 1 : lambda)),
  )
  const exponents = graph.apply('Mul', [logarithms, divisors])
  const powers = graph.apply('Div', [addExpm1(graph, exponents), divisors])
  if (!lambdas.some(isZero)) return powers
  const zeros = graph.apply('Equal', [
    rowOf(
      graph,
      lambdas.map((lambda) => (isZero(lambda) ? 0 : lambda)),
    ),
    scalar(graph, 0),
  ])
  return graph.apply('Where', [zeros, logarithms, powers])
}
