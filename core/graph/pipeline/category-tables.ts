// Categories with numbers of their own: ranks, or what was learnt of the target.

import type { EncodedColumn } from '#core/pipeline/categories.ts'
import { addPositions, matchCategories } from './category-matches.ts'
import type { PipelineGraph } from './converter.ts'
import { denseFlow, type Flow, textsOf } from './flow.ts'
import { gatherColumns, rowOf, scalar } from './operators.ts'

/** A larger table than this is made in parts, each for half of the columns: all columns share one list of texts. */
const MAX_TABLE_ENTRIES = 1_000_000

export function addTables(
  graph: PipelineGraph,
  flow: Flow,
  columns: readonly EncodedColumn[],
): Flow {
  const isText = columns[0]?.categories.type === 'text'
  const different = new Set(columns.flatMap(({ categories }) => [...categories.values])).size
  const entries = columns.reduce((sum, column) => sum + (different + 1) * column.width, 0)
  const widths = new Set(columns.map((column) => column.width))
  if (columns.length > 1 && (entries > MAX_TABLE_ENTRIES || widths.size > 1)) {
    const half = Math.ceil(columns.length / 2)
    return [
      ...addTables(graph, flow.slice(0, half), columns.slice(0, half)),
      ...addTables(graph, flow.slice(half), columns.slice(half)),
    ]
  }
  return isText ? pickFromTable(graph, flow, columns) : sumTables(graph, flow, columns)
}

/** The text's position picks a row of its column's part of one table. */
function pickFromTable(graph: PipelineGraph, flow: Flow, columns: readonly EncodedColumn[]): Flow {
  const width = columns[0]?.width ?? 0
  const keys = columns.flatMap(({ categories }) => [...categories.values].map(String))
  const { positions, known } = addPositions(graph, textsOf(graph, flow), keys)
  const height = known.size + 1
  const table = new Float64Array(columns.length * height * width)
  columns.forEach((column, index) => {
    const start = index * height
    const unknown = column.unknown ?? new Float64Array(width).fill(Number.NaN)
    for (let row = 0; row < height; row++) table.set(unknown, (start + row) * width)
    for (const [place, value] of [...column.categories.values].entries()) {
      const row = start + (known.get(String(value)) ?? 0)
      table.set(column.table.subarray(place * width, (place + 1) * width), row * width)
    }
  })
  const offsets = graph.integers(
    [1, columns.length],
    columns.map((_, index) => index * height),
  )
  const rows = graph.apply('Add', [positions, offsets])
  const shape = width === 1 ? [table.length] : [columns.length * height, width]
  const picked = graph.apply('Gather', [graph.doubles(shape, table), rows])
  const flat =
    width === 1
      ? picked
      : graph.apply('Reshape', [picked, graph.integers([2], [-1, columns.length * width])])
  return denseFlow(flat, columns.length * width)
}

/** Numbers: matches times the table, and what a value without a match gives. */
function sumTables(graph: PipelineGraph, flow: Flow, columns: readonly EncodedColumn[]): Flow {
  const width = columns.reduce((sum, column) => sum + column.width, 0)
  const places = columns.map(({ categories }) => [...categories.values.keys()])
  const matches = matchCategories(graph, flow, columns, places)
  const count = places.reduce((sum, list) => sum + list.length, 0)
  const table = new Float64Array(count * width)
  const owner = new Float64Array(count * columns.length)
  let row = 0
  let start = 0
  for (const [index, column] of columns.entries()) {
    for (const [place] of column.categories.values.entries()) {
      const numbers = column.table.subarray(place * column.width, (place + 1) * column.width)
      // A code of NaN would spoil the sums of all other categories.
      numbers.forEach((number, at) => {
        table[row * width + start + at] = Number.isNaN(number) ? 0 : number
      })
      owner[row * columns.length + index] = 1
      row++
    }
    start += column.width
  }
  const sums = graph.apply('MatMul', [matches, graph.doubles([count, width], table)])
  return denseFlow(addOtherwise(graph, matches, sums, columns, owner), width)
}

/** Puts NaN where a category's number is NaN, and the unknown's numbers where no category matched. */
function addOtherwise(
  graph: PipelineGraph,
  matches: string,
  sums: string,
  columns: readonly EncodedColumn[],
  owner: Float64Array,
): string {
  const widths = columns.flatMap((column, index) =>
    Array.from({ length: column.width }, () => index),
  )
  const nan = columns.flatMap(({ table, width }) =>
    Array.from({ length: table.length / width }, (_, place) =>
      Number.isNaN(table[place * width] ?? 0) ? 1 : 0,
    ),
  )
  const count = nan.length
  const unknown = columns.flatMap(({ unknown: numbers, width }) => [
    ...(numbers ?? new Float64Array(width).fill(Number.NaN)),
  ])
  const matched = graph.apply('MatMul', [matches, graph.doubles([count, columns.length], owner)])
  const isKnown = graph.apply('Greater', [
    gatherColumns(graph, matched, widths),
    scalar(graph, 0.5),
  ])
  const known = graph.apply('Where', [isKnown, sums, rowOf(graph, unknown)])
  if (!nan.includes(1)) return known
  const marks = owner.map((value, at) => value * (nan[Math.floor(at / columns.length)] ?? 0))
  const hits = graph.apply('MatMul', [matches, graph.doubles([count, columns.length], marks)])
  const isNan = graph.apply('Greater', [gatherColumns(graph, hits, widths), scalar(graph, 0.5)])
  return graph.apply('Where', [isNan, scalar(graph, Number.NaN), known])
}
