// Classifiers made of classifiers: boosting, calibration, one a class, one a pair of classes, one a bit of a code.

import { FormatError } from '#core/formats/format-error.ts'
import type {
  BoostedClassifier,
  Calibration,
  CombinedPredictor,
  Member,
} from '#core/pipeline/combined.ts'
import { scoresOfTrees } from '#core/pipeline/merge-forests.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, argMax, bothClasses, type ClassAnswer, softmax } from './answer.ts'
import { addCurves } from './calibration-curves.ts'
import {
  addUp,
  argMaxLast,
  askClassifier,
  askValues,
  binaryScore,
  binaryThreshold,
  castTo,
  castVotes,
  classesOf,
  codesAbove,
  codesColumn,
  factor,
  joinSideBySide,
  memberProbabilities,
  placeColumns,
  secondColumn,
  takeColumn,
  weightedMean,
} from './combined-members.ts'
import type { PipelineGraph, PredictorTable } from './converter.ts'
import type { Flow } from './flow.ts'

const INT64 = 7

type ClassCombiner = Extract<
  CombinedPredictor,
  {
    kind:
      | 'boosted'
      | 'calibrated'
      | 'thresholded'
      | 'one-versus-rest'
      | 'one-versus-one'
      | 'code-book'
  }
>

type Node<Kind extends ClassCombiner['kind']> = Extract<ClassCombiner, { kind: Kind }>

export const CLASS_COMBINERS: PredictorTable<ClassCombiner> = {
  boosted: addBoosted,
  calibrated(graph, flow, { member, calibration, classCount }) {
    const answer = classesOf(graph.predict(flow, member))
    const probabilities = calibrate(graph, answer, calibration, classCount)
    return { kind: 'classes', count: classCount, probabilities, scores: null, codes: null }
  },
  thresholded: addThreshold,
  'one-versus-rest': addOneVersusRest,
  'one-versus-one': addOneVersusOne,
  'code-book': addCodeBook,
}

function addThreshold(
  graph: PipelineGraph,
  flow: Flow,
  { member, positive, compares, threshold }: Node<'thresholded'>,
): ClassAnswer {
  const answer = classesOf(graph.predict(flow, member))
  const { probabilities, scores } = answer
  const ofProbabilities = compares !== 'scores' && probabilities !== null
  if (!ofProbabilities && scores === null) {
    throw new FormatError('A threshold of this model is compared with what it does not have.', 0)
  }
  const limit = threshold ?? (ofProbabilities ? 0.5 : 0)
  // The second class is said where its side is reached; for the first, where the first's is not.
  const column = ofProbabilities ? takeColumn(graph, probabilities, positive) : (scores ?? '')
  const side = positive === 0 && !ofProbabilities ? graph.apply('Neg', [column]) : column
  const isReached = graph.apply('GreaterOrEqual', [side, graph.doubles([1], [limit])])
  const isSecond = positive === 1 ? isReached : graph.apply('Not', [isReached])
  const codes = graph.apply('Squeeze', [castTo(graph, isSecond, INT64), graph.integers([1], [1])])
  return { ...answer, codes }
}

function addBoosted(graph: PipelineGraph, flow: Flow, node: BoostedClassifier): ClassAnswer {
  const { members, weights, classCount } = node
  const trees = scoresOfTrees(node)
  const answers =
    trees === null
      ? members.map((member) => ({ member, answer: askClassifier(graph, flow, member) }))
      : []
  const scored =
    trees === null
      ? addUp(
          graph,
          answers.map(({ answer, member }, index) =>
            boostedPart(graph, answer, member, node, weights[index] ?? 0),
          ),
        )
      : askValues(graph, flow, trees)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const sums = graph.apply('Div', [scored, factor(graph, total)])
  const isBinary = classCount === 2
  const scores = isBinary ? graph.apply('MatMul', [sums, graph.doubles([2, 1], [-1, 1])]) : sums
  const probabilities =
    node.probabilities === 'mean-probabilities'
      ? softmaxOfMean(graph, answers, node)
      : isBinary
        ? softmax(graph, graph.apply('MatMul', [scores, graph.doubles([1, 2], [-0.5, 0.5])]))
        : softmax(graph, graph.apply('Div', [scores, factor(graph, classCount - 1)]))
  const codes = isBinary ? codesAbove(graph, scores, 0) : argMax(graph, scores)
  return { kind: 'classes', count: classCount, probabilities, scores, codes }
}

