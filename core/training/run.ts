// One training run: a table and a wish become a judged model and the files that keep it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import { writeJoblib } from './artifacts/joblib.ts'
import { DEFAULT_SKLEARN_VERSION, isSupportedVersion } from './artifacts/sklearn-version.ts'
import { rowDifficulty } from './difficulty.ts'
import { fitPipeline, targetOf } from './fit-pipeline.ts'
import { MODELS, type ModelName, resolveSettings, type Settings } from './hyperparameters.ts'
import { findMisfit } from './misfit.ts'
import { type PlanWish, planTraining, type TrainingPlan } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { type Judgement, judge, metricsJson } from './reports.ts'
import { countRepeated, holdOut, type Split } from './split.ts'
import { readTable, type Table, takeRows } from './table.ts'
import { predictTable, type TrainedPipeline } from './trained-pipeline.ts'
import type { TrainingWarning } from './warning.ts'

/**
 * How the rows to test on are drawn from the classes: `even` takes easy and hard rows (or low and high values) in
 * proportion, so that a small test is like the whole; `plain` takes any. Both come to the same figures on average.
 */
export const SPLIT_KINDS = ['even', 'plain'] as const
export type SplitKind = (typeof SPLIT_KINDS)[number]

export interface TrainingRequest {
  /** What people call the data, and the bytes of the table. */
  readonly data: { readonly name: string; readonly bytes: Uint8Array }
  readonly wish: PlanWish
  readonly model: ModelName
  /** Over the model's defaults, as they were typed. */
  readonly settings: Readonly<Record<string, string>>
  readonly seed: number
  /** Share of the rows that are kept to test on, in (0, 1). */
  readonly testShare: number
  /** `even` where left out. */
  readonly split?: SplitKind
  /** The scikit-learn that model.joblib is for; the newest that was tested most where it is left out. */
  readonly sklearnVersion?: string
}

export interface TrainingPorts {
  readonly signal: AbortSignal
  readonly progress: (progress: { readonly fraction: number; readonly message: string }) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly parleyVersion: string
}

export interface TrainingRun {
  readonly prepared: PreparedTraining
  readonly plan: TrainingPlan
  readonly settings: Settings
  readonly pipeline: TrainedPipeline
  readonly judgement: Judgement
  readonly rows: { readonly train: number; readonly test: number }
  readonly warnings: readonly TrainingWarning[]
  /** The same bytes for the same data and arguments, but for what params.json lists under `varies`. */
  readonly files: readonly ArtifactFile[]
}

/** Every file that a run may write, in the order in which it does. */
export const ARTIFACT_NAMES = [
  'model.joblib',
  'model.onnx',
  'metrics.json',
  'confusion_matrix.json',
  'params.json',
] as const

export interface ArtifactFile {
  readonly name: (typeof ARTIFACT_NAMES)[number]
  readonly bytes: Uint8Array
}

/** What a run knows before it knows which model: the same for the same data, wish, seed and share. */
export interface PreparedTraining {
  readonly plan: TrainingPlan
  /** The table as it was read, and the rows of it that have a target. */
  readonly read: Table
  readonly table: Table
  readonly split: Split
  readonly train: Table
  readonly test: Table
  /** How the test rows were drawn, in words: "stratified by class". */
  readonly drawn: string
  readonly random: Random
  readonly startedMs: number
}

/** Rejects with the signal's reason when aborted. */
export async function runTraining(
  request: TrainingRequest,
  ports: TrainingPorts,
): Promise<Outcome<TrainingRun>> {
  const checked = checkRequest(request)
  if (!checked.ok) return checked
  const prepared = await prepareTraining(request, ports)
  return prepared.ok ? finishTraining(prepared.value, request, ports) : prepared
}

/** Reads the table, plans, and puts the rows to test on aside. */
export async function prepareTraining(
  request: Omit<TrainingRequest, 'model' | 'settings'>,
  ports: TrainingPorts,
): Promise<Outcome<PreparedTraining>> {
  const startedMs = ports.now()
  ports.progress({ fraction: 0, message: 'reading the table' })
  const read = await readTable(request.data.bytes, ports.signal)
  if (!read.ok) return read
  const random = createRandom(request.seed)
  const planned = planTraining(read.value, request.wish, random.split('plan'))
  if (!planned.ok) return planned
  const { plan, table } = planned.value
  const whole = targetOf(plan, table)
  const quiet = { random: random.split('difficulty'), signal: ports.signal, progress: () => {} }
  const spread = request.split === 'plain' ? null : await rowDifficulty(plan, table, quiet)
  const strata = whole.kind === 'classes' ? whole.codes : null
  const split = holdOut(table.rows, request.testShare, strata, random.split('split'), spread)
  return succeed({
    plan,
    read: read.value,
    table,
    split,
    train: takeRows(table, split.train),
    test: takeRows(table, split.test),
    drawn: describeDraw(plan, spread !== null),
    random,
    startedMs,
  })
}

