// What training data must hold before a tree is grown on it.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Target } from '../learner.ts'

/** Positions are kept in 32-bit integers together with a few bits more. */
const MAX_ROWS = 2 ** 22

const LARGEST_FLOAT32 = 3.4028234663852886e38

/** What keeps the data from being learned from, as a sentence, or null. */
export function findProblem(
  features: Matrix,
  target: Target,
  precision: 'float32' | 'float64',
): string | null {
  const { rows, columns } = features
  const entries = target.kind === 'classes' ? target.codes.length : target.values.length
  if (rows !== entries) return `There are ${rows} rows of features and ${entries} targets.`
  if (rows < 2) return `Learning needs at least 2 rows, and there ${rows === 1 ? 'is 1' : 'are 0'}.`
  if (rows > MAX_ROWS) return `There are ${rows} rows; trees learn from at most ${MAX_ROWS}.`
  if (columns < 1) return 'Learning needs at least one feature.'
  return findBadTarget(target) ?? findBadFeature(features, precision)
}

function findBadTarget(target: Target): string | null {
  if (target.kind === 'values') {
    const row = target.values.findIndex((value) => !Number.isFinite(value))
    return row === -1 ? null : `The target of row ${row + 1} is not a finite number.`
  }
  const { codes, classCount } = target
  const row = codes.findIndex((code) => code < 0 || code >= classCount)
  if (row !== -1) return `The target of row ${row + 1} is none of the ${classCount} classes.`
  if (codes.every((code) => code === codes[0])) {
    return 'All rows have the same class, so there is nothing to tell apart.'
  }
  return null
}

function findBadFeature(
  { columns, data }: Matrix,
  precision: 'float32' | 'float64',
): string | null {
  const limit = precision === 'float32' ? LARGEST_FLOAT32 : Number.MAX_VALUE
  const place = data.findIndex((value) => value > limit || value < -limit)
  if (place === -1) return null
  const where = `Feature ${(place % columns) + 1} of row ${Math.floor(place / columns) + 1}`
  return `${where} is too large to learn from.`
}