/** The smallest difference from 1 that a double has; below it scikit-learn takes no logarithm. */
const EPSILON = 2 ** -52

function boostedPart(
  graph: GraphBuilder,
  answer: ClassAnswer,
  member: Member,
  { rule, classCount }: BoostedClassifier,
  weight: number,
): string {
  if (rule !== 'log-probabilities') {
    const miss = rule === 'votes' ? 0 : -weight / (classCount - 1)
    return castVotes(graph, answer, member, { classCount, hit: weight, miss })
  }
  const probabilities = memberProbabilities(graph, answer, member, classCount)
  const clipped = graph.apply('Max', [probabilities, graph.doubles([1], [EPSILON])])
  const logarithms = graph.apply('Log', [clipped])
  const sum = graph.apply('ReduceSum', [logarithms, graph.integers([1], [1])])
  const mean = graph.apply('Div', [sum, factor(graph, classCount)])
  const centred = graph.apply('Sub', [logarithms, mean])
  return classCount === 2 ? centred : graph.apply('Mul', [centred, factor(graph, classCount - 1)])
}

/** Null where a member has no probabilities. */
function softmaxOfMean(
  graph: GraphBuilder,
  answers: readonly { readonly member: Member; readonly answer: ClassAnswer }[],
  { weights, classCount }: BoostedClassifier,
): string | null {
  if (answers.some(({ answer }) => answer.probabilities === null)) return null
  const parts = answers.map(({ answer, member }) =>
    memberProbabilities(graph, answer, member, classCount),
  )
  const mean = weightedMean(graph, parts, weights)
  return softmax(graph, graph.apply('Div', [mean, factor(graph, classCount - 1)]))
}

function calibrate(
  graph: GraphBuilder,
  answer: ClassAnswer,
  calibration: Calibration,
  classCount: number,
): string {
  if (calibration.kind === 'temperature') {
    const scaled = graph.apply('Mul', [logitsOf(graph, answer), factor(graph, calibration.factor)])
    return softmax(graph, scaled)
  }
  const columns =
    answer.scores ??
    (answer.count === 2 ? secondColumn(graph, answer) : (answer.probabilities ?? ''))
  const curved = addCurves(graph, columns, calibration.curves)
  if (classCount === 2) return bothClasses(graph, curved)
  const isWhole =
    calibration.classes.length === classCount &&
    calibration.classes.every((place, index) => place === index)
  const placed = isWhole ? curved : placeColumns(graph, curved, calibration.classes, classCount)
  return divideOrShare(graph, placed, 1 / classCount)
}

/** Added to probabilities before their logarithm, as scikit-learn's temperature scaling does. */
const PROBABILITY_FLOOR = 1e-12

function logitsOf(graph: GraphBuilder, answer: ClassAnswer): string {
  const { scores, probabilities } = answer
  if (scores === null) {
    const floor = graph.doubles([1], [PROBABILITY_FLOOR])
    return graph.apply('Log', [graph.apply('Add', [probabilities ?? '', floor])])
  }
  return answer.count === 2
    ? graph.apply('MatMul', [scores, graph.doubles([1, 2], [-1, 1])])
    : scores
}

/** Each row divided by its sum; `share` everywhere in a row of zeros. */
function divideOrShare(graph: GraphBuilder, values: string, share: number): string {
  const sum = graph.apply('ReduceSum', [values, graph.integers([1], [1])])
  const isZero = graph.apply('Equal', [sum, graph.doubles([1], [0])])
  const divisor = graph.apply('Where', [isZero, graph.doubles([1], [1]), sum])
  const divided = graph.apply('Div', [values, divisor])
  return share === 0
    ? divided
    : graph.apply('Where', [isZero, graph.doubles([1], [share]), divided])
}

