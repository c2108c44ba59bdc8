// Joins a table to a model: requests carry a key, and the artifact itself adds the columns that belong to it.

import type { InputField } from '#core/model.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { ColumnPart, Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import type { ModelDescription } from './description.ts'
import { FormatError } from './format-error.ts'
import type { LookupTable } from './lookup-table.ts'

/**
 * The same model for requests that carry the key in place of the table's columns, and may carry `accepted` fields that the
 * model does not look at. Throws FormatError where the table does not fit the model.
 */
export function withLookup(
  description: ModelDescription,
  table: LookupTable,
  accepted: readonly string[] = [],
): ModelDescription {
  const features = description.inputs
  const added = features.filter((field) => isAdded(field, table))
  if (added.every((field) => field.name === table.key)) {
    const names = features.map((field) => `“${field.name}”`).slice(0, MAX_SHOWN)
    throw misfit(
      `The table by ${table.key} has no column that this model takes. The model takes ${names.join(', ')}${features.length > MAX_SHOWN ? ' …' : ''}`,
    )
  }
  const own = features.filter((field) => !added.includes(field))
  const ownKey = own.find((field) => field.name === table.key) ?? null
  const key = keyField(table, ownKey)
  const used = [...own.filter((field) => field !== ownKey), key]
  return reshape(
    description,
    orderFields(used, accepted),
    (positions) => [
      ...part(own, positions),
      {
        columns: [positions.get(table.key) ?? 0],
        transformer: lookupOf(table, added),
        weight: 1,
      },
    ],
    [...own, ...added],
  )
}

/** The same model for requests that may carry `accepted` fields beside its own, which it does not look at. */
export function withAccepted(
  description: ModelDescription,
  accepted: readonly string[],
): ModelDescription {
  const { inputs } = description
  if (accepted.every((name) => inputs.some((field) => field.name === name))) return description
  return reshape(
    description,
    orderFields(inputs, accepted),
    (positions) => part(inputs, positions),
    inputs,
  )
}

/** Names shown in a message. */
const MAX_SHOWN = 8

/** `partsOf` makes the columns of `joined` of the request's, by their positions; then they get the model's order. */
function reshape(
  description: ModelDescription,
  inputs: readonly InputField[],
  partsOf: (positions: ReadonlyMap<string, number>) => readonly ColumnPart[],
  joined: readonly InputField[],
): ModelDescription {
  if (!description.namesKnown) {
    throw misfit(
      'The columns of this model have no names, so nothing can be told by name. Name them in the order of the training columns (features).',
    )
  }
  const positions = new Map(inputs.map((field, position) => [field.name, position]))
  const places = new Map(joined.map((field, place) => [field.name, place]))
  const order = description.inputs.map((field) => places.get(field.name) ?? 0)
  const steps: readonly Transformer[] = [
    { kind: 'columns', parts: partsOf(positions) },
    { kind: 'select', columns: order },
  ]
  return {
    ...description,
    inputs,
    predictor: {
      kind: 'pipeline',
      predictor: { kind: 'chain', steps, predictor: predictorOf(description) },
    },
    missingValue: null,
  }
}

function part(
  fields: readonly InputField[],
  positions: ReadonlyMap<string, number>,
): readonly ColumnPart[] {
  if (fields.length === 0) return []
  const columns = fields.map((field) => positions.get(field.name) ?? 0)
  return [{ columns, transformer: { kind: 'identity' }, weight: 1 }]
}

/** A model that takes the key as a text keeps it; one that takes it as a number gets it from the table. */
function isAdded(field: InputField, table: LookupTable): boolean {
  if (field.name === table.key) return !isText(field)
  if (!table.columns.includes(field.name)) return false
  if (isText(field)) {
    throw misfit(`The model takes ${field.name} as a text, and a table adds numbers alone.`)
  }
  return true
}

function isText(field: InputField): boolean {
  return field.type === 'string' || (field.type === 'category' && field.categories !== undefined)
}

