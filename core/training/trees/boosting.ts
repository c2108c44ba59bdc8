// Histogram gradient boosting for classes and values, after scikit-learn's HistGradientBoosting.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { GroupedTree } from '#core/pipeline/trees.ts'
import type { FitContext, Target } from '../learner.ts'
import type { Random } from '../random.ts'
import { holdOut } from '../split.ts'
import { type BinnedColumn, binColumns, findCategories } from './bin-columns.ts'
import { BOOSTING_DEFAULTS, type BoostingOptions, findWrongBoosting } from './boosting-options.ts'
import { findProblem } from './check-data.ts'
import {
  isDone,
  measureValidation,
  prepareValidation,
  takeRows,
  takeTargets,
  toNumbers,
  type Validation,
} from './early-stopping.ts'
import {
  type BoostedGrower,
  createBoostedGrower,
  type GrowingNode,
  growBoosted,
} from './grow-boosted.ts'
import { planHistograms } from './histograms.ts'
import { chooseLoss, type Loss } from './losses.ts'
import { addTree, type TrainedPredictor } from './predict-trees.ts'
import { type BoostedStatistics, readBoosted } from './read-boosted.ts'
import { type FitSteps, runAtOnce } from './run-steps.ts'

const EARLY_STOPPING_ROWS = 10_000

export interface FittedBoosting {
  readonly predictor: TrainedPredictor
  /** One entry a tree of the predictor. */
  readonly statistics: readonly BoostedStatistics[]
  /** Share of each column in the gains of all splits, 0 … 1, in all 1 unless nothing was split. */
  readonly importances: Float64Array
  readonly iterations: number
  /** Mean loss of the rows held out, before the first iteration and after each; null without early stopping. */
  readonly validationLosses: readonly number[] | null
}

/**
 * Fits boosted trees to `features` [rows, columns], NaN being a missing value. `invalid_input` where the data cannot be
 * learned from. Runs to the end without letting other work in; throws the signal's reason where that is aborted between
 * two iterations.
 */
export function fitBoosting(
  features: Matrix,
  target: Target,
  options: Partial<BoostingOptions>,
  context: FitContext,
): Outcome<FittedBoosting> {
  return runAtOnce(boostingSteps(features, target, options, context.random), context)
}

/** `fitBoosting` iteration by iteration, for `runInterruptibly`; yields the share that is done. */
export function* boostingSteps(
  features: Matrix,
  target: Target,
  options: Partial<BoostingOptions>,
  random: Random,
): FitSteps<FittedBoosting> {
  const settings = { ...BOOSTING_DEFAULTS, ...options }
  const categories = Array.from({ length: features.columns }, (_, column) =>
    settings.categorical.includes(column) ? findCategories(features, column) : null,
  )
  const problem =
    findProblem(features, target, 'float64') ??
    findWrongBoosting(settings, features.columns, target) ??
    findTooManyCategories(categories, settings.maxBins)
  if (problem !== null) return fail('invalid_input', problem)
  const boosting = prepare(features, target, categories, settings, random)
  for (let iteration = 0; iteration < settings.iterations; iteration++) {
    boostOnce(boosting, settings)
    if (boosting.validation !== null && isDone(boosting.validation.losses, settings)) break
    yield (iteration + 1) / settings.iterations
  }
  return succeed(assemble(boosting, features.columns))
}

function findTooManyCategories(
  categories: readonly (Int32Array | null)[],
  maxBins: number,
): string | null {
  const column = categories.findIndex((codes) => codes !== null && codes.length > maxBins)
  if (column === -1) return null
  const count = categories[column]?.length
  return `Feature ${column + 1} has ${count} categories; at most ${maxBins} can be learned from.`
}

interface Boosting {
  readonly loss: Loss
  readonly columns: readonly BinnedColumn[]
  readonly grower: BoostedGrower
  readonly target: Float64Array
  readonly margins: Float64Array
  readonly gradients: Float32Array
  readonly hessians: Float32Array
  readonly validation: Validation | null
  readonly trees: GroupedTree[]
  readonly statistics: BoostedStatistics[]
}

