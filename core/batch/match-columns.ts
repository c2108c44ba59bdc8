// Finds the column of a table for each input of a model.

import type { InputField, Signature } from '#core/model.ts'
import { bare, nearestWord } from '#core/nearest.ts'
import { BatchError } from './batch-error.ts'
import { MAX_COLUMNS } from './limits.ts'

export interface MatchedColumn {
  readonly field: InputField
  /** Place in the table. */
  readonly index: number
}

/** More names than this do not help to find the one that is missing. */
const MAX_NAMES_SHOWN = 20

/**
 * Exact names first, then without regard to case, spaces and punctuation (`MonthlyCharges` is `monthly_charges`). Every
 * input needs its column, also where the model can do without a value: a column that is not there at all is
 * nearly always a mistake, and would be scored as missing in every row. Throws BatchError.
 */
export function matchColumns(signature: Signature, header: readonly string[]): MatchedColumn[] {
  if (header.length > MAX_COLUMNS) {
    throw new BatchError(`The table has ${header.length} columns; ${MAX_COLUMNS} is the limit.`)
  }
  const exact = placesOf(header.map((name) => name.trim()))
  const loose = placesOf(header.map(bare))
  const matched: MatchedColumn[] = []
  const missing: InputField[] = []
  for (const field of signature.inputs) {
    const places = exact.get(field.name) ?? loose.get(bare(field.name)) ?? []
    const [index] = places
    if (index === undefined) missing.push(field)
    else if (places.length === 1) matched.push({ field, index })
    else throw new BatchError(`The table has ${places.length} columns for ${field.name}.`)
  }
  if (missing.length > 0) throw missingColumns(missing, header)
  return matched
}

function placesOf(names: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  names.forEach((name, index) => {
    const known = places.get(name)
    if (known === undefined) places.set(name, [index])
    else known.push(index)
  })
  return places
}

function missingColumns(missing: readonly InputField[], header: readonly string[]): BatchError {
  const names = missing.map(({ name }) => name).join(', ')
  const has = header.slice(0, MAX_NAMES_SHOWN).join(', ')
  const more = header.length > MAX_NAMES_SHOWN ? ' and more' : ''
  return new BatchError(
    `The table has no column for ${names}; it has ${has}${more}. Its first line must hold the names of the columns.`,
    missing.map(({ name }) => {
      const near = nearestWord(name, header)
      return {
        path: name,
        message: near === null ? 'has no column' : `has no column; is it “${near}”?`,
      }
    }),
  )
}
