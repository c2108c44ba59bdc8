// What boosting begins with where a fitted model gives it: that model's answer as margins.

import { FormatError } from '#core/formats/format-error.ts'
import type { TreeStart } from '#core/pipeline/trees.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { Answer } from './answer.ts'

/** scikit-learn keeps probabilities so far from 0 and 1 before it takes their logarithm. */
const MARGIN = 2 ** -23

/** float64 [rows, outputs]. */
export function addStart(graph: GraphBuilder, answer: Answer, { margins }: TreeStart): string {
  if (margins === 'value') {
    if (answer.kind !== 'values') throw noMargins()
    return answer.values
  }
  if (answer.kind !== 'classes' || answer.probabilities === null) throw noMargins()
  const clipped = graph.apply('Clip', [
    answer.probabilities,
    graph.doubles([], [MARGIN]),
    graph.doubles([], [1 - MARGIN]),
  ])
  if (margins === 'log') return graph.apply('Log', [clipped])
  if (margins === 'centred-log') return centre(graph, graph.apply('Log', [clipped]))
  const attributes = [{ kind: 'int', name: 'axis', value: 1 } as const]
  const second = graph.apply('Gather', [clipped, graph.integers([1], [1])], { attributes })
  const rest = graph.apply('Sub', [graph.doubles([1, 1], [1]), second])
  const logit = graph.apply('Log', [graph.apply('Div', [second, rest])])
  return margins === 'logit' ? logit : graph.apply('Mul', [logit, graph.doubles([1, 1], [0.5])])
}

function centre(graph: GraphBuilder, values: string): string {
  const attributes = [{ kind: 'ints', name: 'axes', values: [1] } as const]
  return graph.apply('Sub', [values, graph.apply('ReduceMean', [values], { attributes })])
}

function noMargins(): FormatError {
  return new FormatError(
    'The model that this boosting begins with gives no answer that trees can be added to.',
    0,
  )
}
