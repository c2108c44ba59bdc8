// Records an example's training among the runs, so that it can be listed and compared with others.

import type { Call } from '#core/operations/operation.ts'
import { beginRun, featureParameters, runName, settingParameters } from '#core/training/record.ts'
import type { TrainingRequest } from '#core/training/run.ts'
import type { Deployed } from './deploy-made.ts'
import type { TrainedModel } from './train-model.ts'

interface Finished {
  readonly request: TrainingRequest
  readonly trained: TrainedModel
  readonly metrics: Readonly<Record<string, number>>
  readonly deployed: Deployed
}

export async function recordRun(
  { request, trained, metrics, deployed }: Finished,
  { ports, principal }: Call,
): Promise<void> {
  const { run, prepared, report } = trained
  const { target, task, features } = run.plan
  // Runs of every other training call it so, and are compared by their names.
  const { auc, ...others } = metrics
  const started = beginRun({
    id: ports.randomId(),
    name: runName(target, request.data.name),
    owner: principal.id,
    startedMs: prepared.startedMs,
    parameters: {
      data: request.data.name,
      data_sha256: new Bun.CryptoHasher('sha256').update(request.data.bytes).digest('hex'),
      target,
      task,
      learner: request.model,
      seed: request.seed,
      test_size: request.testShare,
      ...settingParameters(run.settings),
      ...featureParameters(features),
      rows_train: run.rows.train,
      rows_test: run.rows.test,
    },
  })
  await ports.registry.writeRun({
    ...started,
    status: 'finished',
    durationMs: ports.now() - prepared.startedMs,
    metrics: { ...others, ...(auc !== undefined && { roc_auc: auc }) },
    model: deployed.model,
    version: deployed.version,
    report,
  })
}