function lookupOf(table: LookupTable, added: readonly InputField[]): Transformer {
  const data = new Float64Array(table.keys.length * added.length)
  added.forEach((field, place) => {
    const column = table.columns.indexOf(field.name)
    table.keys.forEach((key, row) => {
      const value =
        field.name === table.key
          ? Number(key)
          : (table.values[row * table.columns.length + column] ?? Number.NaN)
      const mayMiss = field.optional || field.nullable === true
      if (!mayMiss && !Number.isFinite(value)) throw missingCell(table, field.name, row)
      data[row * added.length + place] = value
    })
  })
  if (table.unknown === 'median' && added.some((field) => field.name === table.key)) {
    throw misfit(
      `The model also takes ${table.key} itself, and an unknown one has no number in the middle. Refuse unknown ones instead.`,
    )
  }
  const matrix: Matrix = { rows: table.keys.length, columns: added.length, data }
  const middle = mediansOf(matrix)
  if (table.unknown === 'median') {
    return { kind: 'lookup', keys: table.keys, table: matrix, fallback: middle }
  }
  // The engine tries a graph on empty texts before anything else; no request can carry one as a key.
  const tried = { ...matrix, rows: matrix.rows + 1, data: joinNumbers(data, middle) }
  return { kind: 'lookup', keys: [...table.keys, ''], table: tried, fallback: null }
}

function missingCell({ key, lines }: LookupTable, name: string, row: number): FormatError {
  return misfit(
    `The table by ${key} has no number for ${name} in line ${lines[row]}, and the model takes no row without one.`,
  )
}

function joinNumbers(first: Float64Array, second: Float64Array): Float64Array {
  const joined = new Float64Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

/** Of what is there; NaN for a column without any number. */
function mediansOf({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => {
    const values = Float64Array.from(
      { length: rows },
      (__, row) => data[row * columns + column] ?? 0,
    )
    const known = values.filter((value) => !Number.isNaN(value)).sort()
    const middle = Math.floor(known.length / 2)
    const upper = known[middle] ?? Number.NaN
    return known.length % 2 === 1 ? upper : ((known[middle - 1] ?? Number.NaN) + upper) / 2
  })
}

/** Keys that the model itself would refuse are not offered either. */
function keyField(table: LookupTable, own: InputField | null): InputField {
  const modelKnows = own?.categories === undefined || own.open === true ? null : own.categories
  const categories =
    modelKnows === null ? table.keys : table.keys.filter((key) => modelKnows.includes(key))
  if (categories.length === 0) {
    throw misfit(`No ${table.key} of the table is one that the model knows.`)
  }
  const names = table.columns.length
  return {
    name: table.key,
    type: 'category',
    optional: false,
    categories,
    ...(table.unknown === 'median' && modelKnows === null && { open: true }),
    description: `Picks the row of a table that adds ${names} ${names === 1 ? 'figure' : 'figures'}`,
  }
}

/** In the order of `accepted`, then the fields that it leaves out. */
function orderFields(
  used: readonly InputField[],
  accepted: readonly string[],
): readonly InputField[] {
  const byName = new Map(used.map((field) => [field.name, field]))
  const names = new Set([...accepted, ...byName.keys()])
  return [...names].map(
    (name): InputField => byName.get(name) ?? { name, type: 'float', optional: true, unused: true },
  )
}

function predictorOf(description: ModelDescription): Predictor {
  const { predictor, classes, missingValue, inputs } = description
  switch (predictor.kind) {
    case 'pipeline':
      return predictor.predictor
    case 'trees':
    case 'linear':
      if (inputs.some(isText)) {
        throw misfit(
          'This model numbers its categories itself, so no other columns can be put beside them.',
        )
      }
      return {
        kind: 'margins',
        model: predictor,
        missingValue,
        classCount: classes?.length ?? null,
      }
    case 'language':
      throw misfit('A language model reads one text; nothing can be joined to it.')
    case 'onnx':
      throw misfit(
        'An uploaded ONNX graph is served as it is: put the join, and columns that it does not use, into the graph.',
      )
  }
}

function misfit(message: string): FormatError {
  return new FormatError(message, 0, 'invalid_input')
}
