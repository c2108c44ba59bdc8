// Deploys a model that an example has just made, with its figures, report and card, as `deploy_model` deploys a sample.

import { type Outcome, succeed } from '#core/errors.ts'
import { deployModel } from '#core/operations/deploy-model.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Call, Sample } from '#core/operations/operation.ts'
import type { Judgement } from '#core/training/reports.ts'

export interface Deployed {
  readonly model: string
  readonly version: number
  readonly modelVersion: string
}

export async function deployMade(made: Sample, call: Call): Promise<Outcome<Deployed>> {
  const { name } = made.config
  const samples = { ...call.ports.samples, read: async () => made }
  const outcome = await invoke(
    deployModel,
    { sample: name, name, ...(made.card !== '' && { card: made.card }) },
    { ...call, ports: { ...call.ports, samples } },
  )
  if (!outcome.ok) return outcome
  const { version, model_version: modelVersion } = outcome.value
  return succeed({ model: name, version, modelVersion })
}

/** A classifier's figures by the names that samples use. */
export function classFigures(judgement: Judgement): Readonly<Record<string, number>> {
  if (judgement.kind === 'regression') throw new Error('a regression has other figures')
  const { accuracy, macroF1, logLoss, rocAuc } = judgement.test
  return {
    accuracy,
    macro_f1: macroF1,
    ...(rocAuc !== null && { auc: rocAuc }),
    log_loss: logLoss,
  }
}