/** Fits the model of the request, judges it on the rows put aside and writes it. */
export async function finishTraining(
  prepared: PreparedTraining,
  request: TrainingRequest,
  ports: TrainingPorts,
): Promise<Outcome<TrainingRun>> {
  const { plan, table, split, train, test } = prepared
  const checked = checkRequest(request)
  if (!checked.ok) return checked
  const unfit = findMisfit(request.model, plan)
  if (unfit !== null) return fail('invalid_input', unfit)
  const fitted = await fitPipeline(
    { plan, model: request.model, settings: checked.value, train, whole: table },
    {
      random: prepared.random.split('fit'),
      signal: ports.signal,
      progress: (fraction) =>
        ports.progress({ fraction: 0.1 + 0.8 * fraction, message: `fitting ${request.model}` }),
    },
  )
  if (!fitted.ok) return fitted
  ports.progress({ fraction: 0.9, message: 'testing' })
  const pipeline = fitted.value
  const answered = (part: Table) => ({
    target: targetOf(plan, part),
    answers: predictTable(pipeline, part),
  })
  const judgement = judge(answered(train), answered(test), plan.classes)
  ports.signal.throwIfAborted()
  ports.progress({ fraction: 0.95, message: 'writing the model' })
  const made = modelFiles(pipeline, versionOf(request))
  const warnings = [
    ...plan.warnings,
    ...warnOfRepeats(table, plan, split),
    ...warnOfFit(pipeline),
    ...made.warnings,
  ]
  const run = {
    plan,
    settings: checked.value,
    pipeline,
    judgement,
    rows: { train: train.rows, test: test.rows },
    warnings,
  }
  const finishedMs = ports.now()
  const varies = {
    trained_at: new Date(finishedMs).toISOString(),
    duration_seconds: (finishedMs - prepared.startedMs) / 1_000,
  }
  const params = paramsJson(request, run, prepared, ports.parleyVersion, varies)
  return succeed({
    ...run,
    prepared,
    files: [...made.files, ...judgementFiles(judgement), json('params.json', params)],
  })
}

function checkRequest(request: TrainingRequest): Outcome<Settings> {
  const { seed, testShare } = request
  if (!Number.isSafeInteger(seed)) return fail('invalid_input', 'The seed must be a whole number.')
  if (!(testShare > 0 && testShare < 1)) {
    const message = 'The size of the test must be a share between 0 and 1, such as 0.2.'
    return fail('invalid_input', message)
  }
  if (!isSupportedVersion(versionOf(request))) {
    const message = `model.joblib is written for scikit-learn 1.2 and later, such as ${DEFAULT_SKLEARN_VERSION}.`
    return fail('invalid_input', message)
  }
  return resolveSettings(request.model, request.settings)
}

function versionOf({ sklearnVersion = DEFAULT_SKLEARN_VERSION }: TrainingRequest): string {
  return sklearnVersion
}

function modelFiles(
  pipeline: TrainedPipeline,
  version: string,
): { readonly files: readonly ArtifactFile[]; readonly warnings: readonly TrainingWarning[] } {
  const joblib: ArtifactFile = { name: 'model.joblib', bytes: writeJoblib(pipeline, version) }
  try {
    // Made of the very file that people deploy, so that both answer alike.
    const { onnx } = readModelFile(joblib.bytes, {}, createBudget())
    return { files: [joblib, { name: 'model.onnx', bytes: onnx }], warnings: [] }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const message = `model.onnx is not written: ${error.message}`
    return { files: [joblib], warnings: [{ code: 'onnx', column: null, message }] }
  }
}

function warnOfRepeats(
  table: Table,
  { features, target }: TrainingPlan,
  split: Split,
): readonly TrainingWarning[] {
  const columns = table.columns.filter(({ name }) => name === target || features.includes(name))
  const count = countRepeated(columns, split)
  if (count === 0) return []
  const rows = count === 1 ? '1 test row is' : `${count} test rows are`
  const message = `${rows} also among the training rows, which makes the test easier than life.`
  return [{ code: 'repeated_test', column: null, message }]
}

function warnOfFit({ model }: TrainedPipeline): readonly TrainingWarning[] {
  if (model.kind !== 'logreg' || model.fitted.converged) return []
  const message = `The fit was not done after ${model.fitted.iterations} iterations; raise max_iter.`
  return [{ code: 'not_converged', column: null, message }]
}

function judgementFiles(judgement: Judgement): readonly ArtifactFile[] {
  const metrics = json('metrics.json', metricsJson(judgement))
  if (judgement.kind === 'regression') return [metrics]
  const { labels, test } = judgement
  return [
    metrics,
    json('confusion_matrix.json', { labels, rows_are: 'truth', matrix: test.confusion }),
  ]
}

function describeDraw({ classes }: TrainingPlan, isEven: boolean): string {
  if (classes === null) return isEven ? 'evenly over low and high values' : 'shuffled'
  return isEven ? 'stratified by class, evenly over easy and hard rows' : 'stratified by class'
}

function paramsJson(
  request: TrainingRequest,
  { plan, settings, rows, warnings }: Omit<TrainingRun, 'files' | 'prepared'>,
  { read, drawn }: PreparedTraining,
  parleyVersion: string,
  varies: Readonly<Record<string, unknown>>,
) {
  return {
    model: request.model,
    title: MODELS[request.model].title,
    settings,
    seed: request.seed,
    test_size: request.testShare,
    split: drawn,
    target: plan.target,
    task: plan.task,
    features: plan.features,
    classes: plan.classes,
    data: {
      name: request.data.name,
      sha256: new Bun.CryptoHasher('sha256').update(request.data.bytes).digest('hex'),
      rows: read.rows,
      columns: read.columns.length,
    },
    rows,
    versions: { parley: parleyVersion, 'scikit-learn file': versionOf(request) },
    warnings: warnings.map(({ message }) => message),
    varies,
  }
}

function json(name: ArtifactFile['name'], content: unknown): ArtifactFile {
  return { name, bytes: new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`) }
}
