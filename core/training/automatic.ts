// A whole training from a table and a target: what to learn from, which learner, how good it is, and what to beware of.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelReport } from '#core/model.ts'
import { type Comparison, compareLearners } from './compare.ts'
import { MODELS, type ModelName, type Settings } from './hyperparameters.ts'
import { findMisfit } from './misfit.ts'
import { reportOf } from './model-report.ts'
import type { PlanWish, TrainingTask } from './plan.ts'
import type { Judgement } from './reports.ts'
import {
  finishTraining,
  type PreparedTraining,
  prepareTraining,
  type TrainingPorts,
  type TrainingRun,
} from './run.ts'

/** More rows than this belong on the command line, where nobody waits for an answer in a chat. */
export const MAX_AUTOMATIC_ROWS = 1_000_000

export interface TrainingJob {
  /** What people call the data. */
  readonly dataName: string
  readonly wish: PlanWish
  readonly learner: ModelName | 'auto'
  readonly seed: number
  /** Share of the rows that are kept to test on, in (0, 1). */
  readonly testShare: number
}

/** What came of it, as plain data; the model's file travels beside it. */
export interface Trained {
  readonly target: string
  readonly task: TrainingTask
  readonly features: readonly string[]
  readonly learner: ModelName
  readonly title: string
  readonly settings: Settings
  readonly rows: { readonly train: number; readonly test: number }
  readonly comparison: Comparison
  /** On the rows put aside. */
  readonly metrics: Readonly<Record<string, number>>
  /** Of the naive guess on the same rows. */
  readonly baseline: Readonly<Record<string, number>>
  readonly report: ModelReport
  readonly warnings: readonly string[]
  /** Columns that give the target away, each with a warning of its own. */
  readonly leaks: readonly string[]
  /** False where the file cannot be deployed; a warning says why. */
  readonly canDeploy: boolean
}

export interface TrainedModel {
  readonly trained: Trained
  /** `model.joblib`. */
  readonly file: Uint8Array
}

/** Part of the time that the comparison takes, for the progress. */
const COMPARISON_SHARE = 0.6

/** Rejects with the signal's reason when aborted. */
export async function trainAutomatically(
  job: TrainingJob,
  bytes: Uint8Array,
  ports: TrainingPorts,
): Promise<Outcome<TrainedModel>> {
  const request = { ...job, data: { name: job.dataName, bytes } }
  const prepared = await prepareTraining(request, ports)
  if (!prepared.ok) return prepared
  const { plan, train, table, random } = prepared.value
  if (table.rows > MAX_AUTOMATIC_ROWS) {
    const limit = MAX_AUTOMATIC_ROWS.toLocaleString('en-US')
    return fail('too_large', `The table has more than ${limit} rows; train on a sample of them.`)
  }
  const unfit = job.learner === 'auto' ? null : findMisfit(job.learner, plan)
  if (unfit !== null) return fail('invalid_input', unfit)
  const only = job.learner === 'auto' ? null : job.learner
  const compared = await compareLearners(plan, train, only, {
    random: random.split('compare'),
    signal: ports.signal,
    progress: (fraction) =>
      ports.progress({ fraction: fraction * COMPARISON_SHARE, message: 'comparing learners' }),
  })
  if (!compared.ok) return compared
  const { chosen } = compared.value
  const run = await finishTraining(
    prepared.value,
    { ...request, model: chosen, settings: {} },
    {
      ...ports,
      progress: ({ fraction, message }) =>
        ports.progress({
          fraction: COMPARISON_SHARE + fraction * (1 - COMPARISON_SHARE),
          message: message.replace(chosen, MODELS[chosen].title),
        }),
    },
  )
  if (!run.ok) return run
  const file = run.value.files.find(({ name }) => name === 'model.joblib')
  if (file === undefined) throw new Error('a run writes its model')
  return succeed({
    trained: describe(job, prepared.value, compared.value, run.value),
    file: file.bytes,
  })
}

function describe(
  job: TrainingJob,
  prepared: PreparedTraining,
  comparison: Comparison,
  run: TrainingRun,
): Trained {
  const { plan, settings, rows, judgement } = run
  const warnings = run.warnings.map(({ message }) => message)
  if (!comparison.beatsBaseline) {
    warnings.unshift(
      `It predicts ${plan.target} no better than a naive guess: the other columns seem to say nothing about it.`,
    )
  }
  return {
    target: plan.target,
    task: plan.task,
    features: plan.features,
    learner: comparison.chosen,
    title: MODELS[comparison.chosen].title,
    settings,
    rows,
    comparison,
    metrics: metricsOf(judgement, 'test'),
    baseline: metricsOf(judgement, 'baseline'),
    report: reportOf(prepared, run, evaluationOf(job, prepared)),
    warnings,
    leaks: run.warnings.flatMap(({ code, column }) =>
      code === 'leak' && column !== null ? [column] : [],
    ),
    canDeploy: run.files.some(({ name }) => name === 'model.onnx'),
  }
}

export function evaluationOf(
  { testShare, seed }: Pick<TrainingJob, 'testShare' | 'seed'>,
  { drawn }: Pick<PreparedTraining, 'drawn'>,
): string {
  const percent = Math.round(testShare * 1000) / 10
  return `${percent} % of the rows, put aside, ${drawn}, seed ${seed}`
}

/** By the names that versions carry their figures under; those that cannot be said are left out. */
export function metricsOf(
  judgement: Judgement,
  part: 'test' | 'baseline',
): Readonly<Record<string, number>> {
  if (judgement.kind === 'regression') return { ...judgement[part] }
  const { accuracy, macroF1, logLoss, rocAuc, brier } = judgement[part]
  return {
    accuracy,
    macro_f1: macroF1,
    log_loss: logLoss,
    ...(rocAuc === null ? {} : { roc_auc: rocAuc }),
    brier,
  }
}
