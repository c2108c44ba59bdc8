// Predictors made of others: votes, means, medians, stacks, chains of values.

import { FormatError } from '#core/formats/format-error.ts'
import type { CombinedPredictor, StackAnswer } from '#core/pipeline/combined.ts'
import { type Answer, argMax, codesOf } from './answer.ts'
import { CLASS_COMBINERS } from './combined-classes.ts'
import {
  addUp,
  askClassifier,
  askMember,
  askValues,
  castTo,
  castVotes,
  classesOf,
  factor,
  joinSideBySide,
  memberProbabilities,
  secondColumn,
  takeColumn,
  weightedMean,
} from './combined-members.ts'
import type { PipelineGraph, PredictorTable } from './converter.ts'
import { denseFlow, type Flow, numbersOf } from './flow.ts'
import { addInverse } from './inverse.ts'

type Node<Kind extends CombinedPredictor['kind']> = Extract<CombinedPredictor, { kind: Kind }>

const INT32 = 6

export const COMBINED: PredictorTable<CombinedPredictor> = {
  ...CLASS_COMBINERS,
  average: addAverage,
  majority(graph, flow, { members, weights, classCount }) {
    const votes = members.map((member, index) => {
      const ballot = { classCount, hit: weights[index] ?? 0, miss: 0 }
      return castVotes(graph, askClassifier(graph, flow, member), member, ballot)
    })
    const codes = argMax(graph, addUp(graph, votes))
    return { kind: 'classes', count: classCount, probabilities: null, scores: null, codes }
  },
  'weighted-median': addMedian,
  stack: addStack,
  'side-by-side': (graph, flow, { members }) => ({
    kind: 'values',
    count: members.length,
    values: joinSideBySide(
      graph,
      members.map((member) => askValues(graph, flow, member)),
    ),
  }),
  'value-chain': addChain,
  unwrapped(graph, flow, { member, inverse }) {
    const answer = graph.predict(flow, member)
    if (answer.kind === 'classes') {
      throw new FormatError('A transformed target belongs to a regression.', 0)
    }
    const values = inverse.reduce(
      (table: Flow, step) => addInverse(graph, table, step),
      denseFlow(answer.values, answer.count),
    )
    return { kind: 'values', count: values.length, values: numbersOf(graph, values) }
  },
}

function addAverage(graph: PipelineGraph, flow: Flow, node: Node<'average'>): Answer {
  const { members, weights, classCount } = node
  const answers = members.map((member) => askMember(graph, flow, member))
  if (classCount === null) {
    const values = answers.map((answer) => {
      if (answer.kind === 'values') return answer
      throw new FormatError('A part of this model gives classes where numbers are averaged.', 0)
    })
    const mean = weightedMean(
      graph,
      values.map((answer) => answer.values),
      weights,
    )
    return { kind: 'values', count: values[0]?.count ?? 0, values: mean }
  }
  const classified = answers.map(classesOf)
  const parts = classified.flatMap((answer, index) => {
    const member = members[index]
    return member === undefined ? [] : [memberProbabilities(graph, answer, member, classCount)]
  })
  return {
    kind: 'classes',
    count: classCount,
    probabilities: weightedMean(graph, parts, weights),
    scores: node.averagesScores ? meanScores(graph, classified, weights) : null,
    codes: null,
  }
}

/** Null where a member has no scores of its own. */
function meanScores(
  graph: PipelineGraph,
  answers: readonly { readonly scores: string | null }[],
  weights: Float64Array,
): string | null {
  const scores = answers.flatMap((answer) => answer.scores ?? [])
  return scores.length === answers.length ? weightedMean(graph, scores, weights) : null
}

/** Members' values in rising order; the first at which the weights so far are half of all. */
function addMedian(graph: PipelineGraph, flow: Flow, node: Node<'weighted-median'>): Answer {
  const { members, weights } = node
  const count = members.length
  const values = joinSideBySide(
    graph,
    members.map(({ predictor }) => askValues(graph, flow, predictor)),
  )
  const [sorted = '', order = ''] = graph.applyMany(
    'TopK',
    [values, graph.integers([1], [count])],
    2,
    { attributes: [{ kind: 'int', name: 'largest', value: 0 }] },
  )
  const sortedWeights = graph.apply('Gather', [graph.doubles([count], weights), order])
  const sums = graph.apply('CumSum', [sortedWeights, graph.integers([], [1])])
  const half = graph.apply('Mul', [takeColumn(graph, sums, count - 1), factor(graph, 0.5)])
  const reached = castTo(graph, graph.apply('GreaterOrEqual', [sums, half]), INT32)
  const place = graph.apply('ArgMax', [reached], {
    attributes: [{ kind: 'int', name: 'axis', value: 1 }],
  })
  const median = graph.apply('GatherElements', [sorted, place], {
    attributes: [{ kind: 'int', name: 'axis', value: 1 }],
  })
  return { kind: 'values', count: 1, values: median }
}

function addStack(graph: PipelineGraph, flow: Flow, node: Node<'stack'>): Answer {
  const parts = node.members.map((member) => {
    const answer = askMember(graph, flow, member)
    return stackPart(graph, answer, member.answer)
  })
  const answers = parts.flatMap(({ tensor, width }) => denseFlow(tensor, width))
  return graph.predict(node.passthrough ? [...answers, ...flow] : answers, node.final)
}

function stackPart(
  graph: PipelineGraph,
  answer: Answer,
  wanted: StackAnswer,
): { readonly tensor: string; readonly width: number } {
  if (answer.kind === 'values') {
    if (wanted.kind === 'value') return { tensor: answer.values, width: answer.count }
    throw new FormatError('A stack takes classes of a part that gives numbers.', 0)
  }
  switch (wanted.kind) {
    case 'probabilities': {
      if (answer.count === 2) return { tensor: secondColumn(graph, answer), width: 1 }
      if (answer.probabilities === null) break
      return { tensor: answer.probabilities, width: answer.count }
    }
    case 'scores':
      if (answer.scores === null) break
      return { tensor: answer.scores, width: answer.count === 2 ? 1 : answer.count }
    case 'label': {
      const numbers = graph.doubles([wanted.numbers.length, 1], wanted.numbers)
      return { tensor: graph.apply('Gather', [numbers, codesOf(graph, answer)]), width: 1 }
    }
    case 'value':
      break
  }
  throw new FormatError(`A stack takes ${wanted.kind} of a part that has none.`, 0)
}

function addChain(graph: PipelineGraph, flow: Flow, node: Node<'value-chain'>): Answer {
  const given: string[] = []
  for (const member of node.members) {
    const before = given.flatMap((tensor) => denseFlow(tensor, 1))
    given.push(askValues(graph, [...flow, ...before], member))
  }
  const values = [...given.keys()].map((output) => given[node.order.indexOf(output)] ?? '')
  return { kind: 'values', count: given.length, values: joinSideBySide(graph, values) }
}
