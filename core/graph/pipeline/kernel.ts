// Support vector machines in float64: kernels, libsvm's decisions for pairs of classes, and what follows from them.

import type { Kernel, KernelMachine, KernelTarget } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, argMax } from './answer.ts'
import { addInBlocks } from './blocks.ts'
import { couplePairs } from './coupling.ts'
import { addPowers, MAX_VALUES_AT_ONCE } from './distance-matrix.ts'
import { castToDoubles, castToIntegers, rowOf, scalar } from './operators.ts'

/** Numbers of one table of kernels in a block: 1 MB, of which several may be left behind. */
const BLOCK_VALUES = 2 ** 17

/** Relative error of a kernel that a faster way to it may cost. */
const LEAST_LOSS = 1e-12

type ClassTarget = Extract<KernelTarget, { readonly kind: 'classes' }>

export function addKernelMachine(graph: GraphBuilder, values: string, node: KernelMachine): Answer {
  const { target } = node
  const sums = addSums(graph, values, node)
  switch (target.kind) {
    case 'value':
      return { kind: 'values', count: 1, values: sums }
    case 'inlier':
      return {
        kind: 'classes',
        count: 2,
        probabilities: null,
        scores: sums,
        codes: codesOfFlags(graph, graph.apply('Greater', [sums, scalar(graph, 0)])),
      }
    case 'classes':
      return target.vectorCounts.length === 2
        ? addTwoClasses(graph, sums, target)
        : addManyClasses(graph, sums, target)
  }
}

/** float64 [rows, pairs of classes], or [rows, 1]. */
function addSums(graph: GraphBuilder, values: string, node: KernelMachine): string {
  const { kernel, vectors } = node
  const weights = pairWeights(node)
  const pairs = weights.columns
  if (kernel.kind === 'linear') {
    const stored = graph.doubles([vectors.columns, pairs], collapse(vectors, weights))
    const product = graph.apply('MatMul', [values, stored])
    return graph.apply('Add', [product, rowOf(graph, node.intercept)])
  }
  const add = (inner: GraphBuilder, rows: string): string => {
    const similar = addKernel(inner, rows, kernel, vectors)
    const stored = inner.doubles([weights.rows, pairs], weights.data)
    const product = inner.apply('MatMul', [similar, stored])
    return inner.apply('Add', [product, rowOf(inner, node.intercept)])
  }
  if (vectors.data.length <= MAX_VALUES_AT_ONCE) return add(graph, values)
  const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / vectors.rows))
  const [sums = ''] = addInBlocks(graph, values, vectors.columns, blockRows, (inner, block) => [
    { tensor: add(inner, block), type: 'float64', width: pairs },
  ])
  return sums
}

/** float64 [rows, vectors]. */
function addKernel(
  graph: GraphBuilder,
  values: string,
  kernel: Exclude<Kernel, { readonly kind: 'linear' }>,
  vectors: Matrix,
): string {
  if (kernel.kind === 'rbf') {
    if (areProductsEnough(vectors, kernel.gamma))
      return addRbf(graph, values, kernel.gamma, vectors)
    const squares = addPowers(graph, values, vectors, { kind: 'euclidean' })
    return graph.apply('Exp', [graph.apply('Mul', [squares, scalar(graph, -kernel.gamma)])])
  }
  const scaled = transpose(vectors).map((value) => value * kernel.gamma)
  const stored = graph.doubles([vectors.columns, vectors.rows], scaled)
  const product = graph.apply('MatMul', [values, stored])
  const shifted = graph.apply('Add', [product, scalar(graph, kernel.coef0)])
  return kernel.kind === 'sigmoid'
    ? graph.apply('Tanh', [shifted])
    : graph.apply('Pow', [shifted, scalar(graph, kernel.degree)])
}

/** True for many vectors whose squared distances lose next to nothing when they are taken from products. */
function areProductsEnough(vectors: Matrix, gamma: number): boolean {
  const { rows, columns, data } = vectors
  if (data.length <= MAX_VALUES_AT_ONCE) return false
  const largest = squaresOf(vectors).reduce((most, square) => Math.max(most, square), 0)
  return rows > 0 && gamma * largest * columns * Number.EPSILON < LEAST_LOSS
}

/** exp(-gamma · (|x|² - 2xy + |y|²)) with one product of matrices. */
function addRbf(graph: GraphBuilder, values: string, gamma: number, vectors: Matrix): string {
  const { rows, columns } = vectors
  const doubled = transpose(vectors).map((value) => 2 * gamma * value)
  const stored = graph.doubles([columns, rows], doubled)
  const squares = rowOf(
    graph,
    squaresOf(vectors).map((square) => -gamma * square),
  )
  const product = graph.apply('Gemm', [values, stored, squares])
  const own = graph.apply('ReduceSum', [
    graph.apply('Mul', [values, values]),
    graph.integers([1], [1]),
  ])
  const scaled = graph.apply('Mul', [own, scalar(graph, gamma)])
  return graph.apply('Exp', [graph.apply('Sub', [product, scaled])])
}

function squaresOf({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let at = row * columns; at < (row + 1) * columns; at++) sum += (data[at] ?? 0) ** 2
    return sum
  })
}

