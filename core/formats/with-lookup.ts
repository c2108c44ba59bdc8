// Joins a table to a model: requests carry a key, and the artifact itself adds the columns that belong to it.

import type { InputField } from '#core/model.ts'
import type { Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import type { ModelDescription } from './description.ts'
import { FormatError } from './format-error.ts'

/** A table by key, such as census figures by postal code. */
export interface LookupTable {
  /** Name of the request's field that picks a row. */
  readonly key: string
  /** Names of the columns that a key adds. */
  readonly columns: readonly string[]
  readonly keys: readonly string[]
  /** One number a column for each key, in the order of `keys`. */
  readonly rows: readonly (readonly number[])[]
  /** What happens to a key that is not in the table. */
  readonly unknown: 'refuse' | 'median'
}

/** A table of more entries than this belongs into a database. */
const MAX_ENTRIES = 4_000_000

/**
 * The same model for requests that carry the key in place of the table's columns, and may carry `accepted` fields that the
 * model does not look at. Throws FormatError where the table does not fit the model.
 */
export function withLookup(
  description: ModelDescription,
  table: LookupTable,
  accepted: readonly InputField[] = [],
): ModelDescription {
  checkTable(table)
  const features = description.inputs
  const missing = table.columns.filter((name) => !features.some((field) => field.name === name))
  if (missing.length === table.columns.length) {
    throw misfit(`The table by ${table.key} has no column that this model takes.`)
  }
  const plain = features.filter(
    (field) => !table.columns.includes(field.name) && field.name !== table.key,
  )
  const steps = joinSteps(features, plain, table)
  const inputs = requestFields(plain, table, accepted)
  const positions = positionsOf(inputs)
  const [joined, ordered] = steps
  const first: Transformer = { kind: 'columns', parts: joined(positions) }
  return {
    ...description,
    inputs,
    namesKnown: true,
    predictor: {
      kind: 'pipeline',
      predictor: { kind: 'chain', steps: [first, ordered], predictor: predictorOf(description) },
    },
    missingValue: null,
  }
}

function checkTable({ key, columns, keys, rows }: LookupTable): void {
  if (keys.length === 0) throw misfit(`The table by ${key} has no rows.`)
  if (new Set(keys).size !== keys.length) throw misfit(`The table has a ${key} twice.`)
  if (rows.length !== keys.length || rows.some((row) => row.length !== columns.length)) {
    throw misfit(`The rows of the table by ${key} are not of one length.`)
  }
  if (keys.length * columns.length > MAX_ENTRIES) {
    throw misfit(`The table by ${key} has more than ${MAX_ENTRIES} entries.`)
  }
}

type Parts = Extract<Transformer, { kind: 'columns' }>['parts']

/** First the model's own fields beside what the key adds, then all of them in the model's order. */
function joinSteps(
  features: readonly InputField[],
  plain: readonly InputField[],
  table: LookupTable,
): readonly [(positions: ReadonlyMap<string, number>) => Parts, Transformer] {
  const added = features
    .map((field) => field.name)
    .filter((name) => table.columns.includes(name) || name === table.key)
  const joined = [...plain.map((field) => field.name), ...added]
  const rows = table.rows.map((row, index) => added.map((name) => cellOf(table, row, index, name)))
  const data = Float64Array.from(rows.flat())
  const lookup: Transformer = {
    kind: 'lookup',
    keys: table.keys,
    table: { rows: rows.length, columns: added.length, data },
    fallback: table.unknown === 'median' ? mediansOf(rows, added.length) : null,
  }
  const parts = (positions: ReadonlyMap<string, number>): Parts => [
    ...(plain.length === 0
      ? []
      : [
          {
            columns: plain.map((field) => positions.get(field.name) ?? 0),
            transformer: { kind: 'identity' } as const,
            weight: 1,
          },
        ]),
    { columns: [positions.get(table.key) ?? 0], transformer: lookup, weight: 1 },
  ]
  const order = features.map((field) => joined.indexOf(field.name))
  return [parts, { kind: 'select', columns: order }]
}

/** A model may also take the key itself as a number. */
function cellOf(table: LookupTable, row: readonly number[], index: number, name: string): number {
  const column = table.columns.indexOf(name)
  const value = column === -1 ? Number(table.keys[index]) : row[column]
  if (value === undefined || !Number.isFinite(value)) {
    throw misfit(`The table by ${table.key} has no number for ${name} in the row of a key.`)
  }
  return value
}

function mediansOf(rows: readonly (readonly number[])[], width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, column) => {
    const values = rows.map((row) => row[column] ?? 0).sort((left, right) => left - right)
    const middle = Math.floor(values.length / 2)
    const upper = values[middle] ?? 0
    return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2
  })
}

/** In the order of `accepted` where it names them all, else the model's fields and the key first. */
function requestFields(
  plain: readonly InputField[],
  table: LookupTable,
  accepted: readonly InputField[],
): readonly InputField[] {
  const key: InputField = {
    name: table.key,
    type: 'category',
    optional: false,
    categories: table.keys,
    ...(table.unknown === 'median' && { open: true }),
  }
  const used = new Map([...plain, key].map((field) => [field.name, field]))
  const others = accepted.map(
    (field): InputField => used.get(field.name) ?? { ...field, optional: true, unused: true },
  )
  const named = new Set(others.map((field) => field.name))
  return [...others, ...[...used.values()].filter((field) => !named.has(field.name))]
}

function positionsOf(inputs: readonly InputField[]): ReadonlyMap<string, number> {
  return new Map(inputs.map((field, position) => [field.name, position]))
}

function predictorOf(description: ModelDescription): Predictor {
  const { predictor, classes, missingValue } = description
  switch (predictor.kind) {
    case 'pipeline':
      return predictor.predictor
    case 'trees':
    case 'linear':
      return {
        kind: 'margins',
        model: predictor,
        missingValue,
        classCount: classes?.length ?? null,
      }
    case 'onnx':
      throw misfit(
        'A table cannot be joined to an uploaded ONNX graph; put the join into the graph.',
      )
  }
}

function misfit(message: string): FormatError {
  return new FormatError(message, 0, 'invalid_input')
}