function prepare(
  features: Matrix,
  target: Target,
  categories: readonly (Int32Array | null)[],
  settings: BoostingOptions,
  random: Random,
): Boosting {
  const stops = settings.earlyStopping ?? features.rows > EARLY_STOPPING_ROWS
  const strata = target.kind === 'classes' ? target.codes : null
  const split = stops
    ? holdOut(features.rows, settings.validationShare, strata, random.split('validation'))
    : null
  const trained = split === null ? features : takeRows(features, split.train)
  const trainedTarget = split === null ? target : takeTargets(target, split.train)
  const loss = chooseLoss(trainedTarget, settings.loss)
  const columns = binColumns(trained, categories, settings.maxBins, random.split('bins'))
  const plan = planHistograms(columns, trained.rows, loss.hessiansAreOne)
  const { minSamplesLeaf, l2 } = settings
  const limits = {
    maxLeaves: settings.maxLeaves ?? Number.POSITIVE_INFINITY,
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesLeaf,
    l2,
  }
  const size = trained.rows * loss.outputs
  return {
    loss,
    columns,
    grower: createBoostedGrower({ plan, columns, minSamplesLeaf, l2 }, limits, trained.rows),
    target: toNumbers(trainedTarget),
    margins: new Float64Array(size).map(
      (_, place) => loss.base[Math.floor(place / trained.rows)] as number,
    ),
    gradients: new Float32Array(size),
    hessians: new Float32Array(loss.hessiansAreOne ? 0 : size),
    validation: split === null ? null : prepareValidation(features, target, split.test, loss),
    trees: [],
    statistics: [],
  }
}

/** Grows a tree for each output and adds it to all margins. */
function boostOnce(boosting: Boosting, { learningRate }: BoostingOptions): void {
  const { loss, columns, grower, target, margins, gradients, hessians, validation } = boosting
  const rows = target.length
  loss.writeGradients(target, margins, gradients, hessians)
  for (let output = 0; output < loss.outputs; output++) {
    const part = [output * rows, (output + 1) * rows] as const
    const root = growBoosted(grower, gradients.subarray(...part), hessians.subarray(...part))
    const own = margins.subarray(...part)
    addLeaves(root, boosting, own, learningRate)
    const { tree, statistics } = readBoosted(root, columns, learningRate)
    const grown = { ...tree, group: output }
    boosting.trees.push(grown)
    boosting.statistics.push(statistics)
    if (validation !== null) addTree(validation.margins, grown, validation.features)
  }
  if (validation !== null) measureValidation(validation, loss)
}

/** Adds each leaf's value to the margins of its rows, after the loss has had its say on the value. */
function addLeaves(
  root: GrowingNode,
  boosting: Boosting,
  margins: Float64Array,
  rate: number,
): void {
  const { loss, grower, target } = boosting
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.pop() as GrowingNode
    if (node.children !== null) {
      stack.push(...node.children)
      continue
    }
    const rows = grower.order.subarray(node.start, node.start + node.rows)
    if (loss.step !== null) {
      const residuals = Float64Array.from(
        rows,
        (row) => (target[row] as number) - (margins[row] as number),
      )
      node.value = loss.step(residuals)
    }
    const step = node.value * rate
    for (const row of rows) margins[row] = (margins[row] as number) + step
  }
}

function assemble(boosting: Boosting, columns: number): FittedBoosting {
  const { loss, trees, statistics, validation } = boosting
  const importances = new Float64Array(columns)
  trees.forEach(({ feature }, index) => {
    statistics[index]?.gain.forEach((gain, node) => {
      const column = feature[node] as number
      importances[column] = (importances[column] as number) + gain
    })
  })
  const sum = importances.reduce((total, gain) => total + gain, 0)
  return {
    predictor: {
      kind: 'forest',
      outputs: loss.outputs,
      base: loss.base,
      scale: 1,
      trees,
      precision: 'float64',
      takesMissing: true,
      link: { kind: loss.link },
    },
    statistics,
    importances: sum > 0 ? importances.map((gain) => gain / sum) : importances,
    iterations: trees.length / loss.outputs,
    validationLosses: validation?.losses ?? null,
  }
}
