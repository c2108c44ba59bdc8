// The record of a run: what went in and what came out, as the registry keeps it and people compare it.

import type { Scalar } from '#core/model.ts'
import type { TrainingRun } from '#core/registry/registry.ts'
import type { Trained, TrainingJob } from './automatic.ts'
import type { Settings } from './hyperparameters.ts'
import { TRAINING_TIME_MS } from './trainer.ts'

/** Figures of the folds stand under this in a run's metrics. */
export const FOLDS_PREFIX = 'cv_'
/** A list of features longer than this is not read; the count says enough. */
const MAX_FEATURES_CHARACTERS = 400
/** A training that is recorded as running for longer than any may run ended with its server. */
const LOST_AFTER_MS = 2 * TRAINING_TIME_MS

export interface RunBeginning {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly startedMs: number
  readonly parameters: Readonly<Record<string, Scalar>>
}

export function runName(target: string, dataName: string): string {
  return `${target} from ${dataName}`
}

export function beginRun({ id, name, owner, startedMs, parameters }: RunBeginning): TrainingRun {
  return {
    id,
    name,
    status: 'running',
    startedAt: new Date(startedMs).toISOString(),
    durationMs: 0,
    owner,
    parameters,
    metrics: {},
    model: null,
    version: null,
    report: null,
  }
}

/** `problem` is what was said to the person. */
export function endRun(
  run: TrainingRun,
  status: 'failed' | 'stopped',
  problem: string,
  nowMs: number,
): TrainingRun {
  return {
    ...run,
    status,
    durationMs: nowMs - Date.parse(run.startedAt),
    parameters: { ...run.parameters, problem },
  }
}

export function jobParameters(
  { dataName, wish, learner, seed, testShare }: TrainingJob,
  dataSha256: string,
  parleyVersion: string,
): Readonly<Record<string, Scalar>> {
  return {
    data: dataName,
    data_sha256: dataSha256,
    target: wish.target,
    ...(wish.leaveOut === undefined ? {} : { leave_out: wish.leaveOut.join(', ') }),
    learner,
    seed,
    test_size: testShare,
    parley: parleyVersion,
  }
}

export function finishRun(
  run: TrainingRun,
  trained: Trained,
  modelSha256: string,
  nowMs: number,
): TrainingRun {
  const { comparison, learner, target, task, features, rows } = trained
  const data = run.parameters['data']
  const compared = comparison.learners.find((one) => one.learner === learner)
  return {
    ...run,
    // As the table writes it, not as it was typed.
    name: runName(target, String(data)),
    status: 'finished',
    durationMs: nowMs - Date.parse(run.startedAt),
    parameters: {
      ...run.parameters,
      target,
      task,
      learner,
      ...settingParameters(trained.settings),
      ...featureParameters(features),
      rows_train: rows.train,
      rows_test: rows.test,
      model_sha256: modelSha256,
    },
    metrics: { ...trained.metrics, ...foldFigures(compared?.means ?? {}) },
    report: trained.report,
  }
}

export function settingParameters(settings: Settings): Readonly<Record<string, Scalar>> {
  return { ...settings }
}

export function featureParameters(features: readonly string[]): Readonly<Record<string, Scalar>> {
  const names = features.join(', ')
  const isShort = names.length <= MAX_FEATURES_CHARACTERS
  return { feature_count: features.length, ...(isShort ? { features: names } : {}) }
}

function foldFigures(means: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(means).map(([name, value]) => [`${FOLDS_PREFIX}${name}`, value]),
  )
}

/** The run as it is shown: one that says that it is running, and cannot be any more, was stopped. */
export function shownRun(run: TrainingRun, nowMs: number): TrainingRun {
  const isLost = run.status === 'running' && nowMs - Date.parse(run.startedAt) > LOST_AFTER_MS
  return isLost ? { ...run, status: 'stopped' } : run
}
