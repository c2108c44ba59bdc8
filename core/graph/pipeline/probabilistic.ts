// Naive Bayes, discriminant analysis, neural networks, curves and constants in float64.

import { FormatError } from '#core/formats/format-error.ts'
import type { Layer, ProbabilisticPredictor } from '#core/pipeline/probabilistic.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Answer, softmax } from './answer.ts'
import { DROP_DIMENSION, int } from './attributes.ts'
import { addInBlocks } from './blocks.ts'
import type { PredictorTable } from './converter.ts'
import { MAX_VALUES_AT_ONCE, sumLast } from './distance-matrix.ts'
import { secondAgainstFirst } from './distances.ts'
import { type Flow, numbersOf } from './flow.ts'
import { castToIntegers, countReached, rowOf, scalar } from './operators.ts'

/** Numbers of one table of a block: 8 MB. */
const BLOCK_VALUES = 2 ** 20

type Node<Kind extends ProbabilisticPredictor['kind']> = Extract<
  ProbabilisticPredictor,
  { readonly kind: Kind }
>

export const PROBABILISTIC: PredictorTable<ProbabilisticPredictor> = {
  'gaussian-bayes': (graph, flow, node) => addGaussian(graph, numbersOf(graph, flow), node),
  'categorical-bayes': (graph, flow, node) => addCategorical(graph, numbersOf(graph, flow), node),
  quadratic: (graph, flow, node) => addQuadratic(graph, numbersOf(graph, flow), node),
  layers: (graph, flow, node) => addLayers(graph, numbersOf(graph, flow), node),
  interpolation: (graph, flow, node) => addInterpolation(graph, numbersOf(graph, flow), node),
  constant: addConstant,
}

/** Classes from logarithms of likelihoods, which scikit-learn gives as probabilities only. */
function likeliest(graph: GraphBuilder, logarithms: string, count: number): Answer {
  const probabilities = softmax(graph, logarithms)
  return { kind: 'classes', count, probabilities, scores: null, codes: null }
}

function addGaussian(graph: GraphBuilder, values: string, node: Node<'gaussian-bayes'>): Answer {
  const { means, variances, logPrior } = node
  const { rows, columns } = means
  const rates = variances.data.map((variance) => -0.5 / variance)
  const constant = logPrior.map((prior, row) => {
    const own = variances.data.subarray(row * columns, (row + 1) * columns)
    return prior - 0.5 * own.reduce((sum, variance) => sum + Math.log(2 * Math.PI * variance), 0)
  })
  const add = (inner: GraphBuilder, block: string): string => {
    const spread = inner.apply('Unsqueeze', [block, inner.integers([1], [1])])
    const away = inner.apply('Sub', [spread, inner.doubles([1, rows, columns], means.data)])
    const squares = inner.apply('Mul', [away, away])
    const terms = inner.apply('Mul', [squares, inner.doubles([1, rows, columns], rates)])
    return inner.apply('Add', [sumLast(inner, terms), rowOf(inner, constant)])
  }
  if (means.data.length <= MAX_VALUES_AT_ONCE) return likeliest(graph, add(graph, values), rows)
  const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / means.data.length))
  const [logarithms = ''] = addInBlocks(graph, values, columns, blockRows, (inner, block) => [
    { tensor: add(inner, block), type: 'float64', width: rows },
  ])
  return likeliest(graph, logarithms, rows)
}

