// One fit: rows of a table become a trained pipeline, by the model and the settings that were asked for.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelName, Settings } from './hyperparameters.ts'
import type { FitContext, Target } from './learner.ts'
import { sparseDesign } from './learners/design.ts'
import { fitLogisticDesign, fitLogisticRegression } from './learners/logistic-regression.ts'
import { fitNearestNeighbours } from './learners/nearest-neighbours.ts'
import { fitRidge } from './learners/ridge.ts'
import type { TrainingPlan } from './plan.ts'
import {
  applyPreparation,
  fitPreparation,
  type PreparationOptions,
} from './preparation/prepare-table.ts'
import { applyTfidf, fitTfidf } from './preparation/tfidf.ts'
import type { Table } from './table.ts'
import {
  type TrainedAnswer,
  type TrainedModel,
  type TrainedPipeline,
  textsOf,
} from './trained-pipeline.ts'
import { boostingSteps } from './trees/boosting.ts'
import { BOOSTING_DEFAULTS } from './trees/boosting-options.ts'
import { FOREST_DEFAULTS, forestSteps } from './trees/forest.ts'
import { runInterruptibly } from './trees/run-steps.ts'

export interface FitRequest {
  readonly plan: TrainingPlan
  readonly model: ModelName
  readonly settings: Settings
  /** Rows to learn from, and all rows that there are. */
  readonly train: Table
  readonly whole: Table
}

/** Rejects with the signal's reason when aborted; fails where the data are not what the learner takes. */
export async function fitPipeline(
  request: FitRequest,
  context: FitContext,
): Promise<Outcome<TrainedPipeline>> {
  const { plan, train, model } = request
  const answer = answerOf(request)
  const target = scaledTarget(targetOf(plan, train), answer)
  if (target === null) {
    const message = `${plan.target} has values of -1 and below, which have no logarithm; take target_scale plain.`
    return fail('invalid_input', message)
  }
  if (model === 'tfidf') return succeed(await fitText(request, answer, target, context))
  const options = preparationOf(model, request.settings)
  const prepared = fitPreparation(train, request.whole, plan.features, options)
  if (!prepared.ok) return prepared
  const features = applyPreparation(prepared.value, train)
  const fitted = await LEARNERS[model]({ features, target, settings: request.settings, context })
  if (!fitted.ok) return fitted
  return succeed({
    features: plan.features,
    preparation: prepared.value,
    model: fitted.value,
    answer,
    rows: train.rows,
  })
}

async function fitText(
  { plan, train, settings }: FitRequest,
  answer: TrainedAnswer,
  target: Target,
  context: FitContext,
): Promise<TrainedPipeline> {
  const [column = ''] = plan.features
  if (target.kind !== 'classes') throw new Error('words are learned for classes alone')
  const texts = textsOf(train, column)
  const minimumTexts = numberOf(settings, 'min_df')
  const vectorizer = fitTfidf(texts, { longestGram: numberOf(settings, 'ngrams'), minimumTexts })
  const design = sparseDesign(applyTfidf(vectorizer, texts))
  const options = logisticOptions(settings)
  const fitted = await fitLogisticDesign(design, target, options, context)
  return {
    features: [column],
    preparation: { kind: 'text', column, vectorizer },
    model: { kind: 'logreg', options, fitted },
    answer,
    rows: train.rows,
  }
}

interface Lesson {
  readonly features: Parameters<typeof fitRidge>[0]
  readonly target: Target
  readonly settings: Settings
  readonly context: FitContext
}

type Learner = (lesson: Lesson) => Promise<Outcome<TrainedModel>>

