// From the columns of a table to the numbers that a learner takes: missing values filled, numbers scaled, categories spread.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { comparePoints } from '../code-points.ts'
import { quantile } from '../profile.ts'
import type { Column, NumberColumn, Table, TextColumn } from '../table.ts'
import { applyScaler, type FittedScaler, fitScaler, type ScalerKind } from './scalers.ts'

/** The learner's columns are those of `numbers`, then one for each category of each text column. */
export interface TablePreparation {
  readonly kind: 'table'
  readonly numbers: NumberPreparation | null
  readonly categories: CategoryPreparation | null
}

export interface NumberPreparation {
  readonly columns: readonly string[]
  /** What stands in for a missing value; null where missing values reach the learner, or there are none. */
  readonly medians: Float64Array | null
  readonly scaler: FittedScaler | null
}

export interface CategoryPreparation {
  readonly columns: readonly string[]
  /** The most frequent text of each column stands in for a missing one; null where none was missing. */
  readonly frequent: readonly string[] | null
  /** Texts that each column had, in Python's order; any other becomes zeros. */
  readonly categories: readonly (readonly string[])[]
}

export interface PreparationOptions {
  readonly scaler: ScalerKind | null
  /** Whether missing numbers are filled; a learner that takes them better sees them. */
  readonly fillNumbers: boolean
}

/** The learner's table is dense; this much of it is 1 GB. */
const MAX_CELLS = 128 * 1024 * 1024

/**
 * Learns from `train`. Gaps are filled where `whole`, the table before it was split, has any: a gap that only the test
 * rows have must not come as a surprise. Fails where the categories are too many to spread.
 */
export function fitPreparation(
  train: Table,
  whole: Table,
  features: readonly string[],
  { scaler, fillNumbers }: PreparationOptions,
): Outcome<TablePreparation> {
  const columns = features.map((name) => findColumn(train, name))
  const numbers = columns.filter((column) => column.kind === 'number')
  const texts = columns.filter((column) => column.kind === 'text')
  const categories = texts.length === 0 ? null : fitCategories(texts, hasGaps(whole, texts))
  const spread = categories?.categories.reduce((sum, values) => sum + values.length, 0) ?? 0
  if ((numbers.length + spread) * whole.rows > MAX_CELLS) {
    const widest = texts.map(({ name }, index) => ({
      name,
      size: categories?.categories[index]?.length ?? 0,
    }))
    widest.sort((left, right) => right.size - left.size)
    const most = widest.slice(0, 3).map(({ name, size }) => `${name} (${size})`)
    const message = `The text columns have too many different values to tell apart: ${most.join(', ')}. Name the features without them.`
    return fail('too_large', message)
  }
  const fill = fillNumbers && hasGaps(whole, numbers)
  return succeed({
    kind: 'table',
    numbers: numbers.length === 0 ? null : fitNumbers(numbers, fill, scaler),
    categories,
  })
}

function fitNumbers(
  columns: readonly NumberColumn[],
  fill: boolean,
  kind: ScalerKind | null,
): NumberPreparation {
  const medians = fill ? Float64Array.from(columns, ({ values }) => medianOf(values)) : null
  const names = columns.map(({ name }) => name)
  if (kind === null) return { columns: names, medians, scaler: null }
  const matrix = emptyMatrix(columns[0]?.values.length ?? 0, columns.length)
  placeNumbers(columns, medians, matrix)
  return { columns: names, medians, scaler: fitScaler(kind, matrix) }
}

/** 0 where a column has no value at all. */
function medianOf(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value)).sort()
  return present.length === 0 ? 0 : quantile(present, 0.5)
}

function fitCategories(columns: readonly TextColumn[], fill: boolean): CategoryPreparation {
  const counts = columns.map(({ values }) => countTexts(values))
  return {
    columns: columns.map(({ name }) => name),
    frequent: fill ? counts.map(mostFrequent) : null,
    categories: counts.map((count) => [...count.keys()].sort(comparePoints)),
  }
}

function countTexts(values: readonly (string | null)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Of equals the first in order, as scikit-learn takes it. */
function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].sort((left, right) => {
    return right[1] - left[1] || comparePoints(left[0], right[0])
  })
  return first?.[0] ?? ''
}

function hasGaps(table: Table, columns: readonly Column[]): boolean {
  return columns.some(({ name }) => {
    const column = findColumn(table, name)
    return column.kind === 'number'
      ? column.values.some((value) => Number.isNaN(value))
      : column.values.includes(null)
  })
}

/** The learner's [rows, columns] of a table that has the columns by name. */
export function applyPreparation(preparation: TablePreparation, table: Table): Matrix {
  const { numbers, categories } = preparation
  const numberCount = numbers?.columns.length ?? 0
  const matrix = emptyMatrix(table.rows, widthOf(preparation))
  if (numbers !== null) {
    const columns = numbers.columns.map((name) => asNumbers(findColumn(table, name)))
    const scaled = emptyMatrix(table.rows, numberCount)
    placeNumbers(columns, numbers.medians, scaled)
    if (numbers.scaler !== null) applyScaler(numbers.scaler, scaled)
    copyColumns(scaled, matrix)
  }
  if (categories !== null) spreadCategories(categories, table, matrix, numberCount)
  return matrix
}

export function widthOf({ numbers, categories }: TablePreparation): number {
  const spread = categories?.categories.reduce((sum, values) => sum + values.length, 0) ?? 0
  return (numbers?.columns.length ?? 0) + spread
}

function placeNumbers(
  columns: readonly NumberColumn[],
  medians: Float64Array | null,
  { columns: width, data }: Matrix,
): void {
  columns.forEach(({ values }, column) => {
    const median = medians?.[column] ?? Number.NaN
    values.forEach((value, row) => {
      data[row * width + column] = Number.isNaN(value) ? median : value
    })
  })
}

function copyColumns(from: Matrix, to: Matrix): void {
  for (let row = 0; row < from.rows; row++) {
    const start = row * from.columns
    to.data.set(from.data.subarray(start, start + from.columns), row * to.columns)
  }
}

function spreadCategories(
  { columns, frequent, categories }: CategoryPreparation,
  table: Table,
  { columns: width, data }: Matrix,
  firstColumn: number,
): void {
  let from = firstColumn
  columns.forEach((name, index) => {
    const places = new Map((categories[index] ?? []).map((text, place) => [text, place]))
    const column = findColumn(table, name)
    for (let row = 0; row < table.rows; row++) {
      const value = column.values[row] ?? frequent?.[index] ?? null
      const place = value === null ? undefined : places.get(String(value))
      if (place !== undefined) data[row * width + from + place] = 1
    }
    from += places.size
  })
}

function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) }
}

function findColumn(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name)
  if (found === undefined) throw new Error(`the table has no column ${name}`)
  return found
}

function asNumbers(column: Column): NumberColumn {
  if (column.kind === 'text') throw new Error(`${column.name} was numbers when it was learned from`)
  return column
}