/** All columns' categories stand in one table; its last row is for categories that nobody knows, which have no answer. */
function addCategorical(
  graph: GraphBuilder,
  values: string,
  node: Node<'categorical-bayes'>,
): Answer {
  const { columns, logPrior } = node
  const classCount = logPrior.length
  const counts = columns.map(({ rows }) => rows)
  const known = counts.reduce((sum, count) => sum + count, 0)
  const table = new Float64Array((known + 1) * classCount).fill(Number.NaN)
  const starts: number[] = []
  let start = 0
  for (const { rows, data } of columns) {
    starts.push(start)
    table.set(data, start * classCount)
    start += rows
  }
  const whole = castToIntegers(graph, values)
  const isKnown = graph.apply('And', [
    graph.apply('GreaterOrEqual', [whole, graph.integers([], [0])]),
    graph.apply('Less', [whole, graph.integers([1, counts.length], counts)]),
  ])
  const places = graph.apply('Add', [whole, graph.integers([1, starts.length], starts)])
  const safe = graph.apply('Where', [isKnown, places, graph.integers([], [known])])
  const terms = graph.apply('Gather', [graph.doubles([known + 1, classCount], table), safe])
  const sum = graph.apply('ReduceSum', [terms, graph.integers([1], [1])], {
    attributes: [DROP_DIMENSION],
  })
  return likeliest(graph, graph.apply('Add', [sum, rowOf(graph, logPrior)]), classCount)
}

/** Each class turns and stretches the row its own way: all at once by one product of stacked matrices. */
function addQuadratic(graph: GraphBuilder, values: string, node: Node<'quadratic'>): Answer {
  const { means, rotations, scalings, logPrior } = node
  const { rows: count, columns } = means
  const rank = Math.max(1, ...scalings.map((scaling) => scaling.length))
  const stretch = new Float64Array(count * columns * rank)
  rotations.forEach((rotation, index) => {
    const scaling = scalings[index] ?? new Float64Array()
    rotation.data.forEach((value, at) => {
      const row = Math.floor(at / rotation.columns)
      const place = at % rotation.columns
      stretch[(index * columns + row) * rank + place] = value / Math.sqrt(scaling[place] ?? 1)
    })
  })
  const spread = graph.apply('Unsqueeze', [values, graph.integers([1], [0])])
  const away = graph.apply('Sub', [spread, graph.doubles([count, 1, columns], means.data)])
  const turned = graph.apply('MatMul', [away, graph.doubles([count, columns, rank], stretch)])
  const norms = sumLast(graph, graph.apply('Mul', [turned, turned]))
  const byRow = graph.apply('Transpose', [norms])
  const halves = graph.apply('Mul', [byRow, scalar(graph, -0.5)])
  const constant = logPrior.map(
    (prior, index) =>
      prior -
      0.5 *
        (scalings[index] ?? new Float64Array()).reduce((sum, value) => sum + Math.log(value), 0),
  )
  const scores = graph.apply('Add', [halves, rowOf(graph, constant)])
  return {
    kind: 'classes',
    count,
    probabilities: softmax(graph, scores),
    scores: count === 2 ? secondAgainstFirst(graph, scores) : scores,
    codes: null,
  }
}

const ACTIVATIONS = { relu: 'Relu', tanh: 'Tanh', logistic: 'Sigmoid', identity: null } as const

function addLayers(
  graph: GraphBuilder,
  values: string,
  { layers, activation, output }: Node<'layers'>,
): Answer {
  const operator = ACTIVATIONS[activation]
  const hidden = layers.slice(0, -1).reduce((below, layer) => {
    const sums = addLayer(graph, below, layer)
    return operator === null ? sums : graph.apply(operator, [sums])
  }, values)
  const last = layers.at(-1)
  if (last === undefined) throw new FormatError('A neural network has no layers.', 0)
  const count = last.weights.columns
  switch (output) {
    case 'identity':
      return { kind: 'values', count, values: addLayer(graph, hidden, last) }
    case 'exp':
      return { kind: 'values', count, values: graph.apply('Exp', [addLayer(graph, hidden, last)]) }
    case 'softmax':
      return likeliest(graph, addLayer(graph, hidden, last), count)
    case 'sigmoid':
      return likeliest(graph, addLayer(graph, hidden, besideZero(last)), 2)
  }
}