const LEARNERS: Readonly<Record<Exclude<ModelName, 'tfidf'>, Learner>> = {
  async logreg({ features, target, settings, context }) {
    const options = logisticOptions(settings)
    const fitted = await fitLogisticRegression(features, target, options, context)
    return succeed({ kind: 'logreg', options, fitted })
  },
  async ridge({ features, target, settings, context }) {
    const options = { alpha: numberOf(settings, 'alpha') }
    return succeed({
      kind: 'ridge',
      options,
      fitted: await fitRidge(features, target, options, context),
    })
  },
  async knn({ features, target, settings, context }) {
    const weights = settings['weights'] === 'distance' ? 'distance' : 'uniform'
    const options = { neighbours: numberOf(settings, 'n_neighbors'), weights } as const
    const fitted = await fitNearestNeighbours(features, target, options, context)
    return succeed({ kind: 'knn', options, fitted })
  },
  async rf({ features, target, settings, context }) {
    const share = settings['max_features']
    const options = {
      ...FOREST_DEFAULTS,
      trees: numberOf(settings, 'n_estimators'),
      maxDepth: countOrNone(settings, 'max_depth'),
      minSamplesSplit: numberOf(settings, 'min_samples_split'),
      minSamplesLeaf: numberOf(settings, 'min_samples_leaf'),
      maxFeatures: share === 'sqrt' || typeof share === 'number' ? share : null,
    } as const
    const fitted = await runInterruptibly(
      forestSteps(features, target, options, context.random),
      context,
    )
    return fitted.ok ? succeed({ kind: 'rf', options, fitted: fitted.value }) : fitted
  },
  async hgb({ features, target, settings, context }) {
    const options = {
      ...BOOSTING_DEFAULTS,
      iterations: numberOf(settings, 'max_iter'),
      learningRate: numberOf(settings, 'learning_rate'),
      maxLeaves: numberOf(settings, 'max_leaf_nodes'),
      maxDepth: countOrNone(settings, 'max_depth'),
      minSamplesLeaf: numberOf(settings, 'min_samples_leaf'),
      l2: numberOf(settings, 'l2_regularization'),
      earlyStopping: EARLY_STOPPING[String(settings['early_stopping'])] ?? null,
      validationShare: numberOf(settings, 'validation_fraction'),
      patience: numberOf(settings, 'n_iter_no_change'),
    }
    const fitted = await runInterruptibly(
      boostingSteps(features, target, options, context.random),
      context,
    )
    return fitted.ok ? succeed({ kind: 'hgb', options, fitted: fitted.value }) : fitted
  },
}

/** `auto` is null: the number of rows decides. */
const EARLY_STOPPING: Readonly<Record<string, boolean>> = { on: true, off: false }

/** Boosting sends missing values where they belong by itself, and sizes mean nothing to it. */
function preparationOf(model: ModelName, settings: Settings): PreparationOptions {
  if (model === 'hgb') return { scaler: null, fillNumbers: false }
  const { scaler } = settings
  return {
    scaler: scaler === 'standard' || scaler === 'robust' ? scaler : null,
    fillNumbers: true,
  }
}

function logisticOptions(settings: Settings) {
  return {
    c: numberOf(settings, 'C'),
    maxIterations: numberOf(settings, 'max_iter'),
    tolerance: numberOf(settings, 'tol'),
  }
}

function numberOf(settings: Settings, name: string): number {
  const value = settings[name]
  if (typeof value !== 'number') throw new Error(`the setting ${name} is a number`)
  return value
}

function countOrNone(settings: Settings, name: string): number | null {
  return settings[name] === null ? null : numberOf(settings, name)
}

function answerOf({ plan, settings, train }: FitRequest): TrainedAnswer {
  const { classes, target } = plan
  if (classes === null) {
    return { kind: 'value', scale: settings['target_scale'] === 'log' ? 'log' : 'plain' }
  }
  const column = train.columns.find(({ name }) => name === target)
  return { kind: 'classes', labels: classes, areNumbers: column?.kind === 'number' }
}

/** Null where a value has no logarithm. */
function scaledTarget(target: Target, answer: TrainedAnswer): Target | null {
  if (target.kind === 'classes' || answer.kind === 'classes' || answer.scale === 'plain') {
    return target
  }
  if (target.values.some((value) => value <= -1)) return null
  return { kind: 'values', values: target.values.map(Math.log1p) }
}

/** The target's column as class codes or numbers. */
export function targetOf({ classes, target }: TrainingPlan, table: Table): Target {
  const column = table.columns.find(({ name }) => name === target)
  if (column === undefined) throw new Error(`the table has no column ${target}`)
  if (classes === null) {
    const values = Float64Array.from({ length: table.rows }, (_, row) => Number(column.values[row]))
    return { kind: 'values', values }
  }
  const codes = new Map(classes.map((label, code) => [label, code]))
  return {
    kind: 'classes',
    codes: Int32Array.from(
      { length: table.rows },
      (_, row) => codes.get(String(column.values[row])) ?? -1,
    ),
    classCount: classes.length,
  }
}
