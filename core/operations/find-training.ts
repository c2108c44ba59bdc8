// From a model's file to the training that wrote it, and what that training knows for the version made of the file.

import type { ModelReport } from '#core/model.ts'
import type { Registry, TrainingRun, VersionRecord } from '#core/registry/registry.ts'
import { FOLDS_PREFIX } from '#core/training/record.ts'
import { slugOf } from './naming.ts'

/** Who deploys what they trained does so soon; older runs are not looked through. */
const RUNS_LOOKED_THROUGH = 500

export interface KnownTraining {
  readonly run: TrainingRun
  readonly metrics: Readonly<Record<string, number>>
  readonly report: ModelReport | null
  readonly target: string | null
}

/** Null for a file that no run here has written. */
export async function findTraining(
  registry: Pick<Registry, 'listRuns'>,
  modelSha256: string,
): Promise<KnownTraining | null> {
  const runs = await registry.listRuns(RUNS_LOOKED_THROUGH)
  const run = runs.find(
    ({ status, parameters }) => status === 'finished' && parameters['model_sha256'] === modelSha256,
  )
  if (run === undefined) return null
  const tested = Object.entries(run.metrics).filter(([name]) => !name.startsWith(FOLDS_PREFIX))
  const { target } = run.parameters
  return {
    run,
    metrics: Object.fromEntries(tested),
    report: run.report,
    target: typeof target === 'string' ? target : null,
  }
}

const EXTENSION = /\.[A-Za-z0-9]{1,8}$/

/** What `model.joblib` of that training is about: the data set that has a name, else what it predicts. */
export function nameOfTraining({ run, target }: KnownTraining): string | null {
  const { data } = run.parameters
  if (typeof data === 'string' && !EXTENSION.test(data)) return slugOf(data)
  return target === null ? null : slugOf(target)
}

/** Notes in the run which version was made of it; the first one stays. */
export async function noteVersion(
  registry: Pick<Registry, 'writeRun'>,
  { run }: KnownTraining,
  version: VersionRecord,
): Promise<void> {
  if (run.model !== null) return
  await registry.writeRun({ ...run, model: version.model, version: version.number })
}
