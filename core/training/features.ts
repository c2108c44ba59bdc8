// Finds columns by the words of a person and picks those worth learning from.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { bare, nearestWord } from '#core/nearest.ts'
import type { ColumnKind, ColumnProfile } from './profile.ts'
import type { Column, Table } from './table.ts'
import type { TrainingWarning } from './warning.ts'

const HIGH_MISSING = 0.4

/** By the exact name, else without regard to case and separators. */
export function findColumn(table: Table, words: string): Outcome<Column> {
  const exact = table.columns.find((column) => column.name === words.trim())
  const loose = table.columns.filter((column) => bare(column.name) === bare(words))
  const found = exact ?? loose[0]
  if (found !== undefined && (exact !== undefined || loose.length === 1)) return succeed(found)
  const names = table.columns.map((column) => column.name)
  if (loose.length > 1) {
    const which = loose.map((column) => `“${column.name}”`).join(' or ')
    return fail('invalid_input', `Is “${words}” ${which}? Write it as the table does.`)
  }
  const near = nearestWord(words, names)
  const hint =
    near === null ? `It has ${names.slice(0, 20).join(', ')}.` : `Did you mean “${near}”?`
  return fail('invalid_input', `The table has no column “${words}”. ${hint}`)
}

interface Chosen {
  readonly features: readonly string[]
  readonly warnings: readonly TrainingWarning[]
}

/** Why a column of this kind is no feature; null where it is one. */
const LEFT_OUT: Readonly<Record<ColumnKind, ((name: string) => string) | null>> = {
  number: null,
  integer: null,
  boolean: null,
  category: null,
  text: (name) =>
    `${name} is free text; it is left out here. Name it as the only feature to learn from the words.`,
  identifier: (name) =>
    `${name} names or numbers the rows, which teaches nothing about new ones; it is left out.`,
  date: (name) => `${name} is a date; it is left out.`,
  constant: (name) => `${name} is the same in every row; it is left out.`,
}

export interface FeatureWish {
  /** These columns and no others. */
  readonly features?: readonly string[]
  /** Never these; a leak, for one, that only a person can tell. */
  readonly leaveOut?: readonly string[]
}

/** The wished columns where they are given, else all that the target can be learned from; without those to leave out. */
export function chooseFeatures(
  table: Table,
  profiles: readonly ColumnProfile[],
  target: string,
  { features: wished, leaveOut = [] }: FeatureWish,
): Outcome<Chosen> {
  const without = columnsBut(table, target, leaveOut)
  if (!without.ok) return without
  const kept = profiles.filter(({ name }) => !without.value.includes(name))
  const chosen =
    wished === undefined
      ? succeed(usefulFeatures(kept, target))
      : wishedFeatures(table, target, wished, without.value)
  if (!chosen.ok) return chosen
  const { features, warnings } = chosen.value
  if (features.length === 0) {
    return fail('invalid_input', `Beside ${target} the table has no column to learn from.`)
  }
  const sparse = profiles.filter(({ name, missing }) => {
    return features.includes(name) && missing > HIGH_MISSING
  })
  const warnSparse = sparse.map(({ name, missing }): TrainingWarning => {
    const message = `${name} has no value in ${Math.round(missing * 100)} % of the rows.`
    return { code: 'missing', column: name, message }
  })
  return succeed({ features, warnings: [...warnings, ...warnSparse] })
}

/** The names of the columns to leave out, as the table writes them. */
function columnsBut(
  table: Table,
  target: string,
  leaveOut: readonly string[],
): Outcome<readonly string[]> {
  const names: string[] = []
  for (const words of leaveOut) {
    const found = findColumn(table, words)
    if (!found.ok) return found
    if (found.value.name === target) {
      return fail('invalid_input', `${target} is what is to be predicted; it cannot be left out.`)
    }
    names.push(found.value.name)
  }
  return succeed(names)
}

function wishedFeatures(
  table: Table,
  target: string,
  wished: readonly string[],
  without: readonly string[],
): Outcome<Chosen> {
  const features: string[] = []
  for (const words of wished) {
    const found = findColumn(table, words)
    if (!found.ok) return found
    const { name } = found.value
    if (name === target) {
      return fail('invalid_input', `${target} is what is to be predicted; it cannot be a feature.`)
    }
    if (!features.includes(name) && !without.includes(name)) features.push(name)
  }
  return succeed({ features, warnings: [] })
}

/** A free text is learned from only where there is nothing else. */
function usefulFeatures(profiles: readonly ColumnProfile[], target: string): Chosen {
  const candidates = profiles.filter(({ name }) => name !== target)
  const features = candidates.filter(({ kind }) => LEFT_OUT[kind] === null)
  if (features.length === 0)
    features.push(...candidates.filter(({ kind }) => kind === 'text').slice(0, 1))
  const warnings = candidates.flatMap(({ name, kind }): readonly TrainingWarning[] => {
    const reason = LEFT_OUT[kind]
    if (reason === null || features.some((feature) => feature.name === name)) return []
    return [{ code: warningOf(kind), column: name, message: reason(name) }]
  })
  return { features: features.map(({ name }) => name), warnings }
}

function warningOf(kind: ColumnKind): TrainingWarning['code'] {
  if (kind === 'constant' || kind === 'date' || kind === 'text') return kind
  return 'identifier'
}
