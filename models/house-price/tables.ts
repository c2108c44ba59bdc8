// The tables of the example: sales, demographics by zip code, homes to price, and sales with demographics beside them.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { readLookupTable } from '#core/formats/lookup-table.ts'
import { type Column, readTable, type Table } from '#core/training/table.ts'
import type { FoundData } from '../shared/find-data.ts'
import { FILE_NAMES, HOME_COLUMNS, KEY, TARGET } from './source.ts'

export interface HouseTables {
  /** Every sale with its price, the columns of a home, and the demographics of its zip code. */
  readonly sales: Table
  /** Homes to price, as requests carry them. */
  readonly homes: readonly Readonly<Record<string, number>>[]
  /** Names of the demographic columns. */
  readonly demographics: readonly string[]
  /** The table of demographics as it came, for the model that is deployed. */
  readonly demographicsFile: Uint8Array
  /** What the customer's model takes, in its order. */
  readonly basicFeatures: readonly string[]
}

export async function readTables(
  { files }: FoundData,
  signal: AbortSignal,
): Promise<Outcome<HouseTables>> {
  const bytesOf = async (name: string) => (await files.get(name)?.bytes()) ?? new Uint8Array(0)
  const sales = await readTable(await bytesOf(FILE_NAMES.sales), signal)
  if (!sales.ok) return sales
  const homes = await readTable(await bytesOf(FILE_NAMES.homes), signal)
  if (!homes.ok) return homes
  const demographicsFile = await bytesOf(FILE_NAMES.demographics)
  const joined = joinDemographics(numbersIn(sales.value), demographicsFile)
  if (!joined.ok) return joined
  const features = readNames(await bytesOf(FILE_NAMES.features))
  if (features === null) return fail('invalid_input', `${FILE_NAMES.features} is no list of names.`)
  return succeed({
    sales: joined.value.table,
    homes: rowsOf(numbersIn(homes.value), HOME_COLUMNS),
    demographics: joined.value.demographics,
    demographicsFile,
    basicFeatures: features,
  })
}

/** Price and the columns of a home as numbers: the file writes some of them in quotes. */
function numbersIn(table: Table): Table {
  const wanted = [TARGET, ...HOME_COLUMNS]
  const columns = table.columns
    .filter(({ name }) => wanted.includes(name))
    .map(({ name, values }): Column => {
      const numbers = Array.from<string | number | null>(values).map(Number)
      return { kind: 'number', name, values: Float64Array.from(numbers) }
    })
  return { rows: table.rows, columns }
}

/** Sales in a zip code that the table lacks are left out, as an inner join does. */
function joinDemographics(
  sales: Table,
  file: Uint8Array,
): Outcome<{ table: Table; demographics: readonly string[] }> {
  const lookup = readLookupTable(file, { key: KEY, unknown: 'refuse' })
  const places = new Map(lookup.keys.map((key, place) => [key, place]))
  const zipcodes = sales.columns.find(({ name }) => name === KEY)?.values ?? []
  const rows: number[] = []
  const found: number[] = []
  zipcodes.forEach((zipcode, row) => {
    const place = places.get(String(zipcode))
    if (place === undefined) return
    rows.push(row)
    found.push(place)
  })
  if (rows.length === 0) return fail('invalid_input', 'No sale lies in a zip code of the table.')
  const width = lookup.columns.length
  const added = lookup.columns.map((name, column): Column => {
    const values = Float64Array.from(found, (place) => lookup.values[place * width + column] ?? 0)
    return { kind: 'number', name, values }
  })
  const own = sales.columns.map((column): Column => {
    const values = Float64Array.from(rows, (row) => Number(column.values[row]))
    return { kind: 'number', name: column.name, values }
  })
  return succeed({
    table: { rows: rows.length, columns: [...own, ...added] },
    demographics: lookup.columns,
  })
}

export function rowsOf(
  table: Table,
  names: readonly string[],
): readonly Readonly<Record<string, number>>[] {
  const columns = names.map((name) => numbersOf(table, name))
  return Array.from({ length: table.rows }, (_, row) => {
    return Object.fromEntries(names.map((name, at) => [name, columns[at]?.[row] ?? 0]))
  })
}

export function numbersOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((one) => one.name === name)
  if (column?.kind !== 'number') throw new Error(`the table has no numbers called ${name}`)
  return column.values
}

function readNames(bytes: Uint8Array): readonly string[] | null {
  try {
    const names: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null
  } catch {
    return null
  }
}
