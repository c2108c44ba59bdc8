// Drift of one version: its recent predictions against the rows that it was trained on, inputs and answers.

import type { InputField, Row, Scalar } from '#core/model.ts'
import type { Lease } from '#core/operations/operation.ts'
import { type ColumnDrift, compareColumns, type DriftColumn } from './drift.ts'
import { readPrediction, type WatchedPrediction } from './monitor.ts'

export interface VersionDrift {
  /** Rows of the training sample, and of the predictions whose rows are at hand. */
  readonly referenceRows: number
  readonly rows: number
  readonly features: readonly ColumnDrift[]
  /** Of the answers; null where they are neither classes nor numbers. */
  readonly predictions: ColumnDrift | null
}

/** Names of up to so many different values are compared by name, longer lists and free texts by their length. */
const MAX_NAMES = 30

export async function versionDrift(
  lease: Lease,
  background: readonly Row[],
  recent: readonly WatchedPrediction[],
  signal?: AbortSignal,
): Promise<VersionDrift> {
  const rows = recent.map(({ row }) => row).filter((row) => row !== null)
  const fields = lease.version.signature.inputs.filter(({ unused }) => unused !== true)
  const columns = fields.map((field) => columnOf(field, background, rows))
  const answers = await answerColumn(lease, background, recent, signal)
  const compared = compareColumns(answers === null ? columns : [...columns, answers])
  return {
    referenceRows: background.length,
    rows: rows.length,
    features: compared.slice(0, columns.length),
    predictions: compared[columns.length] ?? null,
  }
}

function columnOf(
  field: InputField,
  reference: readonly Row[],
  current: readonly Row[],
): DriftColumn {
  const kind = kindOf(field, reference)
  const read = READERS[kind]
  const values = (rows: readonly Row[]) => rows.map((row) => read(row[field.name] ?? null, field))
  return { name: field.name, kind, reference: values(reference), current: values(current) }
}

function kindOf(field: InputField, reference: readonly Row[]): DriftColumn['kind'] {
  if (field.type === 'category' || field.type === 'boolean') return 'category'
  if (field.categories !== undefined) return 'category'
  if (field.type !== 'string') return 'number'
  const names = new Set(reference.map((row) => row[field.name]))
  return names.size <= Math.min(MAX_NAMES, reference.length / 2) ? 'category' : 'text_length'
}

/** Clients may send a category by its code and a number or a truth value as text, as the validator lets them. */
const READERS: Readonly<
  Record<DriftColumn['kind'], (value: Scalar, field: InputField) => number | string | null>
> = {
  number: (value) => {
    if (value === null || value === '') return null
    const number = Number(value)
    return Number.isFinite(number) ? number : null
  },
  category: (value, { categories }) => {
    if (value === null) return null
    if (typeof value === 'number' && categories !== undefined)
      return categories[value] ?? String(value)
    return String(value)
  },
  text_length: (value) => (value === null ? null : String(value).length),
}

/** The chance of the positive class, the class, or the value; the reference is what the version answers to its training rows. */
async function answerColumn(
  lease: Lease,
  background: readonly Row[],
  recent: readonly WatchedPrediction[],
  signal: AbortSignal | undefined,
): Promise<DriftColumn | null> {
  const { encoded, good } = lease.model.encodeEach(background)
  if (good.length === 0) return null
  const predictions = await lease.model.predict(encoded, signal)
  const reference = predictions.map((one) => readPrediction(lease.version, one))
  const known = reference.filter((one) => one !== null)
  if (known.length === 0) return null
  const isProbability = known.every(({ probability }) => probability !== null)
  const read = ({
    answer,
    probability,
  }: {
    answer: string | number
    probability: number | null
  }) => (isProbability ? probability : answer)
  return {
    name: isProbability
      ? `probability of ${lease.version.signature.positiveLabel}`
      : (lease.version.signature.target ?? 'prediction'),
    kind: isProbability || typeof known[0]?.answer === 'number' ? 'number' : 'category',
    reference: known.map(read),
    current: recent.map(read),
  }
}