/** A sigmoid is the softmax of 0 and its argument. */
function besideZero({ weights, bias }: Layer): Layer {
  const data = new Float64Array(2 * weights.rows)
  weights.data.forEach((value, row) => {
    data[2 * row + 1] = value
  })
  return {
    weights: { rows: weights.rows, columns: 2, data },
    bias: Float64Array.of(0, bias[0] ?? 0),
  }
}

function addLayer(graph: GraphBuilder, below: string, { weights, bias }: Layer): string {
  const stored = graph.doubles([weights.rows, weights.columns], weights.data)
  return graph.apply('Add', [graph.apply('MatMul', [below, stored]), rowOf(graph, bias)])
}

/** Counts the inner points below a value to find its piece: y = start + slope · (value - x). */
function addInterpolation(
  graph: GraphBuilder,
  values: string,
  { x, y, beyond }: Node<'interpolation'>,
): Answer {
  const last = x.length - 1
  const low = scalar(graph, x[0] ?? 0)
  const high = scalar(graph, x[last] ?? 0)
  const clipped = graph.apply('Clip', [values, low, high])
  const found = addCurve(graph, clipped, x, y)
  if (beyond === 'constant') return { kind: 'values', count: 1, values: found }
  const isInside = graph.apply('Equal', [clipped, values])
  const inside = graph.apply('Where', [isInside, found, scalar(graph, Number.NaN)])
  return { kind: 'values', count: 1, values: inside }
}

function addCurve(graph: GraphBuilder, values: string, x: Float64Array, y: Float64Array): string {
  if (x.length < 2) return flat(graph, values, y)
  if (x.length <= MAX_VALUES_AT_ONCE) return addPieces(graph, values, x, y)
  const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / x.length))
  const [found = ''] = addInBlocks(graph, values, 1, blockRows, (inner, block) => [
    { tensor: addPieces(inner, block, x, y), type: 'float64', width: 1 },
  ])
  return found
}

function flat(graph: GraphBuilder, values: string, y: Float64Array): string {
  const zeros = graph.apply('Sub', [values, values])
  return graph.apply('Add', [zeros, scalar(graph, y[0] ?? 0)])
}

function addPieces(graph: GraphBuilder, values: string, x: Float64Array, y: Float64Array): string {
  const last = x.length - 1
  const slopes = Float64Array.from({ length: last }, (_, piece) => {
    const width = (x[piece + 1] ?? 0) - (x[piece] ?? 0)
    return width === 0 ? 0 : ((y[piece + 1] ?? 0) - (y[piece] ?? 0)) / width
  })
  const piece =
    last === 1
      ? castToIntegers(graph, graph.apply('Sub', [values, values]))
      : castToIntegers(graph, countReached(graph, values, [x.subarray(1, last)]))
  const pick = (numbers: Float64Array) =>
    graph.apply('Gather', [graph.doubles([last], numbers.subarray(0, last)), piece])
  const steps = graph.apply('Mul', [pick(slopes), graph.apply('Sub', [values, pick(x)])])
  return graph.apply('Add', [steps, pick(y)])
}

/** Only the number of rows is read. */
function addConstant(graph: GraphBuilder, flow: Flow, node: Node<'constant'>): Answer {
  const { probabilities, values } = node
  const numbers = probabilities ?? values ?? new Float64Array()
  const source = flow.find((column) => column.source.tensor !== '')?.source
  if (source === undefined) throw new FormatError('This model takes no columns at all.', 0)
  const rows = graph.apply('Shape', [source.tensor], {
    attributes: [int('start', 0), int('end', 1)],
  })
  const shape = graph.apply('Concat', [rows, graph.integers([1], [numbers.length])], {
    attributes: [int('axis', 0)],
  })
  const spread = graph.apply('Expand', [rowOf(graph, numbers), shape])
  const count = numbers.length
  if (probabilities === null) return { kind: 'values', count, values: spread }
  return { kind: 'classes', count, probabilities: spread, scores: null, codes: null }
}
