// One-hot columns: a comparison for each result of one category, and sums where several share a result.

import type { OneHotColumn } from '#core/pipeline/categories.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { matchCategories } from './category-matches.ts'
import { denseFlow, type Flow, type FlowColumn } from './flow.ts'
import { rowOf } from './operators.ts'

/** A result that is 1 for several categories, or for values beyond them all. */
interface SharedResult {
  readonly column: number
  readonly output: number
}

/** Columns of one type. */
export function addOneHot(
  graph: GraphBuilder,
  flow: Flow,
  columns: readonly OneHotColumn[],
): readonly FlowColumn[] {
  const own: number[][] = []
  const shared: SharedResult[] = []
  const sources: ('own' | 'shared')[] = []
  columns.forEach((column, index) => {
    const categories = categoriesOfResults(column)
    own.push([])
    for (let output = 0; output < column.width; output++) {
      const [first, second] = categories[output] ?? []
      const isOwn = first !== undefined && second === undefined && output !== column.unknown
      if (isOwn) own[index]?.push(first)
      else shared.push({ column: index, output })
      sources.push(isOwn ? 'own' : 'shared')
    }
  })
  const ownCount = own.reduce((sum, list) => sum + list.length, 0)
  const ownFlow =
    ownCount === 0 ? [] : denseFlow(matchCategories(graph, flow, columns, own), ownCount)
  const sharedFlow =
    shared.length === 0 ? [] : denseFlow(addShared(graph, flow, columns, shared), shared.length)
  let nextOwn = 0
  let nextShared = 0
  return sources.flatMap(
    (source) => (source === 'own' ? ownFlow[nextOwn++] : sharedFlow[nextShared++]) ?? [],
  )
}

function categoriesOfResults(column: OneHotColumn): readonly (readonly number[])[] {
  const categories: number[][] = Array.from({ length: column.width }, () => [])
  column.outputs.forEach((output, category) => {
    categories[output]?.push(category)
  })
  return categories
}

/** float64 [rows, shared]: sums over the matches of all categories of these columns. */
function addShared(
  graph: GraphBuilder,
  flow: Flow,
  columns: readonly OneHotColumn[],
  shared: readonly SharedResult[],
): string {
  const needed = new Set(shared.map(({ column }) => column))
  const places = columns.map(({ outputs }, index) => (needed.has(index) ? [...outputs.keys()] : []))
  const matches = matchCategories(graph, flow, columns, places)
  const count = places.reduce((sum, list) => sum + list.length, 0)
  const weights = new Float64Array(count * shared.length)
  const base = new Float64Array(shared.length)
  shared.forEach(({ column, output }, place) => {
    const isUnknown = columns[column]?.unknown === output
    base[place] = isUnknown ? 1 : 0
    let row = 0
    places.forEach((list, index) => {
      for (const category of list) {
        const isMatch = index === column && columns[index]?.outputs[category] === output
        // A match takes back what an unknown value would have given, and gives its own.
        const weight = (isMatch ? 1 : 0) - (isUnknown && index === column ? 1 : 0)
        weights[row * shared.length + place] = weight
        row++
      }
    })
  })
  const sums = graph.apply('MatMul', [matches, graph.doubles([count, shared.length], weights)])
  return base.includes(1) ? graph.apply('Add', [sums, rowOf(graph, base)]) : sums
}
