// Linear predictors in float64: one product, one sum, and what makes an answer of the margins.

import type { LinearLink, LinearPredictor } from '#core/pipeline/linear.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, argMax, bothClasses, divideBySum, softmax } from './answer.ts'
import type { PipelineGraph, PredictorTable } from './converter.ts'
import { numbersOf } from './flow.ts'

export const LINEAR: PredictorTable<LinearPredictor> = {
  linear(graph, flow, node) {
    const margins = addMargins(graph, numbersOf(graph, flow), node)
    return LINKS[node.link](graph, margins, node.coefficients.rows)
  },
}

/** float64 [rows, outputs]. */
function addMargins(graph: GraphBuilder, values: string, node: LinearPredictor): string {
  const { rows, columns } = node.coefficients
  const weights = graph.doubles([columns, rows], transpose(node.coefficients))
  const product = graph.apply('MatMul', [values, weights])
  return graph.apply('Add', [product, graph.doubles([1, rows], node.intercept)])
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

type LinkConverter = (graph: PipelineGraph, margins: string, outputs: number) => Answer

const LINKS: Readonly<Record<LinearLink, LinkConverter>> = {
  sigmoid: (graph, margins) =>
    classes(2, bothClasses(graph, graph.apply('Sigmoid', [margins])), margins, null),
  softmax: (graph, margins, outputs) => classes(outputs, softmax(graph, margins), margins, null),
  'one-versus-rest': (graph, margins, outputs) =>
    classes(
      outputs,
      divideBySum(graph, graph.apply('Sigmoid', [margins])),
      margins,
      argMax(graph, margins),
    ),
  'modified-huber': (graph, margins, outputs) => addModifiedHuber(graph, margins, outputs),
  label: (graph, margins, outputs) =>
    classes(Math.max(2, outputs), null, margins, codesOfMargins(graph, margins, outputs)),
  identity: (_, margins, outputs) => ({ kind: 'values', count: outputs, values: margins }),
  exp: (graph, margins, outputs) => ({
    kind: 'values',
    count: outputs,
    values: graph.apply('Exp', [margins]),
  }),
}

function classes(
  count: number,
  probabilities: string | null,
  scores: string,
  codes: string | null,
): Answer {
  return { kind: 'classes', count, probabilities, scores, codes }
}

/** A single margin says the second class where it is positive. */
function codesOfMargins(graph: GraphBuilder, margins: string, outputs: number): string {
  if (outputs > 1) return argMax(graph, margins)
  const isPositive = graph.apply('Greater', [margins, graph.doubles([1], [0])])
  const column = graph.apply('Cast', [isPositive], {
    attributes: [{ kind: 'int', name: 'to', value: 7 }],
  })
  return graph.apply('Squeeze', [column, graph.integers([1], [1])])
}

/** SGDClassifier's probabilities for the loss modified_huber. */
function addModifiedHuber(graph: GraphBuilder, margins: string, outputs: number): Answer {
  const one = graph.doubles([], [1])
  const clipped = graph.apply('Clip', [margins, graph.doubles([], [-1]), one])
  const halves = graph.apply('Div', [graph.apply('Add', [clipped, one]), graph.doubles([], [2])])
  const codes = codesOfMargins(graph, margins, outputs)
  if (outputs === 1) return classes(2, bothClasses(graph, halves), margins, codes)
  const sum = graph.apply('ReduceSum', [halves, graph.integers([1], [1])])
  const isZero = graph.apply('Equal', [sum, graph.doubles([], [0])])
  const uniform = graph.doubles([], [1 / outputs])
  const divided = graph.apply('Div', [halves, graph.apply('Where', [isZero, one, sum])])
  return classes(outputs, graph.apply('Where', [isZero, uniform, divided]), margins, codes)
}
