// Linear predictors in float64: one product, one sum, and what makes an answer of the margins.

import type { LinearLink, LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, argMax, bothClasses, divideBySum, sigmoid, softmax } from './answer.ts'
import type { PipelineGraph, PredictorTable } from './converter.ts'
import { numbersOf } from './flow.ts'
import { castToIntegers, rowOf, scalar } from './operators.ts'

export const LINEAR: PredictorTable<LinearPredictor> = {
  linear: (graph, flow, node) => LINKS[node.link](graph, numbersOf(graph, flow), node),
}

type LinkConverter = (graph: PipelineGraph, values: string, node: LinearPredictor) => Answer

const LINKS: Readonly<Record<LinearLink, LinkConverter>> = {
  // A softmax of 0 and the margin is the sigmoid, but keeps its digits near 0, which onnxruntime's Sigmoid does not.
  sigmoid: (graph, values, node) => addTwoSided(graph, values, node, [0, 1]),
  softmax(graph, values, node) {
    if (node.coefficients.rows === 1) return addTwoSided(graph, values, node, [-1, 1])
    const margins = addMargins(graph, values, node)
    return classes(node.coefficients.rows, softmax(graph, margins), margins, null)
  },
  likelihood(graph, values, node) {
    const { rows } = node.coefficients
    return classes(rows, softmax(graph, addMargins(graph, values, node)), null, null)
  },
  'one-versus-rest'(graph, values, node) {
    const margins = addMargins(graph, values, node)
    const probabilities = divideBySum(graph, sigmoid(graph, margins))
    return classes(node.coefficients.rows, probabilities, margins, argMax(graph, margins))
  },
  'modified-huber': (graph, values, node) => addModifiedHuber(graph, values, node),
  label(graph, values, node) {
    const { rows } = node.coefficients
    const margins = addMargins(graph, values, node)
    return classes(Math.max(2, rows), null, margins, codesOfMargins(graph, margins, rows))
  },
  inlier(graph, values, node) {
    const margins = addMargins(graph, values, node)
    const isInside = graph.apply('GreaterOrEqual', [margins, scalar(graph, 0)])
    return classes(2, null, margins, flattenCodes(graph, isInside))
  },
  identity(graph, values, node) {
    const margins = addMargins(graph, values, node)
    return { kind: 'values', count: node.coefficients.rows, values: margins }
  },
  exp(graph, values, node) {
    const grown = graph.apply('Exp', [addMargins(graph, values, node)])
    return { kind: 'values', count: node.coefficients.rows, values: grown }
  },
}

function classes(
  count: number,
  probabilities: string | null,
  scores: string | null,
  codes: string | null,
): Answer {
  return { kind: 'classes', count, probabilities, scores, codes }
}

/** float64 [rows, outputs]. */
function addMargins(graph: GraphBuilder, values: string, node: LinearPredictor): string {
  const { rows, columns } = node.coefficients
  const weights = graph.doubles([columns, rows], transpose(node.coefficients))
  const product = graph.apply('MatMul', [values, weights])
  if (node.intercept.every((number) => number === 0)) return product
  return graph.apply('Add', [product, rowOf(graph, node.intercept)])
}

/** The softmax of a single margin times each of two factors. */
function addTwoSided(
  graph: GraphBuilder,
  values: string,
  node: LinearPredictor,
  factors: readonly [number, number],
): Answer {
  const { columns, data } = node.coefficients
  const both = new Float64Array(2 * columns)
  factors.forEach((factor, side) => {
    for (let column = 0; column < columns; column++) {
      both[side * columns + column] = factor * (data[column] ?? 0)
    }
  })
  const intercept = Float64Array.from(factors, (factor) => factor * (node.intercept[0] ?? 0))
  const coefficients = { rows: 2, columns, data: both }
  const sides = addMargins(graph, values, { ...node, coefficients, intercept })
  return classes(2, softmax(graph, sides), addMargins(graph, values, node), null)
}

function transpose({ rows, columns, data }: Matrix): Float64Array {
  const result = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0
    }
  }
  return result
}

/** A single margin says the second class where it is positive. */
function codesOfMargins(graph: GraphBuilder, margins: string, outputs: number): string {
  if (outputs > 1) return argMax(graph, margins)
  return flattenCodes(graph, graph.apply('Greater', [margins, scalar(graph, 0)]))
}

/** Flags [rows, 1] → int64 [rows]. */
function flattenCodes(graph: GraphBuilder, flags: string): string {
  return graph.apply('Squeeze', [castToIntegers(graph, flags), graph.integers([1], [1])])
}

/** SGDClassifier's probabilities for the loss modified_huber. */
function addModifiedHuber(graph: GraphBuilder, values: string, node: LinearPredictor): Answer {
  const outputs = node.coefficients.rows
  const margins = addMargins(graph, values, node)
  const one = scalar(graph, 1)
  const clipped = graph.apply('Clip', [margins, scalar(graph, -1), one])
  const halves = graph.apply('Div', [graph.apply('Add', [clipped, one]), scalar(graph, 2)])
  const codes = codesOfMargins(graph, margins, outputs)
  if (outputs === 1) return classes(2, bothClasses(graph, halves), margins, codes)
  const sum = graph.apply('ReduceSum', [halves, graph.integers([1], [1])])
  const isZero = graph.apply('Equal', [sum, scalar(graph, 0)])
  const uniform = scalar(graph, 1 / outputs)
  const divided = graph.apply('Div', [halves, graph.apply('Where', [isZero, one, sum])])
  return classes(outputs, graph.apply('Where', [isZero, uniform, divided]), margins, codes)
}
