// What a run leaves for people who look at its model later: the confusion, the residuals, what it listens to, rows to compare with.

import type { FeatureRange, ModelReport, Row } from '#core/model.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { type Random, shuffledIndices } from './random.ts'
import type { Judgement } from './reports.ts'
import type { PreparedTraining, TrainingRun } from './run.ts'
import type { Column, Table } from './table.ts'
import { takeRows } from './table.ts'
import { predictTable, type TrainedPipeline } from './trained-pipeline.ts'

/** As many as a plot can show apart. */
const MAX_RESIDUALS = 500
/** Enough for a mean to settle, few enough to ask a model for each of them. */
const BACKGROUND_ROWS = 64
/** Texts of the background are kept beside every version; a long one says no more than its beginning. */
const MAX_BACKGROUND_CHARACTERS = 1_000
/** Each is answered twice for every feature. */
const IMPORTANCE_ROWS = 200
/** A model of neighbours looks at every row that it learned for every answer. */
const IMPORTANCE_ROWS_OF_NEIGHBOURS = 40
const IMPORTANCE_SHUFFLES = 2
const MAX_IMPORTANCE_FEATURES = 300

/** `how` says how the rows for the figures were put aside: "20 % of the rows, seed 42". */
export function reportOf(
  prepared: Pick<PreparedTraining, 'train' | 'test' | 'random'>,
  run: Pick<TrainingRun, 'plan' | 'pipeline' | 'judgement'>,
  how: string,
): ModelReport {
  const { train, test } = prepared
  const random = prepared.random.split('report')
  const { pipeline, plan } = run
  const importance = importanceOf(pipeline, plan.features, test, random.split('importance'))
  return {
    evaluation: how,
    ...judgementPart(run.judgement),
    ...(run.judgement.kind === 'regression'
      ? { residuals: residualsOf(pipeline, plan.target, test) }
      : {}),
    ...(importance === null ? {} : { importance }),
    background: backgroundOf(train, plan.features, random.split('background')),
    ranges: rangesOf(train, plan.features),
  }
}

function judgementPart(judgement: Judgement): Pick<ModelReport, 'perClass' | 'confusion'> {
  if (judgement.kind === 'regression') return {}
  const { labels, test } = judgement
  return {
    perClass: test.perClass.map(({ precision, recall, f1, support }, code) => ({
      label: labels[code] ?? '',
      precision,
      recall,
      f1,
      support,
    })),
    confusion: { labels, counts: test.confusion },
  }
}

function residualsOf(pipeline: TrainedPipeline, target: string, test: Table) {
  const part = takeRows(test, firstRows(test, MAX_RESIDUALS))
  const truth = part.columns.find(({ name }) => name === target)
  return {
    predicted: [...predictTable(pipeline, part).data],
    actual: Array.from(truth?.values ?? [], Number),
  }
}

/** The rows of a test are in random order already. */
const firstRows = (table: Table, most: number) =>
  Int32Array.from({ length: Math.min(most, table.rows) }, (_, row) => row)

/** How far the answers move when a feature takes another row's value; null where that would take too long. */
function importanceOf(
  pipeline: TrainedPipeline,
  features: readonly string[],
  test: Table,
  random: Random,
): NonNullable<ModelReport['importance']> | null {
  if (features.length < 2 || features.length > MAX_IMPORTANCE_FEATURES) return null
  const most = pipeline.model.kind === 'knn' ? IMPORTANCE_ROWS_OF_NEIGHBOURS : IMPORTANCE_ROWS
  const part = takeRows(test, firstRows(test, most))
  const answers = predictTable(pipeline, part)
  const changes = features.map((name) => {
    let change = 0
    for (let turn = 0; turn < IMPORTANCE_SHUFFLES; turn++) {
      const order = shuffledIndices(part.rows, random.split(`${turn} ${name}`))
      change += distance(answers, predictTable(pipeline, withShuffled(part, name, order)))
    }
    return { name, change }
  })
  const total = changes.reduce((sum, { change }) => sum + change, 0)
  return changes
    .map(({ name, change }) => ({ name, share: total === 0 ? 0 : change / total }))
    .sort((left, right) => right.share - left.share)
}

function withShuffled(table: Table, name: string, order: Int32Array): Table {
  const shuffled = takeRows(table, order).columns.find((column) => column.name === name)
  const columns = table.columns.map((column) =>
    column.name === name && shuffled !== undefined ? shuffled : column,
  )
  return { rows: table.rows, columns }
}

function distance(left: Matrix, right: Matrix): number {
  return left.data.reduce((sum, value, at) => sum + Math.abs(value - (right.data[at] ?? 0)), 0)
}

function backgroundOf(train: Table, features: readonly string[], random: Random): readonly Row[] {
  const order = shuffledIndices(train.rows, random).subarray(0, BACKGROUND_ROWS)
  const columns = train.columns.filter(({ name }) => features.includes(name))
  return Array.from(order, (row) =>
    Object.fromEntries(columns.map((column) => [column.name, cellOf(column, row)])),
  )
}

function cellOf(column: Column, row: number): string | number | null {
  if (column.kind === 'text') {
    return column.values[row]?.slice(0, MAX_BACKGROUND_CHARACTERS) ?? null
  }
  const value = column.values[row] ?? Number.NaN
  return Number.isNaN(value) ? null : value
}

function rangesOf(
  train: Table,
  features: readonly string[],
): Readonly<Record<string, FeatureRange>> {
  const ranges: Record<string, FeatureRange> = {}
  for (const column of train.columns) {
    if (column.kind !== 'number' || !features.includes(column.name)) continue
    let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    // Comparisons with a gap are false, so gaps change neither.
    for (const value of column.values) {
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
    if (Number.isFinite(minimum) && Number.isFinite(maximum)) {
      ranges[column.name] = { minimum, maximum }
    }
  }
  return ranges
}
