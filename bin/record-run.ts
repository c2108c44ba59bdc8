// Records what `parley train` did beside the trainings of the server, and logs it where a tracking server is set.

import { createLogger } from '#api/logging.ts'
import type { TrainingRun as RecordedRun } from '#core/registry/registry.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { evaluationOf, metricsOf } from '#core/training/automatic.ts'
import { reportOf } from '#core/training/model-report.ts'
import { featureParameters, runName, settingParameters } from '#core/training/record.ts'
import type { TrainingRequest, TrainingRun } from '#core/training/run.ts'
import type { RunTracker } from '#core/training/tracking.ts'
import type { Configuration } from './configuration.ts'
import { createTracker, openRegistry, randomId } from './ports.ts'

/** Artifacts beyond this stay in their folder: a tracking server is for looking, not for serving. */
const MAX_LOGGED_BYTES = 64 * 1024 * 1024

export interface FinishedRun {
  readonly request: TrainingRequest
  readonly run: TrainingRun
  readonly startedMs: number
  readonly finishedMs: number
}

/** What could not be recorded is a sentence for the person; the files are written all the same. */
export function createRecorder(configuration: Configuration, owner: string) {
  return async (finished: FinishedRun): Promise<string | null> => {
    const recorded = recordOf(finished, owner)
    try {
      // Opened only now: a training that is wrong or stopped leaves nothing behind.
      const registry = await openRegistry(configuration, createLogger({ level: 'silent' }))
      await registry.writeRun(recorded).finally(() => registry.close())
    } catch (error) {
      const why = error instanceof RegistryUnavailable ? ` ${error.message}` : ''
      return `The run could not be recorded; its files are complete.${why}`
    }
    return track(createTracker(configuration), recorded, finished)
  }
}

async function track(
  tracker: RunTracker | null,
  recorded: RecordedRun,
  finished: FinishedRun,
): Promise<string | null> {
  const files = finished.run.files.filter(({ bytes }) => bytes.byteLength <= MAX_LOGGED_BYTES)
  return (await tracker?.log(recorded, files)) ?? null
}

function recordOf(finished: FinishedRun, owner: string): RecordedRun {
  const { request, run, startedMs, finishedMs } = finished
  const { plan, judgement } = run
  const joblib = run.files.find(({ name }) => name === 'model.joblib')
  return {
    id: randomId(),
    name: runName(plan.target, request.data.name),
    status: 'finished',
    startedAt: new Date(startedMs).toISOString(),
    durationMs: finishedMs - startedMs,
    owner,
    parameters: {
      data: request.data.name,
      data_sha256: sha256Of(request.data.bytes),
      target: plan.target,
      learner: request.model,
      seed: request.seed,
      test_size: request.testShare,
      task: plan.task,
      ...settingParameters(run.settings),
      ...featureParameters(plan.features),
      rows_train: run.rows.train,
      rows_test: run.rows.test,
      ...(joblib === undefined ? {} : { model_sha256: sha256Of(joblib.bytes) }),
    },
    metrics: metricsOf(judgement, 'test'),
    model: null,
    version: null,
    report: reportOf(run.prepared, run, evaluationOf(request, run.prepared)),
  }
}

function sha256Of(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}
