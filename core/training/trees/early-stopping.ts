// Rows held out of a boosting, and when they say to stop.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Target } from '../learner.ts'
import type { BoostingOptions } from './boosting-options.ts'
import type { Loss } from './losses.ts'

/** Rows held out to tell when to stop. */
export interface Validation {
  readonly features: Matrix
  readonly target: Float64Array
  /** Margins as the trees add them, [rows, outputs]. */
  readonly margins: Matrix
  readonly losses: number[]
}

export function takeRows({ columns, data }: Matrix, rows: Int32Array): Matrix {
  const taken = new Float64Array(rows.length * columns)
  rows.forEach((row, place) => {
    taken.set(data.subarray(row * columns, (row + 1) * columns), place * columns)
  })
  return { rows: rows.length, columns, data: taken }
}

export function takeTargets(target: Target, rows: Int32Array): Target {
  return target.kind === 'classes'
    ? { ...target, codes: rows.map((row) => target.codes[row] as number) }
    : { kind: 'values', values: Float64Array.from(rows, (row) => target.values[row] as number) }
}

export function toNumbers(target: Target): Float64Array {
  return target.kind === 'classes' ? Float64Array.from(target.codes) : target.values
}

export function prepareValidation(
  features: Matrix,
  target: Target,
  rows: Int32Array,
  loss: Loss,
): Validation {
  const data = new Float64Array(rows.length * loss.outputs)
  for (let place = 0; place < data.length; place++)
    data[place] = loss.base[place % loss.outputs] as number
  const margins = { rows: rows.length, columns: loss.outputs, data }
  const validation = {
    features: takeRows(features, rows),
    target: toNumbers(takeTargets(target, rows)),
    margins,
    losses: [],
  }
  measureValidation(validation, loss)
  return validation
}

export function measureValidation({ margins, target, losses }: Validation, loss: Loss): void {
  const { rows, columns, data } = margins
  const byOutput = new Float64Array(data.length)
  for (let place = 0; place < data.length; place++) {
    byOutput[(place % columns) * rows + Math.floor(place / columns)] = data[place] as number
  }
  losses.push(loss.measure(target, byOutput))
}

/** Whether none of the last losses is better than the one before them. */
export function isDone(
  losses: readonly number[],
  { patience, tolerance }: BoostingOptions,
): boolean {
  if (losses.length <= patience) return false
  const before = losses[losses.length - 1 - patience] as number
  return losses.slice(-patience).every((loss) => loss >= before - tolerance)
}
