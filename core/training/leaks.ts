// Finds features that give the target away: one of them alone, held out, predicts it almost perfectly.

import { type Random, shuffledIndices } from './random.ts'
import type { Column, Table } from './table.ts'
import type { TrainingWarning } from './warning.ts'

/** Share of what the naive guess gets wrong that one feature alone gets right; honest features stay below. */
const GIVES_AWAY = 0.98
/** On few rows a good feature looks perfect by chance. */
const FEW_ROWS = 200
const GIVES_AWAY_OF_FEW = 0.999
/** A fair test takes enough of both halves, and no more than it needs. */
const MAX_ROWS = 20_000
/** Neighbours in order of a numeric feature whose classes are counted. */
const NEIGHBOURS = 5

export function findLeaks(
  table: Table,
  target: string,
  features: readonly string[],
  isClassification: boolean,
  random: Random,
): readonly TrainingWarning[] {
  const answers = table.columns.find((column) => column.name === target)
  if (answers === undefined) return []
  const order = shuffledIndices(table.rows, random.split('leaks')).subarray(0, MAX_ROWS)
  const half = order.length >> 1
  const halves: Halves = { learn: order.subarray(0, half), test: order.subarray(half) }
  const limit = table.rows < FEW_ROWS ? GIVES_AWAY_OF_FEW : GIVES_AWAY
  const warnings: TrainingWarning[] = []
  for (const column of table.columns) {
    if (!features.includes(column.name)) continue
    const explained = isClassification
      ? explainedClasses(column, answers, halves)
      : explainedValues(column, answers, halves)
    if (explained < limit) continue
    const message = `${column.name} alone predicts ${target} almost perfectly. Is it known before ${target} is? If not, leave it out.`
    warnings.push({ code: 'leak', column: column.name, message })
  }
  return warnings
}

interface Halves {
  readonly learn: Int32Array
  readonly test: Int32Array
}

/** Of the test rows that the most frequent class gets wrong, how many the feature gets right: 0 none, 1 all. */
function explainedClasses(feature: Column, answers: Column, { learn, test }: Halves): number {
  const label = (row: number) => String(answers.values[row])
  const frequent = mostFrequent(Array.from(learn, label)) ?? ''
  const predict = feature.kind === 'text' ? byValue : byNeighbours
  const predictions = predict(feature, learn, test, (rows) => mostFrequent(rows.map(label)))
  let naive = 0
  let right = 0
  test.forEach((row, index) => {
    if (label(row) === frequent) naive++
    if ((predictions[index] ?? frequent) === label(row)) right++
  })
  return test.length === naive ? 0 : (right - naive) / (test.length - naive)
}

/** R² of the feature alone on the test rows. */
function explainedValues(feature: Column, answers: Column, { learn, test }: Halves): number {
  const value = (row: number) => Number(answers.values[row])
  const mean = (rows: readonly number[]) =>
    rows.length === 0 ? null : rows.reduce((sum, row) => sum + value(row), 0) / rows.length
  const overall = mean([...learn]) ?? 0
  const predict = feature.kind === 'text' ? byValue : byNeighbours
  const predictions = predict(feature, learn, test, mean)
  const testMean = mean([...test]) ?? 0
  let left = 0
  let total = 0
  test.forEach((row, index) => {
    left += (value(row) - (predictions[index] ?? overall)) ** 2
    total += (value(row) - testMean) ** 2
  })
  return total === 0 ? 0 : 1 - left / total
}

type Summary<T> = (rows: readonly number[]) => T | null

/** What the rows with the same text say; null for a text that was not learned. */
function byValue<T>(
  feature: Column,
  learn: Int32Array,
  test: Int32Array,
  summarise: Summary<T>,
): readonly (T | null)[] {
  const rows = new Map<unknown, number[]>()
  for (const row of learn) {
    const known = rows.get(feature.values[row])
    if (known === undefined) rows.set(feature.values[row], [row])
    else known.push(row)
  }
  const summaries = new Map([...rows].map(([value, members]) => [value, summarise(members)]))
  return Array.from(test, (row) => summaries.get(feature.values[row]) ?? null)
}

/** What the rows with the nearest numbers say; the rows without a number speak for each other. */
function byNeighbours<T>(
  feature: Column,
  learn: Int32Array,
  test: Int32Array,
  summarise: Summary<T>,
): readonly (T | null)[] {
  const at = (row: number) => Number(feature.values[row])
  const sorted = [...learn].filter((row) => !Number.isNaN(at(row)))
  sorted.sort((left, right) => at(left) - at(right))
  const without = summarise([...learn].filter((row) => Number.isNaN(at(row))))
  return Array.from(test, (row) => {
    if (Number.isNaN(at(row))) return without
    return summarise(nearest(sorted, at, at(row)))
  })
}

/** Rows with the same number if there are enough, else the nearest few. */
function nearest(
  sorted: readonly number[],
  at: (row: number) => number,
  wanted: number,
): readonly number[] {
  let first = 0
  let last = sorted.length
  while (first < last) {
    const middle = (first + last) >> 1
    if (at(sorted[middle] ?? 0) < wanted) first = middle + 1
    else last = middle
  }
  let end = first
  while (end < sorted.length && end - first < 50 && at(sorted[end] ?? 0) === wanted) end++
  let start = first
  const gap = (place: number) => {
    const row = sorted[place]
    return row === undefined ? Number.POSITIVE_INFINITY : Math.abs(at(row) - wanted)
  }
  while (end - start < NEIGHBOURS && end - start < sorted.length) {
    if (gap(start - 1) <= gap(end)) start--
    else end++
  }
  return sorted.slice(start, end)
}

function mostFrequent(labels: readonly string[]): string | null {
  const counts = new Map<string, number>()
  let best: string | null = null
  for (const label of labels) {
    const count = (counts.get(label) ?? 0) + 1
    counts.set(label, count)
    if (best === null || count > (counts.get(best) ?? 0)) best = label
  }
  return best
}
