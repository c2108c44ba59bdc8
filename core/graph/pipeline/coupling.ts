// Probabilities of many classes from pairs of them, as libsvm couples them: Wu, Lin and Weng (2004), second method.

import { FormatError } from '#core/formats/format-error.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import { rowOf, scalar } from './operators.ts'

/** libsvm keeps each pair's probability this far from 0 and 1. */
const LEAST_PROBABILITY = 1e-7

/** libsvm stops once the conditions of the optimum hold up to this, divided by the number of classes. */
const TOLERANCE = 0.005

/** Each class takes ten operators a round. */
const MAX_COUPLED_CLASSES = 20

interface Platt {
  readonly a: Float64Array
  readonly b: Float64Array
}

/** float64 [rows, pairs] of libsvm's decisions → [rows, count] of probabilities. Throws FormatError for too many classes. */
export function couplePairs(
  graph: GraphBuilder,
  sums: string,
  platt: Platt,
  count: number,
): string {
  if (count > MAX_COUPLED_CLASSES) {
    throw new FormatError(
      `This support vector machine gives probabilities of ${count} classes; Parley couples at most ${MAX_COUPLED_CLASSES}. Train it with probability=False, or wrap it in CalibratedClassifierCV.`,
      0,
    )
  }
  const firsts = addPairProbabilities(graph, sums, platt)
  const parts = squaresAndProducts(graph, firsts)
  const coupling = createCoupling(graph, parts, count)
  let shares = addEqualShares(graph, firsts, count)
  for (let round = 0; round < roundsOf(count); round++) {
    shares = addRound(graph, coupling, shares)
  }
  return shares
}

/** [rows, count], one row for each of `firsts`. */
function addEqualShares(graph: GraphBuilder, firsts: string, count: number): string {
  const zeros = graph.apply('Sub', [firsts, firsts])
  const none = graph.apply('ReduceSum', [zeros, graph.integers([1], [1])])
  return graph.apply('Add', [none, rowOf(graph, new Float64Array(count).fill(1 / count))])
}

/**
 * libsvm would go on for 100 rounds, but its condition holds far sooner: a search for pairs that take long found 2 rounds
 * for two classes, 4 for three, 5 for up to ten and 6 for more.
 */
function roundsOf(count: number): number {
  if (count === 2) return 3
  return count <= 10 ? 6 : 8
}

/** [rows, pairs]: the probability of the first class of each pair. */
function addPairProbabilities(graph: GraphBuilder, sums: string, { a, b }: Platt): string {
  const exponents = graph.apply('Add', [
    graph.apply('Mul', [sums, rowOf(graph, a)]),
    rowOf(graph, b),
  ])
  const one = scalar(graph, 1)
  const odds = graph.apply('Add', [graph.apply('Exp', [exponents]), one])
  const least = scalar(graph, LEAST_PROBABILITY)
  const most = scalar(graph, 1 - LEAST_PROBABILITY)
  return graph.apply('Clip', [graph.apply('Div', [one, odds]), least, most])
}

/** [rows, 3 · pairs]: the squares of both classes' probabilities, and their negative product. */
function squaresAndProducts(graph: GraphBuilder, firsts: string): string {
  const seconds = graph.apply('Sub', [scalar(graph, 1), firsts])
  const square = (values: string) => graph.apply('Mul', [values, values])
  const products = graph.apply('Neg', [graph.apply('Mul', [firsts, seconds])])
  return graph.apply('Concat', [square(firsts), square(seconds), products], {
    attributes: [int('axis', 1)],
  })
}

/** The quadratic form Q of the shares, in the shapes in which the rounds read it. */
interface Coupling {
  readonly count: number
  /** [rows, classes, classes]. */
  readonly form: string
  /** For each class, [rows, 2 · classes]: its row of Q, then a unit vector. */
  readonly steps: readonly string[]
  /** For each class, [rows, 1]: its element of Q's diagonal. */
  readonly diagonal: readonly string[]
}

