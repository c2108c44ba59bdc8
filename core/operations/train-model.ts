// train_model: from a table to a judged model, ready to deploy.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Failure, fail, type Outcome, succeed } from '#core/errors.ts'
import { type ModelReport, TASKS } from '#core/model.ts'
import type { TrainingRun } from '#core/registry/registry.ts'
import type { TrainedModel, TrainingJob } from '#core/training/automatic.ts'
import { MODEL_NAMES } from '#core/training/hyperparameters.ts'
import { beginRun, endRun, finishRun, jobParameters, runName } from '#core/training/record.ts'
import { deployModel } from './deploy-model.ts'
import { type Call, defineOperation } from './operation.ts'
import { reportSchema, toWireReport } from './report-wire.ts'
import { presentTraining } from './train-model-answer.ts'
import { chooseModelName } from './training-name.ts'
import { proposeTarget, readTrainingSource, type TrainingSource } from './training-source.ts'
import { MAX_NAME_LENGTH } from './wire.ts'

const DEFAULT_SEED = 42
const DEFAULT_TEST_SIZE = 0.2
/** Fewer rows to test on say nothing, fewer to learn from teach nothing. */
const TEST_SIZES = { least: 0.05, most: 0.5 } as const
/** More columns than any table people train on by hand. */
const MAX_FEATURES = 10_000

const nameField = z.string().min(1).max(MAX_NAME_LENGTH)
const figures = z.record(z.string(), z.number())

const output = z.object({
  run: z.string(),
  data: z.object({ name: z.string(), sha256: z.string() }),
  target: z.string(),
  task: z.enum(TASKS),
  features: z.array(z.string()),
  learner: z.string(),
  learner_title: z.string(),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  seed: z.int(),
  test_size: z.number(),
  rows: z.object({ train: z.int(), test: z.int() }),
  /** Means over the folds, the naive guess first; `measure` decided, within one standard error. */
  comparison: z.object({
    measure: z.enum(['macro_f1', 'r2']),
    folds: z.int(),
    learners: z.array(
      z.object({
        learner: z.string(),
        title: z.string(),
        metrics: figures,
        standard_error: z.number(),
        chosen: z.boolean(),
      }),
    ),
    /** False where a simpler learner was taken that is as good as the best within its error. */
    is_best: z.boolean(),
  }),
  /** On the rows put aside. */
  metrics: figures,
  /** Of the naive guess on the same rows. */
  baseline: figures,
  evaluation: reportSchema.optional(),
  importance: z.array(z.object({ name: z.string(), share: z.number() })),
  warnings: z.array(z.string()),
  /** Columns that give the target away; each has a warning. */
  leaks: z.array(z.string()),
  /** The model's file, kept like an upload; deploy_model takes the handle. */
  result: z.object({ upload: z.string(), file_name: z.string(), size_bytes: z.number() }),
  can_deploy: z.boolean(),
  deployed: z
    .object({
      name: z.string(),
      version: z.int(),
      model_version: z.string(),
      endpoint: z.string().nullable(),
    })
    .nullable(),
  duration_seconds: z.number(),
})

export type TrainingOutput = z.output<typeof output>

const input = z.strictObject({
  upload: nameField.optional().describe('Handle of an uploaded table: CSV, JSON lines or Parquet'),
  data: nameField.optional().describe('Name of a data set that Parley knows, such as iris'),
  target: nameField
    .optional()
    .describe('The column to predict; upper and lower case do not matter'),
  features: z
    .array(nameField)
    .min(1)
    .max(MAX_FEATURES)
    .optional()
    .describe('Learn from these columns; all that make sense when left out'),
  leave_out: z
    .array(nameField)
    .min(1)
    .max(MAX_FEATURES)
    .optional()
    .describe('Never learn from these columns, such as one that gives the target away'),
  task: z
    .enum(['classification', 'regression'])
    .optional()
    .describe('The values of the target decide when left out'),
  learner: z
    .enum(['auto', ...MODEL_NAMES])
    .optional()
    .describe('What learns; auto compares a few and takes the best, and is meant when left out'),
  seed: z.int().optional().describe(`${DEFAULT_SEED} when left out`),
  test_size: z
    .number()
    .min(TEST_SIZES.least)
    .max(TEST_SIZES.most)
    .optional()
    .describe(`Share of the rows to test on; ${DEFAULT_TEST_SIZE} when left out`),
  name: nameField.optional().describe('Name for the endpoint, made from the target when left out'),
  deploy: z
    .boolean()
    .optional()
    .describe(
      'True deploys the model at once; false when left out, and deploy_model does it later',
    ),
})

type Input = z.output<typeof input>

export const trainModel = defineOperation({
  name: 'train_model',
  title: 'Train a model',
  description:
    'Trains a model on an uploaded table: picks features, compares a few learners with a naive guess, tests the best on rows put aside and warns of leaks. The model can then be deployed.',
  effect: 'write',
  cost: 'heavy',
  isJob: true,
  input,
  output,
  errors: [
    'invalid_input',
    'not_found',
    'conflict',
    'too_large',
    'unsupported_file',
    'unreadable_model',
    'unavailable',
  ],
  examples: [
    {
      utterance: 'Train a logistic regression on the iris data',
      input: { data: 'iris', learner: 'logreg' },
    },
  ],
  asks({ upload, data }) {
    if (upload !== undefined || data !== undefined) return null
    return {
      field: 'upload',
      text: 'Please upload the table to learn from: a CSV, JSON lines or Parquet file with a column for what is to be predicted.',
    }
  },
  async handle(wishes, call) {
    if (wishes.upload !== undefined && wishes.data !== undefined) {
      return fail('invalid_input', 'Give either an upload or the name of a data set, not both.', [
        { path: 'data', message: 'cannot stand beside upload' },
      ])
    }
    const source = await readTrainingSource(wishes, call)
    if (!source.ok) return source
    const target =
      wishes.target === undefined
        ? await proposeTarget(source.value, call.signal)
        : succeed(wishes.target)
    if (!target.ok) return target
    const job = jobOf(wishes, target.value, source.value)
    return trainAndRecord(job, source.value, wishes, call)
  },
  present: presentTraining,
})

