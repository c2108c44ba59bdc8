// Rows to compare with: a sample of the training data where a version carries one, else rows made from its signature.

import type { InputField, Row, Scalar, Signature } from '#core/model.ts'
import type { Random } from '#core/training/random.ts'

export interface Background {
  readonly rows: readonly Row[]
  /**
   * `training`: rows that the model was trained on; `ranges`: values drawn from what its file says of each field; `centre`:
   * the same, but for fields of which the file only says what is usual; `zero`: the same, but for the fields `unknown`.
   */
  readonly source: 'training' | 'ranges' | 'centre' | 'zero'
  /** Names of fields of which the file says nothing: 0 stands there. */
  readonly unknown: readonly string[]
}

/** Enough for a mean to settle, few enough to ask a model for each of them. */
const DRAWN_ROWS = 64

export function backgroundOf(
  signature: Pick<Signature, 'inputs'>,
  training: readonly Row[] | undefined,
  random: Random,
): Background {
  if (training !== undefined && training.length > 0) {
    return { rows: training, source: 'training', unknown: [] }
  }
  const fields = signature.inputs.filter((field) => field.unused !== true)
  const columns = fields.map(
    (field) => [field.name, drawColumn(field, random.split(field.name))] as const,
  )
  const rows = Array.from(
    { length: DRAWN_ROWS },
    (_, row): Row =>
      Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])),
  )
  const unknown = fields
    .filter((field) => !isKnown(field) && typeof field.example !== 'number')
    .map((field) => field.name)
  if (unknown.length > 0) return { rows, source: 'zero', unknown }
  return { rows, source: fields.every(isKnown) ? 'ranges' : 'centre', unknown }
}

function isKnown(field: InputField): boolean {
  if (field.type === 'boolean' || field.categories !== undefined) return true
  if (field.allowed !== undefined || field.type === 'string') return true
  return field.minimum !== undefined && field.maximum !== undefined
}

/** Evenly spread over the field's values, in random order. */
function drawColumn(field: InputField, random: Random): readonly Scalar[] {
  const values = Array.from({ length: DRAWN_ROWS }, (_, index) =>
    valueAt(field, (index + 0.5) / DRAWN_ROWS),
  )
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const kept = values[last] ?? null
    values[last] = values[other] ?? null
    values[other] = kept
  }
  return values
}

/** The value at a share from 0 to 1 of what the field may hold. */
function valueAt(field: InputField, share: number): Scalar {
  const choices: readonly Scalar[] | undefined =
    field.categories ?? field.allowed ?? (field.type === 'boolean' ? [false, true] : undefined)
  if (choices !== undefined) return choices[Math.floor(share * choices.length)] ?? null
  if (field.type === 'string') return ''
  const { minimum, maximum } = field
  if (minimum === undefined || maximum === undefined) return field.example ?? 0
  const value = minimum + share * (maximum - minimum)
  return field.type === 'integer' ? Math.round(value) : value
}
