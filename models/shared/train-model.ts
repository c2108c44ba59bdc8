// Trains one of an example's models through core, writes its files, and keeps what the page shows of its evaluation.

import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Outcome, succeed } from '#core/errors.ts'
import type { ModelReport } from '#core/model.ts'
import type { Call } from '#core/operations/operation.ts'
import { evaluationOf } from '#core/training/automatic.ts'
import { reportOf } from '#core/training/model-report.ts'
import {
  finishTraining,
  type PreparedTraining,
  prepareTraining,
  type TrainingRequest,
  type TrainingRun,
} from '#core/training/run.ts'
import { version as parleyVersion } from '../../package.json' with { type: 'json' }

/** What is behind a name that is not finished yet; renamed when every byte is on the disk. */
const UNFINISHED = '.unfinished'

export interface TrainingCall {
  readonly signal: Call['signal']
  readonly progress: Call['progress']
  readonly ports: Pick<Call['ports'], 'now'>
}

export interface TrainedModel {
  readonly prepared: PreparedTraining
  readonly run: TrainingRun
  readonly report: ModelReport
}

/** Rejects with the signal's reason when aborted. */
export async function trainModel(
  request: TrainingRequest,
  { signal, progress, ports }: TrainingCall,
): Promise<Outcome<TrainedModel>> {
  const training = { signal, progress, now: ports.now, parleyVersion }
  const prepared = await prepareTraining(request, training)
  if (!prepared.ok) return prepared
  const run = await finishTraining(prepared.value, request, training)
  if (!run.ok) return run
  const report = reportOf(prepared.value, run.value, evaluationOf(request, prepared.value))
  return succeed({ prepared: prepared.value, run: run.value, report })
}

/** Every file stands complete beside its name before the first is renamed. Returns their paths, in order. */
export async function writeFiles(
  folder: string,
  files: readonly { readonly name: string; readonly bytes: Uint8Array | string }[],
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const paths = files.map(({ name }) => join(folder, name))
  try {
    for (const [index, { bytes }] of files.entries()) {
      await Bun.write(`${paths[index]}${UNFINISHED}`, bytes)
    }
    for (const path of paths) await rename(`${path}${UNFINISHED}`, path)
  } finally {
    for (const path of paths) await rm(`${path}${UNFINISHED}`, { force: true })
  }
  return paths
}

/** The bytes of one of a run's files. */
export function fileOf({ files }: TrainingRun, name: string): Uint8Array {
  const file = files.find((one) => one.name === name)
  if (file === undefined) throw new Error(`a run writes ${name}`)
  return file.bytes
}
