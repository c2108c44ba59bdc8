// What readers of transformers check first: that an object has as many numbers as the table has columns.

import { type FittedObject, readVector, refuse } from './fitted-object.ts'
import type { TableShape } from './reading.ts'

/** Throws FormatError where an object was fitted with another number of columns than reach it. */
export function checkWidth(object: FittedObject, width: number, table: TableShape): void {
  if (width === table.width) return
  throw refuse(
    object,
    `was fitted with ${width} columns, but ${table.width} reach it; the file is damaged or was put together by hand.`,
  )
}

/** One number a column. */
export function readColumnVector(
  object: FittedObject,
  name: string,
  table: TableShape,
): Float64Array {
  const vector = readVector(object, name)
  checkWidth(object, vector.length, table)
  return vector
}
