// What a predictor leaves in a graph, and the operators most of them end with.

import type { GraphBuilder } from '../graph-builder.ts'

export type Answer = ClassAnswer | ValueAnswer

export interface ClassAnswer {
  readonly kind: 'classes'
  readonly count: number
  /** float64 [rows, count], or null where the library's class has no predict_proba. */
  readonly probabilities: string | null
  /** What decision_function gives: float64 [rows, 1] for two classes, else [rows, count]; null where there is none. */
  readonly scores: string | null
  /** int64 [rows], positions in the classes; null where the label is the class of the largest probability. */
  readonly codes: string | null
}

export interface ValueAnswer {
  readonly kind: 'values'
  readonly count: number
  /** float64 [rows, count]. */
  readonly values: string
}

const AXIS_1 = { kind: 'int', name: 'axis', value: 1 } as const

/** int64 [rows]: the position of the largest of each row, the first where several are. */
export function argMax(graph: GraphBuilder, values: string): string {
  const attributes = [AXIS_1, { kind: 'int', name: 'keepdims', value: 0 } as const]
  return graph.apply('ArgMax', [values], { attributes })
}

/** int64 [rows]: positions of the predicted classes. */
export function codesOf(graph: GraphBuilder, answer: ClassAnswer): string {
  return answer.codes ?? argMax(graph, answer.probabilities ?? answer.scores ?? '')
}

/** [rows, 1] of probabilities of the second class → [rows, 2]. */
export function bothClasses(graph: GraphBuilder, positive: string): string {
  const negative = graph.apply('Sub', [graph.doubles([1], [1]), positive])
  return graph.apply('Concat', [negative, positive], { attributes: [AXIS_1] })
}

/** [rows, n] divided by the sum of each row. */
export function divideBySum(graph: GraphBuilder, values: string): string {
  const sum = graph.apply('ReduceSum', [values, graph.integers([1], [1])])
  return graph.apply('Div', [values, sum])
}

export function softmax(graph: GraphBuilder, values: string): string {
  return graph.apply('Softmax', [values], { attributes: [AXIS_1] })
}

/** 1 / (1 + exp(-margin)), written out: onnxruntime's Sigmoid loses the digits of small probabilities. */
export function sigmoid(graph: GraphBuilder, margins: string): string {
  const odds = graph.apply('Exp', [graph.apply('Neg', [margins])])
  return graph.apply('Reciprocal', [graph.apply('Add', [odds, graph.doubles([1], [1])])])
}
