// What to train: the target that was meant, the task it makes, the features worth learning from, and what to beware of.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Task } from '#core/model.ts'
import { comparePoints } from './code-points.ts'
import { chooseFeatures, findColumn } from './features.ts'
import { findLeaks } from './leaks.ts'
import { type ColumnKind, type ColumnProfile, profileTable } from './profile.ts'
import type { Random } from './random.ts'
import { type Column, rowKey, type Table, takeRows } from './table.ts'
import type { TrainingWarning } from './warning.ts'

export type TrainingTask = Extract<
  Task,
  'binary_classification' | 'multiclass_classification' | 'regression' | 'text_classification'
>

export interface TrainingPlan {
  readonly target: string
  readonly task: TrainingTask
  /** Names of the columns to learn from, in the table's order. */
  readonly features: readonly string[]
  /** Labels in the order of their codes, sorted; null for a regression. */
  readonly classes: readonly string[] | null
  readonly warnings: readonly TrainingWarning[]
  readonly profiles: readonly ColumnProfile[]
}

export interface PlanWish {
  /** The target in the person's words: case and separators do not count. */
  readonly target: string
  /** Where it is given, the kind of prediction; else the target's values decide. */
  readonly task?: 'classification' | 'regression'
  /** Where they are given, these columns and no others, whatever they look like. */
  readonly features?: readonly string[]
  /** Never these columns. */
  readonly leaveOut?: readonly string[]
}

/** Classes beyond this are names or numbers, not kinds of things. */
const MAX_CLASSES = 100
/** Whole numbers with more different values than this are amounts. */
const MAX_NUMBER_CLASSES = 10
/** Fewer rows cannot be split into something to learn from and something to test on. */
export const MIN_ROWS = 20
const RARE_CLASS_SHARE = 0.05
const RARE_CLASS_ROWS = 10

/** Fails with `invalid_input` where the words name no column, or the column cannot be predicted. */
export function planTraining(
  table: Table,
  wish: PlanWish,
  random: Random,
): Outcome<{ readonly plan: TrainingPlan; readonly table: Table }> {
  const profiles = profileTable(table)
  const target = findColumn(table, wish.target)
  if (!target.ok) return target
  const known = rowsWithTarget(table, target.value)
  if (known.rows < MIN_ROWS) {
    const message = `There are ${known.rows} rows with a value of ${target.value.name}; training takes at least ${MIN_ROWS}.`
    return fail('invalid_input', message)
  }
  const classes = decideClasses(findIn(known, target.value.name), wish.task)
  if (!classes.ok) return classes
  const chosen = chooseFeatures(table, profiles, target.value.name, wish)
  if (!chosen.ok) return chosen
  const { features, warnings } = chosen.value
  const isText = features.length === 1 && kindIn(profiles, features[0]) === 'text'
  const all = [
    ...missingTarget(table, known, target.value.name),
    ...warnings,
    ...warnOfClasses(known, target.value.name, classes.value),
    ...warnOfDuplicates(known, [...features, target.value.name]),
    ...findLeaks(known, target.value.name, features, classes.value !== null, random),
  ]
  const plan: TrainingPlan = {
    target: target.value.name,
    task: taskOf(classes.value, isText),
    features,
    classes: classes.value,
    warnings: all,
    profiles,
  }
  return succeed({ plan, table: known })
}

function taskOf(classes: readonly string[] | null, isText: boolean): TrainingTask {
  if (classes === null) return 'regression'
  if (isText) return 'text_classification'
  return classes.length === 2 ? 'binary_classification' : 'multiclass_classification'
}

function findIn(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name)
  if (found === undefined) throw new Error(`the column ${name} was there a moment ago`)
  return found
}

function isMissing(value: string | number | null | undefined): boolean {
  return value === null || value === undefined || Number.isNaN(value)
}

function rowsWithTarget(table: Table, target: Column): Table {
  const rows: number[] = []
  for (let row = 0; row < table.rows; row++) if (!isMissing(target.values[row])) rows.push(row)
  return rows.length === table.rows ? table : takeRows(table, Int32Array.from(rows))
}

function decideClasses(target: Column, task: PlanWish['task']): Outcome<readonly string[] | null> {
  const values = new Set<string | number>()
  for (const value of target.values) if (value !== null) values.add(value)
  if (values.size === 1) {
    const message = `Every row has the same ${target.name}; there is nothing to tell apart.`
    return fail('invalid_input', message)
  }
  const isNumber = target.kind === 'number'
  if (task === 'regression') {
    if (isNumber) return succeed(null)
    const message = `${target.name} holds words, so it cannot be predicted as a number.`
    return fail('invalid_input', message)
  }
  const asClasses =
    task === 'classification' ||
    !isNumber ||
    values.size === 2 ||
    (values.size <= MAX_NUMBER_CLASSES && target.values.every((value) => Number.isInteger(value)))
  if (!asClasses) return succeed(null)
  if (values.size > MAX_CLASSES) {
    const message = `${target.name} has ${values.size} different values; Parley tells up to ${MAX_CLASSES} classes apart. Is there a column with fewer?`
    return fail('invalid_input', message)
  }
  return succeed(sortLabels([...values]).map(String))
}

/** As scikit-learn orders classes: numbers by size, texts by their code points. */
function sortLabels(values: readonly (string | number)[]): readonly (string | number)[] {
  return [...values].sort((left, right) => {
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return comparePoints(String(left), String(right))
  })
}

function kindIn(profiles: readonly ColumnProfile[], name: string | undefined): ColumnKind | null {
  return profiles.find((profile) => profile.name === name)?.kind ?? null
}

function missingTarget(table: Table, known: Table, target: string): readonly TrainingWarning[] {
  const without = table.rows - known.rows
  if (without === 0) return []
  const rows = without === 1 ? '1 row has' : `${without} rows have`
  const message = `${rows} no value of ${target} and cannot be learned from.`
  return [{ code: 'missing_target', column: target, message }]
}

function warnOfClasses(
  table: Table,
  target: string,
  classes: readonly string[] | null,
): readonly TrainingWarning[] {
  if (classes === null) return []
  const counts = new Map<string, number>(classes.map((label) => [label, 0]))
  for (const value of findIn(table, target).values) {
    counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  }
  const warnings: TrainingWarning[] = []
  for (const [label, count] of counts) {
    if (count >= RARE_CLASS_ROWS && count / table.rows >= RARE_CLASS_SHARE) continue
    const share = ((count / table.rows) * 100).toPrecision(2)
    const message = `Only ${count} of ${table.rows} rows (${share} %) have ${target} “${label}”; accuracy alone says little here.`
    warnings.push({ code: 'imbalance', column: target, message })
  }
  return warnings
}

function warnOfDuplicates(table: Table, names: readonly string[]): readonly TrainingWarning[] {
  const columns = table.columns.filter(({ name }) => names.includes(name))
  const seen = new Set<string>()
  for (let row = 0; row < table.rows; row++) seen.add(rowKey(columns, row))
  const repeated = table.rows - seen.size
  if (repeated === 0) return []
  const rows = repeated === 1 ? '1 row repeats' : `${repeated} rows repeat`
  const message = `${rows} an earlier one; a repeated row on both sides of the split makes the test easier than life.`
  return [{ code: 'duplicates', column: null, message }]
}
