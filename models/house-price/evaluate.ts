// How good a model of house prices is: on sales put aside, by cross-validation, by price and by place.

import { type Outcome, succeed } from '#core/errors.ts'
import { type RegressionMetrics, regressionMetrics } from '#core/training/metrics/regression.ts'
import { createRandom, shuffledIndices } from '#core/training/random.ts'
import { folds, type Split } from '#core/training/split.ts'
import { type Column, type Table, takeRows } from '#core/training/table.ts'
import { predictTable, type TrainedPipeline } from '#core/training/trained-pipeline.ts'
import type { Work } from '../example.ts'
import { fitRecipe, type Recipe, SEED } from './fit.ts'
import { KEY, TARGET } from './source.ts'
import { numbersOf } from './tables.ts'
import { shortDollars } from './words.ts'

const FOLDS = 5

export interface Evaluation {
  readonly recipe: Recipe
  readonly pipeline: TrainedPipeline
  readonly rows: { readonly train: number; readonly test: number }
  readonly test: RegressionMetrics
  readonly train: RegressionMetrics
  /** One entry a fold, of the rows to learn from alone. */
  readonly folds: readonly RegressionMetrics[]
  readonly actual: Float64Array
  readonly predicted: Float64Array
  readonly bands: readonly GroupError[]
  /** By zip code, the largest mean error first. */
  readonly places: readonly GroupError[]
  /** Shares add up to 1, largest first: how much the error rises where a column is shuffled. */
  readonly importance: readonly { readonly name: string; readonly share: number }[]
}

export interface GroupError {
  readonly name: string
  readonly count: number
  readonly mae: number
  /** Mean absolute error as a share of the price. */
  readonly mape: number
  /** Mean of predicted minus actual: below 0 the model says too little. */
  readonly bias: number
}

/** Upper bounds of the price bands, in dollars. */
const BANDS = [250_000, 400_000, 600_000, 1_000_000, Number.POSITIVE_INFINITY] as const

/** Rejects with the signal's reason when aborted. */
export async function evaluate(
  recipe: Recipe,
  sales: Table,
  split: Split,
  demographics: readonly string[],
  work: Work,
): Promise<Outcome<Evaluation>> {
  const train = takeRows(sales, split.train)
  const test = takeRows(sales, split.test)
  const fitted = await fitRecipe(recipe, train, sales, work)
  if (!fitted.ok) return fitted
  const pipeline = fitted.value
  const validated = await crossValidate(recipe, train, sales, work)
  if (!validated.ok) return validated
  const actual = numbersOf(test, TARGET)
  const predicted = await predictSlowly(pipeline, test, work)
  const learned = await predictSlowly(pipeline, train, work)
  return succeed({
    recipe,
    pipeline,
    rows: { train: train.rows, test: test.rows },
    test: regressionMetrics(actual, predicted),
    train: regressionMetrics(numbersOf(train, TARGET), learned),
    folds: validated.value,
    actual,
    predicted,
    bands: errorByBand(actual, predicted),
    places: errorByPlace(numbersOf(test, KEY), actual, predicted),
    importance: await shuffleImportance(pipeline, test, demographics, work),
  })
}

async function crossValidate(
  recipe: Recipe,
  rows: Table,
  whole: Table,
  work: Work,
): Promise<Outcome<readonly RegressionMetrics[]>> {
  const found: RegressionMetrics[] = []
  const parts = folds(rows.rows, FOLDS, null, createRandom(SEED).split('folds'))
  for (const [index, part] of parts.entries()) {
    work.progress({ fraction: index / FOLDS, message: `cross-validation, part ${index + 1}` })
    const quiet = { ...work, progress: () => {} }
    const fitted = await fitRecipe(recipe, takeRows(rows, part.train), whole, quiet)
    if (!fitted.ok) return fitted
    const held = takeRows(rows, part.test)
    const predicted = await predictSlowly(fitted.value, held, quiet)
    found.push(regressionMetrics(numbersOf(held, TARGET), predicted))
  }
  return succeed(found)
}

/** Rows at a time, so that Ctrl-C is heard between them. */
const ROWS_AT_ONCE = 500

