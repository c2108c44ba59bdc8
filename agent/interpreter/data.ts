// Turns pasted JSON and tables into rows of features for one model.

import type { InputField, Scalar, Signature } from '#core/model.ts'
import type { MessageReading } from './reading.ts'
import type { Table } from './tables.ts'
import { fieldNamed } from './vocabulary.ts'

export type FeatureRow = Readonly<Record<string, Scalar>>

export interface DataRows {
  readonly rows: readonly FeatureRow[]
  /** Names of inputs that no column or key brings. */
  readonly missing: readonly string[]
  /** Columns that the model does not know and that were left out. */
  readonly ignored: readonly string[]
  /** How many of the model's inputs the data names; tells which model it is for. */
  readonly known: number
}

const WRAPPERS = ['instances', 'rows', 'records', 'data', 'inputs', 'features'] as const

/** The rows of the first data in the message that suits the signature, or null. */
export function readData(reading: MessageReading, signature: Signature): DataRows | null {
  const objects = reading.segments.flatMap((segment) =>
    segment.kind === 'json' && isRecord(segment.value) ? [segment.value] : [],
  )
  // One object on each line is a list as well.
  if (objects.length > 1) return jsonRows(objects, signature)
  for (const segment of reading.segments) {
    const rows =
      segment.kind === 'table'
        ? tableRows(segment.table, signature)
        : segment.kind === 'json'
          ? jsonRows(segment.value, signature)
          : null
    if (rows !== null) return rows
  }
  return null
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isFeatures = (value: unknown): value is FeatureRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['number', 'string', 'boolean'].includes(typeof value)

function jsonRows(value: unknown, signature: Signature): DataRows | null {
  if (Array.isArray(value)) return arrayRows(value, signature)
  if (!isRecord(value)) return null
  for (const wrapper of WRAPPERS) {
    const inner = value[wrapper]
    if (typeof inner === 'object' && inner !== null && fieldNamed(signature, wrapper) === null) {
      return jsonRows(inner, signature)
    }
  }
  return recordRows([value], signature)
}

function arrayRows(values: readonly unknown[], signature: Signature): DataRows | null {
  if (values.length > 0 && values.every(isRecord)) return recordRows(values, signature)
  const lists = values.every(Array.isArray) ? values : [values]
  const width = signature.inputs.length
  const whole = lists.every(
    (list) => Array.isArray(list) && list.length === width && list.every(isScalar),
  )
  if (!whole || values.length === 0) return null
  const rows = lists.map((list) => positional(list as readonly Scalar[], signature))
  return { rows, missing: [], ignored: [], known: 0 }
}

function positional(cells: readonly Scalar[], signature: Signature): FeatureRow {
  return Object.fromEntries(
    signature.inputs.map((input, index) => [input.name, cells[index] ?? null] as const),
  )
}

/** JSON is passed on as it stands; only keys take the model's spelling where they plainly mean one of its inputs. */
function recordRows(
  records: readonly Readonly<Record<string, unknown>>[],
  signature: Signature,
): DataRows | null {
  const seen = new Set<string>()
  const rows = records.map((record) => {
    const row: Record<string, Scalar> = {}
    for (const [key, value] of Object.entries(record)) {
      const field = fieldNamed(signature, key)
      if (field === null && key === 'model') continue
      if (!isScalar(value)) return null
      row[field?.name ?? key] = value
      if (field !== null) seen.add(field.name)
    }
    return row
  })
  if (seen.size === 0 || rows.some((row) => row === null)) return null
  return {
    rows: rows.filter((row) => row !== null),
    missing: namesWithout(signature, seen),
    ignored: [],
    known: seen.size,
  }
}

function namesWithout(signature: Signature, seen: ReadonlySet<string>): string[] {
  return signature.inputs.map(({ name }) => name).filter((name) => !seen.has(name))
}

function tableRows(table: Table, signature: Signature): DataRows | null {
  const { columns } = table
  if (columns === null) {
    const width = table.rows[0]?.length
    if (width !== signature.inputs.length) return null
    return {
      rows: table.rows.map((cells) => positional(cells, signature)),
      missing: [],
      ignored: [],
      known: 0,
    }
  }
  const fields = columns.map((column) => fieldNamed(signature, column))
  const seen = new Set(fields.flatMap((field) => (field === null ? [] : [field.name])))
  if (seen.size === 0) return null
  const rows = table.rows.map((cells) => {
    const row: Record<string, Scalar> = {}
    fields.forEach((field, index) => {
      if (field !== null) row[field.name] = cellValue(field, cells[index] ?? null)
    })
    return row
  })
  return {
    rows,
    missing: namesWithout(signature, seen),
    ignored: columns.filter((_, index) => fields[index] === null),
    known: seen.size,
  }
}

function cellValue(field: InputField, cell: Scalar): Scalar {
  if (cell === null) return null
  if (field.type === 'string') return String(cell)
  if (field.type !== 'category' || field.categories === undefined) return cell
  const wanted = String(cell).toLowerCase()
  return field.categories.find((category) => category.toLowerCase() === wanted) ?? cell
}

/** How many inputs of the signature a file's columns name. */
export function knownColumns(columns: readonly string[], signature: Signature): number {
  return new Set(columns.map((column) => fieldNamed(signature, column)?.name).filter(Boolean)).size
}
