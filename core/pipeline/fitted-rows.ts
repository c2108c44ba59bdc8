// Rows that a model was fitted on, where it keeps them: points of neighbours and support vectors, led back to the inputs.

import type { InputField, Row, Scalar } from '#core/model.ts'
import { widthAfter, widthOfSteps } from './columns.ts'
import type { Matrix } from './matrix.ts'
import type { Predictor, Transformer } from './pipeline.ts'

/** A mean settles with so many, and each is asked for with every explanation. */
const SAMPLED_ROWS = 64

/** Of the sample's rows with a table that was joined: a tenth of a second of what reading a file may take. */
const MAX_COMPARISONS = 20_000_000

/** Beyond these digits a double that was scaled and scaled back is noise. */
const DIGITS = 12

/**
 * A sample of the fitted rows, evenly spread over their order. Null where the model keeps none, or a step before it cannot
 * be undone.
 */
export function fittedRows(
  predictor: Predictor,
  inputs: readonly InputField[],
): readonly Row[] | null {
  const steps: Transformer[] = []
  let last = predictor
  while (last.kind === 'chain') {
    steps.push(...last.steps)
    last = last.predictor
  }
  const points = pointsOf(last)
  if (points === null || points.columns !== widthOfSteps(steps, inputs.length)) return null
  const columns = undoSteps(steps, inputs.length, sampleColumns(points))
  return columns === null ? null : rowsOf(columns, inputs)
}

/** Support vectors are the rows between the classes or far from the fit: no fair sample, but rows that there were. */
function pointsOf(predictor: Predictor): Matrix | null {
  switch (predictor.kind) {
    case 'neighbours':
    case 'neighbours-within':
      return predictor.points
    case 'kernel':
      return predictor.vectors
    case 'calibrated':
    case 'unwrapped':
      return pointsOf(predictor.member)
    default:
      return null
  }
}

/** The values of one column of the sample; null where nothing is known of it. */
type Column = readonly Scalar[] | null

/** The columns that went in, or null where that cannot be told. */
type Undone = readonly Column[] | null

function sampleColumns({ rows, columns, data }: Matrix): readonly Column[] {
  const count = Math.min(rows, SAMPLED_ROWS)
  return Array.from({ length: columns }, (_, column) =>
    Array.from(
      { length: count },
      (__, index) => data[Math.floor(((index + 0.5) / count) * rows) * columns + column] ?? null,
    ),
  )
}

function undoSteps(steps: readonly Transformer[], width: number, after: readonly Column[]): Undone {
  const widths = [width]
  for (const step of steps) widths.push(widthAfter(step, widths.at(-1) ?? 0))
  let columns: Undone = after
  for (let index = steps.length - 1; index >= 0 && columns !== null; index--) {
    const step = steps[index]
    if (step !== undefined) columns = undo(step, widths[index] ?? 0, columns)
  }
  return columns
}

function undo(step: Transformer, width: number, after: readonly Column[]): Undone {
  switch (step.kind) {
    case 'identity':
      return after
    case 'sequence':
      return undoSteps(step.steps, width, after)
    case 'columns':
      return undoParts(step, width, after)
    case 'scale':
      return undoScale(step, after)
    case 'impute':
      // What was filled in stands for what was missing.
      return spread(
        width,
        step.columns.map(({ column }) => column),
        after,
      )
    case 'select':
      return spread(width, step.columns, after)
    case 'lookup':
      return undoLookup(step, after)
    default:
      return null
  }
}

function undoParts(
  { parts }: Extract<Transformer, { kind: 'columns' }>,
  width: number,
  after: readonly Column[],
): Undone {
  const columns: Column[] = Array.from({ length: width }, () => null)
  let start = 0
  for (const { columns: positions, transformer, weight } of parts) {
    const end = start + widthAfter(transformer, positions.length)
    const before =
      weight === 1 ? undo(transformer, positions.length, after.slice(start, end)) : null
    if (before === null) return null
    positions.forEach((position, index) => {
      columns[position] ??= before[index] ?? null
    })
    start = end
  }
  return columns
}

function undoScale(
  { subtract, divide, multiply, add, clip }: Extract<Transformer, { kind: 'scale' }>,
  after: readonly Column[],
): Undone {
  if (clip !== null) return null
  return after.map((column, index) => {
    const factor = (divide?.[index] ?? 1) / (multiply?.[index] ?? 1)
    if (column === null || !Number.isFinite(factor)) return null
    return column.map((value) =>
      typeof value === 'number'
        ? roundDigits((value - (add?.[index] ?? 0)) * factor + (subtract?.[index] ?? 0))
        : value,
    )
  })
}

function roundDigits(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

function spread(width: number, positions: readonly number[], after: readonly Column[]): Undone {
  const columns: Column[] = Array.from({ length: width }, () => null)
  positions.forEach((position, index) => {
    columns[position] ??= after[index] ?? null
  })
  return columns
}

/** The key whose row of the table comes nearest to what was joined, each column by its own spread. */
function undoLookup(
  { keys, table }: Extract<Transformer, { kind: 'lookup' }>,
  after: readonly Column[],
): Undone {
  const count = after[0]?.length ?? 0
  if (count * table.data.length > MAX_COMPARISONS) return null
  const spans = Array.from({ length: table.columns }, (_, column) => spanOf(table, column))
  const found = Array.from({ length: count }, (_, row): Scalar => {
    let best = 0
    let smallest = Number.POSITIVE_INFINITY
    for (let key = 0; key < keys.length; key++) {
      let distance = 0
      for (let column = 0; column < table.columns; column++) {
        const value = after[column]?.[row]
        if (typeof value !== 'number') continue
        const gap = value - (table.data[key * table.columns + column] ?? 0)
        distance += Math.abs(gap) / (spans[column] ?? 1)
      }
      if (distance < smallest) {
        smallest = distance
        best = key
      }
    }
    return keys[best] ?? null
  })
  return [found]
}

function spanOf({ rows, columns, data }: Matrix, column: number): number {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let row = 0; row < rows; row++) {
    const value = data[row * columns + column] ?? 0
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return high > low ? high - low : 1
}

/** Null where a field that the model looks at has no values, or values of another type. */
function rowsOf(columns: readonly Column[], inputs: readonly InputField[]): readonly Row[] | null {
  const fields = inputs.flatMap((field, index) => (field.unused === true ? [] : [{ field, index }]))
  const cells = fields.map(({ field, index }) => {
    const column = columns[index] ?? null
    return column === null ? null : column.map((value) => valueFor(field, value))
  })
  if (cells.some((column) => column === null || column.includes(undefined))) return null
  const count = cells[0]?.length ?? 0
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(fields.map(({ field }, place) => [field.name, cells[place]?.[row] ?? null])),
  )
}

/** Undefined where the value is of another type than the field. */
function valueFor(field: InputField, value: Scalar): Scalar | undefined {
  if (typeof value === 'string') return field.type === 'category' ? value : undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  switch (field.type) {
    case 'float':
      return value
    case 'integer':
      return Math.round(value)
    case 'boolean':
      return value !== 0
    case 'category':
    case 'string':
      return undefined
  }
}