function addOneVersusRest(
  graph: PipelineGraph,
  flow: Flow,
  { members, lastWins }: Node<'one-versus-rest'>,
): ClassAnswer {
  const answers = members.map((member) => graph.predict(flow, member))
  const columns = joinSideBySide(
    graph,
    answers.map((answer) => binaryScore(graph, answer)),
  )
  const hasScores = answers.some((answer) => answer.kind === 'classes' && answer.scores !== null)
  const scores = hasScores ? columns : null
  const seconds = secondProbabilities(graph, answers)
  const [first] = answers
  if (answers.length === 1 && first !== undefined) {
    return {
      kind: 'classes',
      count: 2,
      probabilities: seconds === null ? null : bothClasses(graph, seconds),
      scores,
      codes: codesAbove(graph, columns, binaryThreshold(first)),
    }
  }
  return {
    kind: 'classes',
    count: answers.length,
    probabilities: seconds === null ? null : divideOrShare(graph, seconds, 0),
    scores,
    codes: lastWins ? argMaxLast(graph, columns) : argMax(graph, columns),
  }
}

/** float64 [rows, members], or null where a member has no probabilities. */
function secondProbabilities(graph: GraphBuilder, answers: readonly Answer[]): string | null {
  const columns: string[] = []
  for (const answer of answers) {
    if (answer.kind === 'values' || answer.probabilities === null) return null
    columns.push(secondColumn(graph, answer))
  }
  return joinSideBySide(graph, columns)
}

function addOneVersusOne(
  graph: PipelineGraph,
  flow: Flow,
  { members, classCount, threshold }: Node<'one-versus-one'>,
): ClassAnswer {
  const answers = members.map((member) => classesOf(graph.predict(flow, member)))
  const join = (read: (graph: GraphBuilder, answer: ClassAnswer) => string) =>
    joinSideBySide(
      graph,
      answers.map((answer) => read(graph, answer)),
    )
  const { signs, firsts } = pairSigns(classCount)
  const signsOf = graph.doubles([answers.length, classCount], signs)
  const votes = graph.apply('Add', [
    graph.apply('MatMul', [join(codesColumn), signsOf]),
    graph.doubles([1, classCount], firsts),
  ])
  const confidences = graph.apply('MatMul', [join(binaryScore), signsOf])
  // Into (-1/3, 1/3), so that confidence never outweighs a vote.
  const size = graph.apply('Add', [graph.apply('Abs', [confidences]), graph.doubles([1], [1])])
  const share = graph.apply('Div', [confidences, graph.apply('Mul', [size, factor(graph, 3)])])
  const sums = graph.apply('Add', [votes, share])
  const [first] = answers
  if (classCount !== 2 || first === undefined) {
    const codes = argMax(graph, sums)
    return { kind: 'classes', count: classCount, probabilities: null, scores: sums, codes }
  }
  const scores = takeColumn(graph, sums, 1)
  const codes = codesAbove(graph, scores, threshold ?? binaryThreshold(first))
  return { kind: 'classes', count: 2, probabilities: null, scores, codes }
}

/** For each pair -1 at its first class and 1 at its second, [pairs, classes]; and how often each class comes first. */
function pairSigns(classCount: number): {
  readonly signs: Float64Array
  readonly firsts: Float64Array
} {
  const signs: number[] = []
  const firsts = new Float64Array(classCount)
  for (let first = 0; first < classCount; first++) {
    for (let second = first + 1; second < classCount; second++) {
      for (let column = 0; column < classCount; column++) {
        signs.push(column === first ? -1 : column === second ? 1 : 0)
      }
    }
    firsts[first] = classCount - 1 - first
  }
  return { signs: Float64Array.from(signs), firsts }
}

/** Squared distances to the codes, less each row's own length, which is the same for all classes. */
function addCodeBook(graph: PipelineGraph, flow: Flow, node: Node<'code-book'>): ClassAnswer {
  const { rows, columns, data } = node.codes
  if (columns !== node.members.length) {
    throw new FormatError('The codes of this model do not fit its members.', 0)
  }
  const scores = joinSideBySide(
    graph,
    node.members.map((member) => binaryScore(graph, graph.predict(flow, member))),
  )
  const factors = new Float64Array(rows * columns)
  const lengths = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const code = data[row * columns + column] ?? 0
      factors[column * rows + row] = 2 * code
      lengths[row] = (lengths[row] ?? 0) + code * code
    }
  }
  const products = graph.apply('MatMul', [scores, graph.doubles([columns, rows], factors)])
  const nearness = graph.apply('Sub', [products, graph.doubles([1, rows], lengths)])
  const codes = argMax(graph, nearness)
  return { kind: 'classes', count: rows, probabilities: null, scores: null, codes }
}
