// Matrices that scikit-learn may have kept sparse, as scipy's compressed rows or columns, turned dense.

import type { Matrix } from '#core/pipeline/matrix.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes } from '../limits.ts'
import { isRecord } from '../pickle/access.ts'
import type { PickleRecord } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openObject,
  readMatrix,
  refuse,
} from './fitted-object.ts'

const COMPRESSED = /^cs([rc])_(matrix|array)$/

const DOUBLE_BYTES = 8

/** An attribute that is an array of one or two dimensions, or a sparse matrix. Throws FormatError for anything else. */
export function readDenseMatrix(object: FittedObject, name: string, budget: Budget): Matrix {
  const value = attribute(object, name)
  if (!isRecord(value)) return readMatrix(object, name)
  const matrix = unfold(value, budget)
  if (matrix === null)
    throw refuse(object, `keeps its ${name} in a form that Parley does not read.`)
  return matrix
}

function unfold(record: PickleRecord, budget: Budget): Matrix | null {
  const order = COMPRESSED.exec(record.callable.name)?.[1]
  if (order === undefined) return null
  const matrix = openObject(record, [])
  const [rows, columns] = numbersOfValue(attribute(matrix, '_shape')) ?? []
  const starts = numbersOfValue(attribute(matrix, 'indptr'))
  const places = numbersOfValue(attribute(matrix, 'indices'))
  const values = numbersOfValue(attribute(matrix, 'data'))
  if (!isCount(rows) || !isCount(columns)) return null
  if (starts === null || places === null || values === null) return null
  const lines = order === 'r' ? rows : columns
  const size = order === 'r' ? columns : rows
  if (starts.length !== lines + 1 || places.length < values.length) return null
  chargeBytes(budget, rows * columns * DOUBLE_BYTES, record.offset)
  const data = new Float64Array(rows * columns)
  for (let line = 0; line < lines; line++) {
    const start = starts[line] ?? 0
    const end = starts[line + 1] ?? 0
    if (!(start >= 0 && end <= values.length)) throw damaged(record)
    for (let at = start; at < end; at++) {
      const place = places[at] ?? -1
      if (!(Number.isInteger(place) && place >= 0 && place < size)) throw damaged(record)
      const target = order === 'r' ? line * columns + place : place * columns + line
      data[target] = (data[target] ?? 0) + (values[at] ?? 0)
    }
  }
  return { rows, columns, data }
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0
}

function damaged(record: PickleRecord): FormatError {
  return new FormatError('A sparse matrix in this file points outside of itself.', record.offset)
}
