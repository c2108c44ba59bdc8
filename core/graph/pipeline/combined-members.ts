// What the members of a combined predictor give, in the terms of the whole: its columns, its classes, its order.

import { FormatError } from '#core/formats/format-error.ts'
import type { Member } from '#core/pipeline/combined.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, type ClassAnswer, codesOf } from './answer.ts'
import type { PipelineGraph } from './converter.ts'
import { type Flow, pickColumns } from './flow.ts'

const AXIS_1 = { kind: 'int', name: 'axis', value: 1 } as const
const FLOAT64 = 11
const INT64 = 7

export function askMember(graph: PipelineGraph, flow: Flow, member: Member): Answer {
  const seen = member.columns === null ? flow : pickColumns(flow, member.columns)
  return graph.predict(seen, member.predictor)
}

/** Throws FormatError for a regression. */
export function askClassifier(graph: PipelineGraph, flow: Flow, member: Member): ClassAnswer {
  return classesOf(askMember(graph, flow, member))
}

export function classesOf(answer: Answer): ClassAnswer {
  if (answer.kind === 'classes') return answer
  throw new FormatError('A part of this model gives numbers where classes are counted.', 0)
}

/** float64 [rows, outputs]. Throws FormatError for a classifier. */
export function askValues(graph: PipelineGraph, flow: Flow, predictor: Predictor): string {
  const answer = graph.predict(flow, predictor)
  if (answer.kind === 'values') return answer.values
  throw new FormatError('A part of this model gives classes where numbers are combined.', 0)
}

/** Numbers a table of weights holds for each of a member's classes: `hit` at its place in the whole's, `miss` elsewhere. */
interface Ballot {
  readonly classCount: number
  readonly hit: number
  readonly miss: number
}

/** float64 [rows, classes]: one row of the ballot a label. */
export function castVotes(
  graph: GraphBuilder,
  answer: ClassAnswer,
  member: Member,
  { classCount, hit, miss }: Ballot,
): string {
  const table = new Float64Array(answer.count * classCount).fill(miss)
  placesOf(answer, member).forEach((place, own) => {
    table[own * classCount + place] = hit
  })
  return graph.apply('Gather', [
    graph.doubles([answer.count, classCount], table),
    codesOf(graph, answer),
  ])
}

/** float64 [rows, classes] in the order of the whole's classes; its label's vote where the member has no probabilities. */
export function memberProbabilities(
  graph: GraphBuilder,
  answer: ClassAnswer,
  member: Member,
  classCount: number,
): string {
  return answer.probabilities === null
    ? castVotes(graph, answer, member, { classCount, hit: 1, miss: 0 })
    : spread(graph, answer.probabilities, answer, member, classCount)
}

/** Columns [rows, own classes] at their places among the whole's; 0 for classes that the member never saw. */
function spread(
  graph: GraphBuilder,
  values: string,
  answer: ClassAnswer,
  member: Member,
  classCount: number,
): string {
  if (member.classes === null && answer.count === classCount) return values
  return placeColumns(graph, values, placesOf(answer, member), classCount)
}

/** Column i goes to place `places[i]` of `width`; of two for one place the sum. */
export function placeColumns(
  graph: GraphBuilder,
  values: string,
  places: readonly number[],
  width: number,
): string {
  const matrix = new Float64Array(places.length * width)
  places.forEach((place, own) => {
    matrix[own * width + place] = 1
  })
  return graph.apply('MatMul', [values, graph.doubles([places.length, width], matrix)])
}

function placesOf(answer: ClassAnswer, member: Member): readonly number[] {
  return member.classes ?? Array.from({ length: answer.count }, (_, place) => place)
}

/** float64 [rows, 1] of a binary classifier's scores, else of its probabilities of the second class; or of a regression's values. */
export function binaryScore(graph: GraphBuilder, answer: Answer): string {
  if (answer.kind === 'values') return answer.values
  return answer.scores ?? secondColumn(graph, answer)
}

/** Where a binary score says the second class. */
export function binaryThreshold(answer: Answer): number {
  return answer.kind === 'classes' && answer.scores !== null ? 0 : 0.5
}

/** float64 [rows, 1] of the probability of the second class. Throws FormatError where there are no probabilities. */
export function secondColumn(graph: GraphBuilder, answer: ClassAnswer): string {
  if (answer.probabilities === null || answer.count !== 2) {
    throw new FormatError('A part of this model has neither scores nor probabilities.', 0)
  }
  return takeColumn(graph, answer.probabilities, 1)
}

/** [rows, n] → [rows, 1]. */
export function takeColumn(graph: GraphBuilder, values: string, column: number): string {
  return graph.apply('Gather', [values, graph.integers([1], [column])], { attributes: [AXIS_1] })
}

/** A constant to multiply or divide by: onnxruntime makes one of fewer dimensions a float32 of a MatMul beside it. */
export function factor(graph: GraphBuilder, value: number): string {
  return graph.doubles([1, 1], [value])
}

/** int64 [rows] of labels → float64 [rows, 1]. */
export function codesColumn(graph: GraphBuilder, answer: ClassAnswer): string {
  const column = graph.apply('Unsqueeze', [codesOf(graph, answer), graph.integers([1], [1])])
  return castTo(graph, column, FLOAT64)
}

/** int64 [rows]: 1 where a column [rows, 1] is above the threshold. */
export function codesAbove(graph: GraphBuilder, column: string, threshold: number): string {
  const above = graph.apply('Greater', [column, graph.doubles([1], [threshold])])
  return graph.apply('Squeeze', [castTo(graph, above, INT64), graph.integers([1], [1])])
}

/** The position of the largest of each row, the last where several are. */
export function argMaxLast(graph: GraphBuilder, values: string): string {
  return graph.apply('ArgMax', [values], {
    attributes: [
      AXIS_1,
      { kind: 'int', name: 'keepdims', value: 0 },
      { kind: 'int', name: 'select_last_index', value: 1 },
    ],
  })
}

export function castTo(graph: GraphBuilder, values: string, type: number): string {
  return graph.apply('Cast', [values], { attributes: [{ kind: 'int', name: 'to', value: type }] })
}

export function joinSideBySide(graph: GraphBuilder, parts: readonly string[]): string {
  const [only] = parts
  if (only === undefined) throw new FormatError('A part of this model has no members.', 0)
  return parts.length === 1 ? only : graph.apply('Concat', parts, { attributes: [AXIS_1] })
}

export function addUp(graph: GraphBuilder, parts: readonly string[]): string {
  const [only] = parts
  if (only === undefined) throw new FormatError('A part of this model has no members.', 0)
  return parts.length === 1 ? only : graph.apply('Sum', parts)
}

/** Weighted mean; numpy's order of the steps, so that equal weights cost no product. */
export function weightedMean(
  graph: GraphBuilder,
  parts: readonly string[],
  weights: Float64Array,
): string {
  const [first = 1] = weights
  const isEven = weights.every((weight) => weight === first)
  const terms = isEven
    ? parts
    : parts.map((part, index) => graph.apply('Mul', [part, factor(graph, weights[index] ?? 0)]))
  const total = isEven ? parts.length : weights.reduce((sum, weight) => sum + weight, 0)
  const sum = addUp(graph, terms)
  return total === 1 ? sum : graph.apply('Div', [sum, factor(graph, total)])
}
