// Compares columns with the categories that are known of them, all at once.

import type { Categories } from '#core/pipeline/categories.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { type Flow, numbersOf, textsOf } from './flow.ts'
import { castToDoubles, gatherColumns, rowOf } from './operators.ts'

/** float64 [rows, places of all columns]: 1 where the column's value is the category at that place. */
export function matchCategories(
  graph: GraphBuilder,
  flow: Flow,
  columns: readonly { readonly categories: Categories }[],
  places: readonly (readonly number[])[],
): string {
  const sources = places.flatMap((list, column) => list.map(() => column))
  if (columns[0]?.categories.type === 'text') {
    const texts = places.flatMap((list, column) => {
      const { values } = columns[column]?.categories ?? { values: [] }
      return list.map((place) => String(values[place]))
    })
    const { positions, known } = addPositions(graph, textsOf(graph, flow), texts)
    const wanted = graph.integers(
      [1, texts.length],
      texts.map((text) => known.get(text) ?? -1),
    )
    const spread = gatherColumns(graph, positions, sources)
    return castToDoubles(graph, graph.apply('Equal', [spread, wanted]))
  }
  const values = places.flatMap((list, column) => {
    const own = columns[column]?.categories.values ?? []
    return list.map((place) => Number(own[place]))
  })
  return matchNumbers(graph, numbersOf(graph, flow), sources, values)
}

/** The same for numbers: each of `values` against the column of its source. */
export function matchNumbers(
  graph: GraphBuilder,
  numbers: string,
  sources: readonly number[],
  values: readonly number[],
): string {
  const spread = gatherColumns(graph, numbers, sources)
  const equal = castToDoubles(graph, graph.apply('Equal', [spread, rowOf(graph, values)]))
  if (!values.some(Number.isNaN)) return equal
  // A missing number equals nothing, itself included.
  const missing = castToDoubles(graph, graph.apply('IsNaN', [spread]))
  const whereMissing = rowOf(
    graph,
    values.map((value) => (Number.isNaN(value) ? 1 : 0)),
  )
  return graph.apply('Add', [equal, graph.apply('Mul', [missing, whereMissing])])
}

/** int64 of the texts' shape: each text's position among the different `keys`, or their number where it is none. */
export function addPositions(
  graph: GraphBuilder,
  texts: string,
  keys: readonly string[],
): { readonly positions: string; readonly known: ReadonlyMap<string, number> } {
  const known = new Map<string, number>()
  for (const key of keys) if (!known.has(key)) known.set(key, known.size)
  const positions = graph.apply('LabelEncoder', [texts], {
    domain: 'ai.onnx.ml',
    attributes: [
      { kind: 'strings', name: 'keys_strings', values: [...known.keys()] },
      { kind: 'ints', name: 'values_int64s', values: [...known.values()] },
      { kind: 'int', name: 'default_int64', value: known.size },
    ],
  })
  return { positions, known }
}
