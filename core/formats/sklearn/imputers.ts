// Reads what fills in for missing values: SimpleImputer, KNNImputer, MissingIndicator.

import type { Matrix } from '#core/pipeline/matrix.ts'
import { MISSING_TEXT } from '#core/pipeline/missing-text.ts'
import type { ColumnPart, Transformer } from '#core/pipeline/pipeline.ts'
import { asNumber, asText, isArray, isCompound } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  openInner,
  readFlag,
  readItems,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import type { TableShape, TransformerReader } from './reading.ts'

export const IMPUTER_READERS: Readonly<Record<string, TransformerReader>> = {
  SimpleImputer: readSimpleImputer,
  KNNImputer: readNearestImputer,
  MissingIndicator: (object, table) => readIndicator(object, table, () => null),
}

type Fill = number | string

function readSimpleImputer(object: FittedObject, table: TableShape): Transformer {
  const fills = readItems(object, 'statistics_').map((value) => fillOf(object, value))
  checkWidth(object, fills.length, table)
  const keepsEmpty =
    readFlag(object, 'keep_empty_features', false) ||
    (readText(object, 'strategy', 'mean') === 'constant' &&
      Number.isNaN(attribute(object, 'fill_value')))
  const columns = fills.flatMap((fill, column) =>
    Number.isNaN(fill) && !keepsEmpty ? [] : [{ column, fill }],
  )
  const isText = fills.some((fill) => typeof fill === 'string')
  const missing = markerOf(object, isText)
  const imputer: Transformer = { kind: 'impute', missing, columns }
  return withIndicator(object, table, imputer, (column) =>
    typeof fills[column] === 'string' ? 'text' : 'number',
  )
}

/** A column without any value in training has NaN, or None among texts. */
function fillOf(object: FittedObject, value: PickleValue): Fill {
  const text = asText(value)
  if (text !== null) return text
  if (value === null) return Number.NaN
  if (typeof value === 'boolean') return Number(value)
  const number = asNumber(value)
  if (number !== null) return number
  throw refuse(object, 'fills in a value that is neither a number nor a text.')
}

/** What stands for a missing value; NaN, None and pandas' NA are nothing at all. */
function markerOf(object: FittedObject, isText: boolean): Fill {
  const value = attribute(object, 'missing_values')
  const text = asText(value)
  const number = asNumber(value)
  if (text === 'NaN') return Number.NaN
  if (text !== null) return text
  if (number !== null && !Number.isNaN(number)) return number
  return isText ? MISSING_TEXT : Number.NaN
}

/** The imputer's columns, and behind them those that tell what was missing where it was fitted with add_indicator. */
function withIndicator(
  object: FittedObject,
  table: TableShape,
  imputer: Transformer,
  typeOf: (column: number) => 'number' | 'text',
): Transformer {
  const indicator = attribute(object, 'indicator_')
  if (!readFlag(object, 'add_indicator', false)) return imputer
  const flags = readIndicator(openInner(object, indicator), table, typeOf)
  const columns = Array.from({ length: table.width }, (_, column) => column)
  const parts: readonly ColumnPart[] = [
    { columns, transformer: imputer, weight: 1 },
    { columns, transformer: flags, weight: 1 },
  ]
  return { kind: 'columns', parts }
}

function readIndicator(
  object: FittedObject,
  table: TableShape,
  typeOf: (column: number) => 'number' | 'text' | null,
): Transformer {
  const columns = [...readVector(object, 'features_')]
  checkPositions(object, columns, table)
  const types = new Set(columns.map(typeOf))
  const groups = [...types].map((type) => columns.filter((column) => typeOf(column) === type))
  const [first] = types
  if (groups.length <= 1) {
    const type = first ?? null
    return { kind: 'missing-indicator', missing: markerOf(object, type === 'text'), columns, type }
  }
  // Of a mixed table each column is asked about by itself, in its own order.
  const parts = columns.map((column): ColumnPart => {
    const type = typeOf(column)
    const missing = markerOf(object, type === 'text')
    const transformer = { kind: 'missing-indicator', missing, columns: [0], type } as const
    return { columns: [column], transformer, weight: 1 }
  })
  return { kind: 'columns', parts }
}

/** Throws FormatError where a position lies outside of the table. */
function checkPositions(
  object: FittedObject,
  positions: readonly number[],
  table: TableShape,
): void {
  const outside = positions.find(
    (position) => !Number.isInteger(position) || position < 0 || position >= table.width,
  )
  if (outside === undefined) return
  throw refuse(object, `looks at column ${outside} of a table that has ${table.width}.`)
}

/** Distances from a row to more stored values than this would take longer than a prediction may. */
const MAX_STORED_VALUES = 4_000_000

function readNearestImputer(object: FittedObject, table: TableShape): Transformer {
  const points = readMatrix(object, '_fit_X')
  checkWidth(object, points.columns, table)
  if (points.data.length > MAX_STORED_VALUES) {
    throw refuse(
      object,
      `keeps ${points.data.length} values to compare with; Parley compares with up to ${MAX_STORED_VALUES}.`,
    )
  }
  const metric = attribute(object, 'metric')
  if (metric !== undefined && asText(metric) !== 'nan_euclidean') {
    throw refuse(object, `measures with ${nameOf(metric)}; Parley knows nan_euclidean.`)
  }
  const weights = readText(object, 'weights', '')
  if (weights !== 'uniform' && weights !== 'distance') {
    throw refuse(
      object,
      `weighs by ${nameOf(attribute(object, 'weights'))}; Parley knows uniform and distance.`,
    )
  }
  const count = readNumber(object, 'n_neighbors')
  if (!Number.isInteger(count) || count < 1) throw refuse(object, 'asks no neighbours at all.')
  const missing = Number(markerOf(object, false))
  const known = withNan(points, missing)
  const columns = knownColumns(known)
  if (columns.length < points.columns && readFlag(object, 'keep_empty_features', false)) {
    throw refuse(
      object,
      'keeps columns without a single value (keep_empty_features), which Parley does not do. Leave those columns out.',
    )
  }
  const imputer: Transformer = {
    kind: 'impute-nearest',
    points: known,
    count,
    weights,
    missing,
    columns,
  }
  return withIndicator(object, table, imputer, () => 'number')
}

function withNan(points: Matrix, missing: number): Matrix {
  if (Number.isNaN(missing)) return points
  return { ...points, data: points.data.map((value) => (value === missing ? Number.NaN : value)) }
}

function knownColumns({ rows, columns, data }: Matrix): readonly number[] {
  const known = new Uint8Array(columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!Number.isNaN(data[row * columns + column] ?? Number.NaN)) known[column] = 1
    }
  }
  return [...known.keys()].filter((column) => known[column] === 1)
}

function nameOf(value: PickleValue | undefined): string {
  const text = asText(value)
  if (text !== null) return printable(text)
  if (isArray(value)) return 'an array'
  return isCompound(value) && value.kind === 'global' ? printable(value.name) : 'something else'
}
