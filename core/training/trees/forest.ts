// Random forests for classes and values, as scikit-learn grows them by default.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GroupedTree } from '#core/pipeline/trees.ts'
import type { FitContext, Target } from '../learner.ts'
import type { Random } from '../random.ts'
import { findProblem } from './check-data.ts'
import { createTreeGrower, growTree, type TreeGrower } from './grow-tree.ts'
import { createNodeTable, type NodeStatistics, readNodeTable } from './node-table.ts'
import { addVotes, createVotes, scoreVotes } from './out-of-bag.ts'
import type { TrainedPredictor } from './predict-trees.ts'
import { rankColumns } from './ranked-columns.ts'
import { type FitSteps, runAtOnce } from './run-steps.ts'

export interface ForestOptions {
  readonly trees: number
  readonly maxDepth: number | null
  readonly minSamplesSplit: number
  readonly minSamplesLeaf: number
  /** Columns tried at each split: a share of all, or their square root. Null: the root for classes, all for values. */
  readonly maxFeatures: number | 'sqrt' | null
  /** Each tree sees as many rows as there are, drawn with replacement; else all rows once. */
  readonly bootstrap: boolean
  /** Also scores the forest on the rows that each tree did not see. */
  readonly outOfBag: boolean
}

/** scikit-learn's. */
export const FOREST_DEFAULTS: ForestOptions = {
  trees: 100,
  maxDepth: null,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxFeatures: null,
  bootstrap: true,
  outOfBag: false,
}

export interface FittedForest {
  readonly predictor: TrainedPredictor
  /** One entry a tree of the predictor. */
  readonly statistics: readonly NodeStatistics[]
  /** Share of each column in what the splits took from the impurity, 0 … 1, in all 1 unless nothing was split. */
  readonly importances: Float64Array
  /** Accuracy or R² on rows by the trees that did not see them; null where it was not asked for or no row has such a tree. */
  readonly outOfBagScore: number | null
}

/**
 * Fits a forest to `features` [rows, columns], NaN being a missing value. `invalid_input` where the data cannot be learned
 * from. Runs to the end without letting other work in; throws the signal's reason where that is aborted between two trees.
 */
export function fitForest(
  features: Matrix,
  target: Target,
  options: Partial<ForestOptions>,
  context: FitContext,
): Outcome<FittedForest> {
  return runAtOnce(forestSteps(features, target, options, context.random), context)
}

/** `fitForest` tree by tree, for `runInterruptibly`; yields the share that is done. */
export function* forestSteps(
  features: Matrix,
  target: Target,
  options: Partial<ForestOptions>,
  random: Random,
): FitSteps<FittedForest> {
  const settings = { ...FOREST_DEFAULTS, ...options }
  const problem = findProblem(features, target, 'float32') ?? findWrongOption(settings)
  if (problem !== null) return fail('invalid_input', problem)
  const classCount = target.kind === 'classes' ? target.classCount : 0
  const grower = prepareGrower(features, classCount, settings)
  const votes = settings.outOfBag ? createVotes(features, classCount) : null
  const trees: GroupedTree[] = []
  const statistics: NodeStatistics[] = []
  const importances = new Float64Array(features.columns)
  const draws = new Float64Array(features.rows)
  for (let index = 0; index < settings.trees; index++) {
    const stream = random.split(`tree ${index}`)
    drawRows(draws, settings.bootstrap, stream)
    growTree(grower, takeSamples(grower, target, draws), stream)
    const grown = readNodeTable(grower.table, Math.max(1, classCount))
    trees.push({ ...grown.tree, group: classCount > 0 ? -1 : 0 })
    statistics.push(grown.statistics)
    addShares(importances, grower.gains)
    if (votes !== null) addVotes(votes, grown.tree, draws)
    yield (index + 1) / settings.trees
  }
  return succeed({
    predictor: assemble(trees, classCount),
    statistics,
    importances: toShares(importances),
    outOfBagScore: votes === null ? null : scoreVotes(votes, target),
  })
}

function findWrongOption(settings: ForestOptions): string | null {
  const { trees, maxDepth, minSamplesSplit, minSamplesLeaf, maxFeatures } = settings
  const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least
  if (!isCount(trees, 1)) return 'A forest needs at least one tree.'
  if (maxDepth !== null && !isCount(maxDepth, 1)) return 'The depth of a tree is at least 1.'
  if (!isCount(minSamplesSplit, 2)) return 'A split needs at least 2 rows.'
  if (!isCount(minSamplesLeaf, 1)) return 'A leaf needs at least 1 row.'
  if (typeof maxFeatures === 'number' && !(maxFeatures > 0 && maxFeatures <= 1)) {
    return 'The share of columns tried at each split is above 0 and at most 1.'
  }
  return null
}

function prepareGrower(features: Matrix, classCount: number, settings: ForestOptions): TreeGrower {
  const { rows, columns } = features
  const choice = settings.maxFeatures ?? (classCount > 0 ? 'sqrt' : 1)
  const share = choice === 'sqrt' ? Math.sqrt(columns) : choice * columns
  const limits = {
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: settings.minSamplesSplit,
    minSamplesLeaf: settings.minSamplesLeaf,
    maxFeatures: Math.max(1, Math.floor(share)),
  }
  // A tree has at most one leaf a row, and one node less that is none.
  const table = createNodeTable(2 * rows - 1, Math.max(1, classCount))
  return createTreeGrower(rankColumns(features), rows, classCount, limits, table)
}

function drawRows(draws: Float64Array, bootstrap: boolean, random: Random): void {
  if (!bootstrap) {
    draws.fill(1)
    return
  }
  draws.fill(0)
  for (let draw = 0; draw < draws.length; draw++) {
    const row = random.below(draws.length)
    draws[row] = (draws[row] as number) + 1
  }
}

/** Fills the grower's samples with the rows that were drawn and gives their number. */
function takeSamples({ samples }: TreeGrower, target: Target, draws: Float64Array): number {
  const isWeighted = target.kind === 'values' || target.classCount <= 2
  const values = target.kind === 'values' ? target.values : target.codes
  let count = 0
  for (let row = 0; row < draws.length; row++) {
    const weight = draws[row] as number
    if (weight === 0) continue
    const value = values[row] as number
    samples.rows[count] = row
    samples.weights[count] = weight
    samples.targets[count] = isWeighted ? weight * value : value
    count++
  }
  return count
}

/** Adds a tree's gains as shares of their sum, so that every tree counts the same. */
function addShares(importances: Float64Array, gains: Float64Array): void {
  toShares(gains).forEach((share, column) => {
    importances[column] = (importances[column] as number) + share
  })
}

function toShares(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0)
  return sum > 0 ? values.map((value) => value / sum) : new Float64Array(values.length)
}

function assemble(trees: readonly GroupedTree[], classCount: number): TrainedPredictor {
  const outputs = Math.max(1, classCount)
  return {
    kind: 'forest',
    outputs,
    base: new Float64Array(outputs),
    scale: 1 / trees.length,
    trees,
    precision: 'float32',
    takesMissing: true,
    link: { kind: classCount > 0 ? 'probabilities' : 'identity' },
  }
}
