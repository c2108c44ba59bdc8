// Reads the members of a combined predictor, and holds their columns and classes against the whole's.

import type { Member } from '#core/pipeline/combined.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { asText } from '../pickle/access.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  numbersOfValue,
  readItems,
  refuse,
} from './fitted-object.ts'
import { namelessTable, type Reading, type ReadPredictor, type TableShape } from './reading.ts'

/** The whole that members belong to. */
export interface Whole {
  readonly object: FittedObject
  readonly table: TableShape
  readonly reading: Reading
  /** Null for a regression. */
  readonly classes: readonly string[] | null
  /** True where the members were trained on positions in the classes, not on the classes. */
  readonly isEncoded: boolean
}

/** A member, and what its reader said of it. */
export interface ReadMember extends ReadPredictor {
  readonly member: Member
}

/** Names of an ensemble's members, those left aside with "drop" or None not among them. */
export function memberNames(object: FittedObject): readonly (string | undefined)[] {
  return keptEntries(object).map(({ name }) => name)
}

/** Places among `estimators` of the members that were not left aside. */
export function keptPlaces(object: FittedObject): readonly number[] {
  return keptEntries(object).map(({ place }) => place)
}

function keptEntries(object: FittedObject) {
  const entries = itemsOfValue(attribute(object, 'estimators')) ?? []
  return entries.flatMap((entry, place) => {
    const [name, value] = itemsOfValue(entry) ?? []
    if (value === null || asText(value) === 'drop') return []
    return [{ place, name: asText(name) ?? undefined }]
  })
}

/** Members in the order of `estimators_`, each over all columns unless `features` has its own. */
export function readMembers(
  whole: Whole,
  names: readonly (string | undefined)[] = [],
  features: readonly (readonly number[] | null)[] = [],
): readonly ReadMember[] {
  const values = readItems(whole.object, 'estimators_')
  if (values.length === 0) throw refuse(whole.object, 'has no members.')
  return values.map((value, index) =>
    readMember(whole, value, names[index], features[index] ?? null),
  )
}

export function readMember(
  whole: Whole,
  value: PickleValue | undefined,
  name: string | undefined,
  columns: readonly number[] | null = null,
): ReadMember {
  const { object, table, reading } = whole
  const seen = columns === null ? table : pickColumns(table, columns)
  const read = reading.predictor(object, value, name, seen)
  const { predictor } = read
  return { ...read, member: { columns, predictor, classes: placesOfClasses(whole, read) } }
}

function pickColumns(table: TableShape, columns: readonly number[]): TableShape {
  const picked = namelessTable(table, columns.length)
  const { origins } = table
  if (origins === undefined) return picked
  return { ...picked, origins: columns.map((column) => origins[column] ?? null) }
}

/** Position in the whole's classes of each of the member's own, or null where they are the same. */
export function placesOfClasses(
  { object, classes, isEncoded }: Whole,
  read: ReadPredictor,
): readonly number[] | null {
  if (classes === null || read.classes === null) {
    if (classes === null && read.classes === null) return null
    throw refuse(object, 'mixes members that give classes with others that give numbers.')
  }
  const places = read.classes.map((name) => (isEncoded ? Number(name) : classes.indexOf(name)))
  for (const place of places) {
    if (!Number.isInteger(place) || place < 0 || place >= classes.length) {
      throw refuse(object, 'has a member with a class that is not among its own.')
    }
  }
  const isSame = places.length === classes.length && places.every((place, index) => place === index)
  return isSame ? null : places
}

/** One factor a member; even ones where the file has none. */
export function readWeights(
  object: FittedObject,
  name: string,
  count: number,
  places?: readonly number[],
): Float64Array {
  const value = attribute(object, name)
  if (value === undefined || value === null) return new Float64Array(count).fill(1)
  const all = numbersOfValue(value)
  const weights =
    all === null
      ? null
      : places === undefined
        ? all.slice(0, count)
        : Float64Array.from(places, (place) => all[place] ?? Number.NaN)
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 0
  if (weights?.length !== count || !Number.isFinite(total) || total === 0) {
    throw refuse(object, `has weights that do not fit its ${count} members.`)
  }
  return weights
}

/** estimators_features_: the columns that each member sees, null where it sees all in their order. */
export function readFeatureSubsets(
  object: FittedObject,
  width: number,
): readonly (readonly number[] | null)[] {
  const subsets = itemsOfValue(attribute(object, 'estimators_features_')) ?? []
  return subsets.map((subset) => {
    const columns = numbersOfValue(subset)
    if (columns === null) throw refuse(object, 'does not say which columns its members see.')
    for (const column of columns) {
      if (!Number.isInteger(column) || column < 0 || column >= width) {
        throw refuse(object, `has a member that sees a column outside its ${width}.`)
      }
    }
    const isWhole = columns.length === width && columns.every((column, at) => column === at)
    return isWhole ? null : [...columns]
  })
}

/** Each thing that a member's reader has to tell, once. */
export function warningsOf(members: readonly Pick<ReadPredictor, 'warnings'>[]): string[] {
  return [...new Set(members.flatMap(({ warnings }) => warnings ?? []))]
}

/** Predictors that each give one number a row. Throws FormatError for anything else. */
export function singleValues(
  object: FittedObject,
  members: readonly ReadPredictor[],
): readonly Predictor[] {
  return members.map(({ predictor, classes, outputs }) => {
    if (classes === null && outputs === 1) return predictor
    throw refuse(object, 'has a member that does not give one number a row.')
  })
}

/** An output code's members say no as -1. */
const NO = new Set(['0', '-1'])

/** Members that answer yes or no, as 1 and 0; regressions of such numbers where `allowsValues` is true. */
export function readBinaryMembers(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
  allowsValues: boolean,
): readonly ReadPredictor[] {
  return readItems(object, 'estimators_').map((value) => {
    const read = reading.predictor(object, value, undefined, table)
    const fits =
      read.classes === null
        ? allowsValues && read.outputs === 1
        : read.classes.length === 2 && NO.has(read.classes[0] ?? '') && read.classes[1] === '1'
    if (fits) return read
    throw refuse(object, 'has a member that does not answer yes or no.')
  })
}