function createCoupling(graph: GraphBuilder, parts: string, count: number): Coupling {
  const pairs = (count * (count - 1)) / 2
  const place = (rows: number, columns: number, at: readonly (readonly [number, number])[]) => {
    const table = new Float64Array(rows * columns)
    for (const [row, column] of at) table[row * columns + column] = 1
    return graph.apply('MatMul', [parts, graph.doubles([rows, columns], table)])
  }
  const entries = formEntries(count, pairs)
  const flat = place(3 * pairs, count * count, entries)
  const wide = place(
    3 * pairs,
    2 * count * count,
    entries.map(([part, at]) => [part, Math.floor(at / count) * 2 * count + (at % count)] as const),
  )
  const units = new Float64Array(2 * count * count)
  for (let index = 0; index < count; index++) units[index * 2 * count + count + index] = 1
  const steps = graph.apply('Add', [wide, rowOf(graph, units)])
  const diagonal = place(
    3 * pairs,
    count,
    entries
      .filter(([, at]) => at % (count + 1) === 0)
      .map(([part, at]) => [part, at % count] as const),
  )
  return {
    count,
    form: graph.apply('Reshape', [flat, graph.integers([3], [-1, count, count])]),
    steps: split(graph, steps, count),
    diagonal: split(graph, diagonal, count),
  }
}

function split(graph: GraphBuilder, values: string, count: number): readonly string[] {
  return graph.applyMany('Split', [values], count, { attributes: [int('axis', 1)] })
}

/** Which of the squares and products add up to which element of Q. */
function formEntries(count: number, pairs: number): readonly (readonly [number, number])[] {
  const entries: (readonly [number, number])[] = []
  let pair = 0
  for (let first = 0; first < count; first++) {
    for (let second = first + 1; second < count; second++) {
      entries.push([pair, second * count + second])
      entries.push([pairs + pair, first * count + first])
      entries.push([2 * pairs + pair, first * count + second])
      entries.push([2 * pairs + pair, second * count + first])
      pair++
    }
  }
  return entries
}

/** One round over the classes; rows whose shares were good enough before keep them. */
function addRound(
  graph: GraphBuilder,
  { count, form, steps, diagonal }: Coupling,
  shares: string,
): string {
  const spread = graph.apply('Unsqueeze', [shares, graph.integers([1], [1])])
  const products = graph.apply(
    'ReduceSum',
    [graph.apply('Mul', [form, spread]), graph.integers([1], [2])],
    { attributes: [DROP_DIMENSION] },
  )
  const start = graph.apply('ReduceSum', [
    graph.apply('Mul', [shares, products]),
    graph.integers([1], [1]),
  ])
  const isDone = addIsDone(graph, products, start, count)
  const state = graph.apply('Concat', [products, shares], { attributes: [int('axis', 1)] })
  const swept = sweep(graph, { state, value: start, total: scalar(graph, 1) }, steps, diagonal)
  const [, unscaled = ''] = split(graph, swept.state, 2)
  const next = graph.apply('Div', [unscaled, swept.total])
  return graph.apply('Where', [isDone, shares, next])
}

function addIsDone(graph: GraphBuilder, products: string, value: string, count: number): string {
  const errors = graph.apply('Abs', [graph.apply('Sub', [products, value])])
  const worst = graph.apply('ReduceMax', [errors], {
    attributes: [{ kind: 'ints', name: 'axes', values: [1] }],
  })
  return graph.apply('Less', [worst, scalar(graph, TOLERANCE / count)])
}

/** Shares and their products with Q, both times `total`; and the value of the form, times its square. */
interface Sweep {
  /** [rows, 2 · classes]: products, then shares. */
  readonly state: string
  readonly value: string
  readonly total: string
}

/** libsvm divides by the new total after each class; here the total is carried along. */
function sweep(
  graph: GraphBuilder,
  start: Sweep,
  steps: readonly string[],
  diagonal: readonly string[],
): Sweep {
  return steps.reduce(({ state, value, total }: Sweep, step, index) => {
    const product = graph.apply('Gather', [state, graph.integers([1], [index])], {
      attributes: [int('axis', 1)],
    })
    const level = graph.apply('Div', [value, total])
    const change = graph.apply('Div', [graph.apply('Sub', [level, product]), diagonal[index] ?? ''])
    const gain = graph.apply('Mul', [change, graph.apply('Add', [level, product])])
    return {
      state: graph.apply('Add', [state, graph.apply('Mul', [change, step])]),
      value: graph.apply('Add', [value, gain]),
      total: graph.apply('Add', [total, change]),
    }
  }, start)
}