/**
 * [vectors, pairs]: the weight of each support vector in each decision. libsvm keeps, for a vector of class i, its weight
 * against class j in row j - 1 where j > i and in row j where j < i.
 */
function pairWeights({ dualCoefficients, target }: KernelMachine): Matrix {
  const { columns: count, data } = dualCoefficients
  if (target.kind !== 'classes') return { rows: count, columns: 1, data }
  const classes = target.vectorCounts.length
  const pairs = (classes * (classes - 1)) / 2
  const weights = new Float64Array(count * pairs)
  const starts = startsOf(target.vectorCounts)
  let pair = 0
  for (let first = 0; first < classes; first++) {
    for (let second = first + 1; second < classes; second++) {
      const fill = (owner: number, row: number) => {
        for (let at = starts[owner] ?? 0; at < (starts[owner + 1] ?? 0); at++) {
          weights[at * pairs + pair] = data[row * count + at] ?? 0
        }
      }
      fill(first, second - 1)
      fill(second, first)
      pair++
    }
  }
  return { rows: count, columns: pairs, data: weights }
}

function startsOf(counts: Int32Array): readonly number[] {
  const starts = [0]
  for (const count of counts) starts.push((starts.at(-1) ?? 0) + count)
  return starts
}

/** vectorsᵀ · weights: what a linear kernel's support vectors come to. */
function collapse(vectors: Matrix, weights: Matrix): Float64Array {
  const result = new Float64Array(vectors.columns * weights.columns)
  for (let row = 0; row < vectors.rows; row++) {
    for (let column = 0; column < vectors.columns; column++) {
      const value = vectors.data[row * vectors.columns + column] ?? 0
      if (value === 0) continue
      for (let pair = 0; pair < weights.columns; pair++) {
        const at = column * weights.columns + pair
        result[at] = (result[at] ?? 0) + value * (weights.data[row * weights.columns + pair] ?? 0)
      }
    }
  }
  return result
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

/** A positive sum speaks for the first class; scikit-learn's score speaks for the second. */
function addTwoClasses(graph: GraphBuilder, sums: string, { platt }: ClassTarget): Answer {
  const isFirst = graph.apply('Greater', [sums, scalar(graph, 0)])
  return {
    kind: 'classes',
    count: 2,
    probabilities: platt === null ? null : couplePairs(graph, sums, platt, 2),
    scores: graph.apply('Neg', [sums]),
    codes: codesOfFlags(graph, graph.apply('Not', [isFirst])),
  }
}

/** Each pair of classes votes for one of the two. */
function addManyClasses(graph: GraphBuilder, sums: string, target: ClassTarget): Answer {
  const count = target.vectorCounts.length
  const scores = addClassScores(graph, sums, count)
  const isFirst = castToDoubles(graph, graph.apply('Greater', [sums, scalar(graph, 0)]))
  const votes = addVotes(graph, isFirst, count)
  return {
    kind: 'classes',
    count,
    probabilities: target.platt === null ? null : couplePairs(graph, sums, target.platt, count),
    scores: target.scores === 'classes' ? scores : null,
    codes: argMax(graph, target.breakTies ? scores : votes),
  }
}

/** Votes plus at most a third for how sure the pairs are: scikit-learn's decision_function of the shape `ovr`. */
function addClassScores(graph: GraphBuilder, sums: string, count: number): string {
  const isFirst = castToDoubles(graph, graph.apply('GreaterOrEqual', [sums, scalar(graph, 0)]))
  const signs = pairSigns(count)
  const pairs = (count * (count - 1)) / 2
  const sureness = graph.apply('MatMul', [sums, graph.doubles([pairs, count], signs)])
  const size = graph.apply('Add', [graph.apply('Abs', [sureness]), scalar(graph, 1)])
  const share = graph.apply('Div', [sureness, graph.apply('Mul', [size, scalar(graph, 3)])])
  return graph.apply('Add', [addVotes(graph, isFirst, count), share])
}

/** From 1 for the first class of each pair and 0 for the second. */
function addVotes(graph: GraphBuilder, isFirst: string, count: number): string {
  const pairs = (count * (count - 1)) / 2
  const stored = graph.doubles([pairs, count], pairSigns(count))
  const swing = graph.apply('MatMul', [isFirst, stored])
  // Class j is the second of j pairs.
  const asSecond = Float64Array.from({ length: count }, (_, index) => index)
  return graph.apply('Add', [swing, rowOf(graph, asSecond)])
}

/** [pairs, classes]: 1 for the first class of a pair, -1 for the second. */
function pairSigns(count: number): Float64Array {
  const signs = new Float64Array(((count * (count - 1)) / 2) * count)
  let pair = 0
  for (let first = 0; first < count; first++) {
    for (let second = first + 1; second < count; second++) {
      signs[pair * count + first] = 1
      signs[pair * count + second] = -1
      pair++
    }
  }
  return signs
}

function codesOfFlags(graph: GraphBuilder, flags: string): string {
  return graph.apply('Squeeze', [castToIntegers(graph, flags), graph.integers([1], [1])])
}