async function predictSlowly(
  pipeline: TrainedPipeline,
  table: Table,
  { signal, progress }: Work,
): Promise<Float64Array> {
  const predicted = new Float64Array(table.rows)
  for (let start = 0; start < table.rows; start += ROWS_AT_ONCE) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    progress({ fraction: start / table.rows, message: 'pricing sales' })
    const count = Math.min(ROWS_AT_ONCE, table.rows - start)
    const rows = Int32Array.from({ length: count }, (_, index) => start + index)
    predicted.set(predictTable(pipeline, takeRows(table, rows)).data, start)
  }
  return predicted
}

function errorByBand(actual: Float64Array, predicted: Float64Array): readonly GroupError[] {
  const bandOf = Array.from(actual, (price) => BANDS.findIndex((bound) => price < bound))
  return BANDS.flatMap((_, band) => {
    const rows = [...bandOf.keys()].filter((row) => bandOf[row] === band)
    return rows.length === 0 ? [] : [groupError(bandName(band), rows, actual, predicted)]
  })
}

function bandName(band: number): string {
  const dollars = (bound: number | undefined) => shortDollars(bound ?? 0)
  if (band === 0) return `below ${dollars(BANDS[0])}`
  if (band === BANDS.length - 1) return `from ${dollars(BANDS[band - 1])}`
  return `${dollars(BANDS[band - 1])} to ${dollars(BANDS[band])}`
}

function errorByPlace(
  zipcodes: Float64Array,
  actual: Float64Array,
  predicted: Float64Array,
): readonly GroupError[] {
  const rowsOf = new Map<number, number[]>()
  zipcodes.forEach((zipcode, row) => {
    rowsOf.set(zipcode, [...(rowsOf.get(zipcode) ?? []), row])
  })
  const groups = [...rowsOf].map(([zipcode, rows]) => {
    return groupError(String(zipcode), rows, actual, predicted)
  })
  return groups.sort((left, right) => right.mae - left.mae)
}

function groupError(
  name: string,
  rows: readonly number[],
  actual: Float64Array,
  predicted: Float64Array,
): GroupError {
  const truth = Float64Array.from(rows, (row) => actual[row] ?? 0)
  const answers = Float64Array.from(rows, (row) => predicted[row] ?? 0)
  const { mae, mape } = regressionMetrics(truth, answers)
  const bias = answers.reduce((sum, value, row) => sum + value - (truth[row] ?? 0), 0) / rows.length
  return { name, count: rows.length, mae, mape, bias }
}

/** As many as make the shares steady to a hundredth; neighbours take a millisecond each. */
const IMPORTANCE_ROWS = 800
/** The demographics of a zip code change together, so they are shuffled together. */
const NEIGHBOURHOOD = 'figures of the zip code'

async function shuffleImportance(
  pipeline: TrainedPipeline,
  test: Table,
  demographics: readonly string[],
  { signal, progress }: Work,
): Promise<Evaluation['importance']> {
  const random = createRandom(SEED).split('importance')
  const sample = takeRows(test, shuffledIndices(test.rows, random).subarray(0, IMPORTANCE_ROWS))
  const truth = numbersOf(sample, TARGET)
  const maeOf = (table: Table) => {
    return regressionMetrics(truth, Float64Array.from(predictTable(pipeline, table).data)).mae
  }
  const base = maeOf(sample)
  const own = pipeline.features.filter((name) => !demographics.includes(name))
  const groups = [
    ...own.map((name) => ({ name, columns: [name] })),
    { name: NEIGHBOURHOOD, columns: demographics },
  ]
  const rises: { name: string; rise: number }[] = []
  for (const [index, { name, columns }] of groups.entries()) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    progress({ fraction: index / groups.length, message: 'weighing columns' })
    const order = shuffledIndices(sample.rows, random.split(name))
    rises.push({ name, rise: Math.max(0, maeOf(shuffleColumns(sample, columns, order)) - base) })
  }
  const total = rises.reduce((sum, { rise }) => sum + rise, 0) || 1
  return rises
    .map(({ name, rise }) => ({ name, share: rise / total }))
    .sort((left, right) => right.share - left.share)
}

function shuffleColumns(table: Table, names: readonly string[], order: Int32Array): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'text' || !names.includes(column.name)) return column
    const values = Float64Array.from(order, (row) => column.values[row] ?? Number.NaN)
    return { ...column, values }
  })
  return { ...table, columns }
}
