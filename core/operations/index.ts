// Every operation, in the order in which surfaces show them; adding one is its file and a line here.

import { checkDrift } from './check-drift.ts'
import { deleteModel } from './delete-model.ts'
import { deployModel } from './deploy-model.ts'
import { describeModel } from './describe-model.ts'
import { explainPrediction } from './explain-prediction.ts'
import { createHelp } from './help.ts'
import { listModels } from './list-models.ts'
import { listVersions } from './list-versions.ts'
import { modelMetrics } from './model-metrics.ts'
import type { Operation } from './operation.ts'
import { predict } from './predict.ts'
import { predictBatch } from './predict-batch.ts'
import { promoteVersion } from './promote-version.ts'
import { setTraffic } from './set-traffic.ts'
import { suggestPhrases } from './suggest-phrases.ts'
import { trainModel } from './train-model.ts'
import { undeployModel } from './undeploy-model.ts'

const ACTIONS: readonly Operation[] = [
  listModels,
  describeModel,
  deployModel,
  undeployModel,
  deleteModel,
  predict,
  predictBatch,
  explainPrediction,
  listVersions,
  promoteVersion,
  setTraffic,
  modelMetrics,
  checkDrift,
  trainModel,
  suggestPhrases,
]

export const OPERATIONS: readonly Operation[] = [...ACTIONS, createHelp(ACTIONS)]

const BY_NAME: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((one) => [one.name, one]))

export function findOperation(name: string): Operation | null {
  return BY_NAME.get(name) ?? null
}