function jobOf(wishes: Input, target: string, { fileName }: TrainingSource): TrainingJob {
  const { features, leave_out, task, learner, seed, test_size } = wishes
  return {
    dataName: fileName,
    wish: {
      target,
      ...(task === undefined ? {} : { task }),
      ...(features === undefined ? {} : { features }),
      ...(leave_out === undefined ? {} : { leaveOut: leave_out }),
    },
    learner: learner ?? 'auto',
    seed: seed ?? DEFAULT_SEED,
    testShare: test_size ?? DEFAULT_TEST_SIZE,
  }
}

async function trainAndRecord(
  job: TrainingJob,
  source: TrainingSource,
  wishes: Input,
  call: Call,
): Promise<Outcome<z.input<typeof output>>> {
  const { registry, training, now, randomId } = call.ports
  const dataSha256 = sha256Of(source.bytes)
  const begun = beginRun({
    id: randomId(),
    name: runName(job.wish.target, job.dataName),
    owner: call.principal.id,
    startedMs: now(),
    parameters: jobParameters(job, dataSha256, training.trainer.parleyVersion),
  })
  await registry.writeRun(begun)
  try {
    const made = await training.trainer.train(job, source.bytes, call)
    if (!made.ok) {
      await recordEnd(begun, made.failure, call)
      return made
    }
    return await keepAndAnswer(begun, made.value, { job, wishes, dataSha256 }, call)
  } catch (error) {
    const problem = 'It broke off on an error of Parley’s own.'
    await recordEnd(begun, { code: 'internal', message: problem, details: [] }, call)
    throw error
  }
}

async function recordEnd(run: TrainingRun, { code, message }: Failure, call: Call): Promise<void> {
  const { registry, training, now, logger } = call.ports
  const ended = endRun(run, code === 'cancelled' ? 'stopped' : 'failed', message, now())
  try {
    await registry.writeRun(ended)
  } catch {
    // What happened is worth more than the record of it.
    logger.error({ requestId: call.requestId, run: run.id }, 'the end of a run was not recorded')
  }
  await training.tracker?.log(ended, [])
}

interface Asked {
  readonly job: TrainingJob
  readonly wishes: Input
  readonly dataSha256: string
}

async function keepAndAnswer(
  begun: TrainingRun,
  { trained, file }: TrainedModel,
  { job, wishes, dataSha256 }: Asked,
  call: Call,
): Promise<Outcome<z.input<typeof output>>> {
  const { registry, training, now } = call.ports
  const name = await chooseModelName(wishes.name, trained, job.dataName, registry)
  const kept = await registry.createUpload({
    fileName: `${name}.joblib`,
    owner: call.principal.id,
    content: file,
    maximumBytes: file.byteLength,
  })
  if (!kept.ok) {
    await recordEnd(begun, kept.failure, call)
    return kept
  }
  const { id, fileName, sizeBytes, sha256 } = kept.value
  const finished = finishRun(begun, trained, sha256, now())
  await registry.writeRun(finished)
  const untracked = await training.tracker?.log(finished, reportArtifacts(finished.report))
  const warnings = [...trained.warnings, ...(untracked == null ? [] : [untracked])]
  const deployed = wishes.deploy === true ? await deploy(id, name, call) : succeed(null)
  if (!deployed.ok) warnings.push(`It is trained but not deployed: ${deployed.failure.message}`)
  return succeed({
    run: begun.id,
    data: { name: job.dataName, sha256: dataSha256 },
    target: trained.target,
    task: trained.task,
    features: [...trained.features],
    learner: trained.learner,
    learner_title: trained.title,
    settings: { ...trained.settings },
    seed: job.seed,
    test_size: job.testShare,
    rows: trained.rows,
    comparison: comparisonOf(trained),
    metrics: { ...trained.metrics },
    baseline: { ...trained.baseline },
    ...toWireReport(trained.report),
    importance: (trained.report.importance ?? []).map((one) => ({ ...one })),
    warnings,
    leaks: [...trained.leaks],
    result: { upload: id, file_name: fileName, size_bytes: sizeBytes },
    can_deploy: trained.canDeploy,
    deployed: deployed.ok ? deployed.value : null,
    duration_seconds: finished.durationMs / 1000,
  })
}

function comparisonOf({ comparison }: TrainedModel['trained']) {
  const { measure, folds, learners, chosen, isBest } = comparison
  return {
    measure,
    folds,
    learners: learners.map(({ learner, title, means, errors }) => ({
      learner,
      title,
      metrics: { ...means },
      standard_error: errors[measure] ?? 0,
      chosen: learner === chosen,
    })),
    is_best: isBest,
  }
}

async function deploy(upload: string, name: string, call: Call) {
  const deployed = await deployModel.handle({ upload, name }, call)
  if (!deployed.ok) return deployed
  const { version, model_version, endpoint } = deployed.value
  return succeed({ name: deployed.value.name, version, model_version, endpoint })
}

/** Without the rows to compare with and the ranges: a tracking server is somebody else's, and values of the data stay here. */
function reportArtifacts(report: ModelReport | null) {
  if (report === null) return []
  const { background: _rows, ranges: _ranges, ...rest } = report
  const text = `${JSON.stringify(rest, null, 2)}\n`
  return [{ name: 'report.json', bytes: new TextEncoder().encode(text) }]
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
