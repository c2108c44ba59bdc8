// What can be chosen about a boosting, and which choices are refused.

import type { Target } from '../learner.ts'
import { MAX_BINS } from './bin-columns.ts'
import type { RegressionLoss } from './losses.ts'

export interface BoostingOptions {
  readonly iterations: number
  readonly learningRate: number
  readonly maxLeaves: number | null
  readonly maxDepth: number | null
  readonly minSamplesLeaf: number
  readonly l2: number
  readonly maxBins: number
  /** Columns whose values are codes of categories, 0 and up; negative codes are missing values. */
  readonly categorical: readonly number[]
  /** For values; classes are always learned by log loss. */
  readonly loss: RegressionLoss
  /** Stops when rows that are held out gain nothing more. Null: where there are more than 10,000 rows. */
  readonly earlyStopping: boolean | null
  readonly validationShare: number
  /** Iterations without gain after which it stops. */
  readonly patience: number
  readonly tolerance: number
}

/** scikit-learn's. */
export const BOOSTING_DEFAULTS: BoostingOptions = {
  iterations: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: null,
  minSamplesLeaf: 20,
  l2: 0,
  maxBins: MAX_BINS,
  categorical: [],
  loss: 'squared-error',
  earlyStopping: null,
  validationShare: 0.1,
  patience: 10,
  tolerance: 1e-7,
}

/** What is wrong with the options for this table, as a sentence, or null. */
export function findWrongBoosting(
  settings: BoostingOptions,
  columns: number,
  target: Target,
): string | null {
  return findWrongOption(settings, columns) ?? findWrongTarget(target, settings)
}

function findWrongOption(settings: BoostingOptions, columns: number): string | null {
  const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least
  const { maxLeaves, maxDepth, maxBins, validationShare } = settings
  if (!isCount(settings.iterations, 1)) return 'Boosting needs at least one iteration.'
  if (!(settings.learningRate > 0)) return 'The learning rate is above 0.'
  if (maxLeaves !== null && !isCount(maxLeaves, 2)) return 'A tree has at least 2 leaves.'
  if (maxDepth !== null && !isCount(maxDepth, 1)) return 'The depth of a tree is at least 1.'
  if (!isCount(settings.minSamplesLeaf, 1)) return 'A leaf needs at least 1 row.'
  if (!(settings.l2 >= 0)) return 'The L2 penalty is not negative.'
  if (!isCount(maxBins, 2) || maxBins > MAX_BINS) return `There are 2 to ${MAX_BINS} bins.`
  if (!isCount(settings.patience, 1)) return 'Early stopping waits at least 1 iteration.'
  if (!(validationShare > 0 && validationShare < 1)) {
    return 'The share of rows held out for early stopping lies between 0 and 1.'
  }
  const unknown = settings.categorical.find((column) => !(column >= 0 && column < columns))
  return unknown === undefined ? null : `There is no column ${unknown} to take as categories.`
}

function findWrongTarget(target: Target, { loss }: BoostingOptions): string | null {
  if (target.kind === 'classes' || loss !== 'poisson') return null
  const isCounted =
    target.values.every((value) => value >= 0) && target.values.some((value) => value > 0)
  return isCounted ? null : 'Poisson loss needs targets that are not negative, and one above 0.'
}
