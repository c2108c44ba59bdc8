// Other columns than before: projections, selections, products and splines.

import { polynomialLevels } from '#core/pipeline/polynomial-terms.ts'
import type { Rearranger, SplineColumn } from '#core/pipeline/preprocessing.ts'
import type { PipelineGraph, TransformerTable } from './converter.ts'
import { addRoots } from './distance-matrix.ts'
import { denseFlow, type Flow, numbersOf, pickColumns } from './flow.ts'
import { addAllPowers } from './nearest.ts'
import { axis, castToIntegers, countReached, gatherColumns, rowOf } from './operators.ts'

export const REARRANGERS: TransformerTable<Rearranger> = {
  project: addProjection,
  distances(graph, flow, { centres }) {
    const metric = { kind: 'euclidean' } as const
    const powers = addAllPowers(graph, numbersOf(graph, flow), centres, metric)
    return denseFlow(addRoots(graph, powers, metric, centres.columns), centres.rows)
  },
  select: (_, flow, node) => pickColumns(flow, node.columns),
  polynomial: addPolynomial,
  splines: addSplines,
}

type Node<Kind extends Rearranger['kind']> = Extract<Rearranger, { kind: Kind }>

function addProjection(graph: PipelineGraph, flow: Flow, node: Node<'project'>): Flow {
  const { rows, columns, data } = node.components
  let values = numbersOf(graph, flow)
  if (node.mean !== null) values = graph.apply('Sub', [values, rowOf(graph, node.mean)])
  const turned = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = data[row * columns + column] ?? 0
    }
  }
  values = graph.apply('MatMul', [values, graph.doubles([columns, rows], turned)])
  if (node.divide !== null) values = graph.apply('Div', [values, rowOf(graph, node.divide)])
  return denseFlow(values, rows)
}

/** Products of one degree are those of one degree less, times a column each. */
function addPolynomial(graph: PipelineGraph, flow: Flow, node: Node<'polynomial'>): Flow {
  const values = numbersOf(graph, flow)
  const levels = polynomialLevels(flow.length, node.highest, node.interactionsOnly)
  let products = values
  const flows: Flow[] = []
  if (node.bias) flows.push(onesLike(graph, values))
  levels.forEach(({ parents, columns }, index) => {
    if (columns.length === 0) return
    if (index > 0) {
      const before = gatherColumns(graph, products, parents)
      products = graph.apply('Mul', [before, gatherColumns(graph, values, columns)])
    }
    if (index + 1 >= node.lowest) flows.push(denseFlow(products, columns.length))
  })
  return flows.flat()
}

/** One column of ones, as long as the table. */
function onesLike(graph: PipelineGraph, values: string): Flow {
  const rows = graph.apply('Gather', [graph.apply('Shape', [values]), graph.integers([1], [0])])
  const shape = graph.apply('Concat', [rows, graph.integers([1], [1])], { attributes: [axis(0)] })
  return denseFlow(graph.apply('Expand', [graph.doubles([1, 1], [1]), shape]), 1)
}

/** Each column's interval picks its coefficients; the powers of the distance from its knot times these are the results. */
function addSplines(graph: PipelineGraph, flow: Flow, node: Node<'splines'>): Flow {
  const values = numbersOf(graph, flow)
  return node.columns.flatMap(({ knots, coefficients, outputs }, column) => {
    const own = insideConstants(graph, gatherColumns(graph, values, [column]), {
      knots,
      coefficients,
      outputs,
    })
    const intervals = countReached(graph, own, [knots.subarray(1)])
    const place = graph.apply('Squeeze', [
      castToIntegers(graph, intervals),
      graph.integers([1], [1]),
    ])
    const start = graph.apply('Gather', [graph.doubles([knots.length, 1], knots), place])
    const size = coefficients.columns / outputs
    const powers = graph.apply('Pow', [
      graph.apply('Sub', [own, start]),
      rowOf(
        graph,
        Array.from({ length: size }, (_, power) => power),
      ),
    ])
    const table = graph.doubles([coefficients.rows, outputs, size], coefficients.data)
    const picked = graph.apply('Gather', [table, place])
    const column3 = graph.apply('Unsqueeze', [powers, graph.integers([1], [2])])
    const result = graph.apply('MatMul', [picked, column3])
    return denseFlow(graph.apply('Squeeze', [result, graph.integers([1], [2])]), outputs)
  })
}

/** Where nothing changes beyond the knots, values stop near them: powers of large ones would be infinite. */
function insideConstants(
  graph: PipelineGraph,
  values: string,
  { knots, coefficients: { columns, rows, data }, outputs }: SplineColumn,
): string {
  const size = columns / outputs
  const isConstant = (row: number) =>
    data
      .subarray(row * columns, (row + 1) * columns)
      .every((value, at) => at % size === 0 || value === 0)
  if (!isConstant(0) || !isConstant(rows - 1)) return values
  const [first, last] = [knots[0] ?? 0, knots.at(-1) ?? 0]
  // Somewhere beyond them, whatever their size is.
  const bounds = [first - Math.max(1, Math.abs(first)), last + Math.max(1, Math.abs(last))]
  return graph.apply('Clip', [values, ...bounds.map((bound) => graph.doubles([], [bound]))])
}
