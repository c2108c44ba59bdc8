// From the margins of trees to the answer of their library's class.

import type { TreeLink } from '#core/pipeline/trees.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, bothClasses, divideBySum, sigmoid, softmax } from './answer.ts'
import { addLog1p } from './functions.ts'

/** `margins` is float64 [rows, outputs]. */
export function answerOfMargins(
  graph: GraphBuilder,
  margins: string,
  link: TreeLink,
  outputs: number,
): Answer {
  switch (link.kind) {
    case 'probabilities':
      return classes(outputs, margins, null)
    case 'sigmoid':
      return classes(2, bothClasses(graph, slopedSigmoid(graph, margins, link.slope)), margins)
    case 'double-sigmoid':
      return classes(2, bothClasses(graph, slopedSigmoid(graph, margins, 2)), margins)
    case 'softmax':
      return classes(outputs, softmax(graph, margins), margins)
    case 'one-versus-rest':
      return classes(outputs, divideBySum(graph, sigmoid(graph, margins)), margins)
    case 'separate':
      return classes(outputs, slopedSigmoid(graph, margins, link.slope), margins)
    case 'identity':
      return values(outputs, margins)
    case 'exp':
      return values(outputs, graph.apply('Exp', [margins]))
    case 'sigmoid-value':
      return values(outputs, slopedSigmoid(graph, margins, link.slope))
    case 'log1p-exp':
      return values(outputs, addLog1p(graph, graph.apply('Exp', [margins])))
    case 'signed-square':
      return values(outputs, graph.apply('Mul', [margins, graph.apply('Abs', [margins])]))
    case 'isolation':
      return isolation(graph, margins, link)
  }
}

function classes(count: number, probabilities: string, scores: string | null): Answer {
  return { kind: 'classes', count, probabilities, scores, codes: null }
}

function values(count: number, tensor: string): Answer {
  return { kind: 'values', count, values: tensor }
}

function slopedSigmoid(graph: GraphBuilder, margins: string, slope = 1): string {
  return sigmoid(
    graph,
    slope === 1 ? margins : graph.apply('Mul', [margins, graph.doubles([1, 1], [slope])]),
  )
}

/** -(2 ^ -(mean path / averagePath)) - offset, and the second class ("1", an inlier) unless that is below the threshold. */
function isolation(
  graph: GraphBuilder,
  depths: string,
  { averagePath, offset, threshold = 0 }: Extract<TreeLink, { kind: 'isolation' }>,
): Answer {
  // Trees of a single row have no length; scikit-learn takes the exponent -1 for them.
  const exponent =
    averagePath > 0
      ? graph.apply('Div', [depths, graph.doubles([1, 1], [-averagePath])])
      : graph.apply('Sub', [
          graph.apply('Mul', [depths, graph.doubles([1, 1], [0])]),
          graph.doubles([1, 1], [1]),
        ])
  const anomaly = graph.apply('Pow', [graph.doubles([1, 1], [2]), exponent])
  const scores = graph.apply('Sub', [graph.doubles([1, 1], [-offset]), anomaly])
  const isInlier = graph.apply('GreaterOrEqual', [scores, graph.doubles([1, 1], [threshold])])
  const codes = graph.apply(
    'Cast',
    [graph.apply('Squeeze', [isInlier, graph.integers([1], [1])])],
    {
      attributes: [{ kind: 'int', name: 'to', value: 7 }],
    },
  )
  return { kind: 'classes', count: 2, probabilities: null, scores, codes }
}
