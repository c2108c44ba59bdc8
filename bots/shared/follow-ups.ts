// What a person may want next after a turn, as buttons: why?, another row, another version live.

import type { Step } from '#agent/turn.ts'
import type { OperationName } from '#core/operations/operation.ts'

export type FollowUp =
  /** Runs this very operation, with the rights of whoever clicks. */
  | {
      readonly kind: 'operation'
      readonly label: string
      readonly operation: OperationName
      readonly input: Readonly<Record<string, unknown>>
    }
  /** Opens the form of a model, filled with what was used last. */
  | {
      readonly kind: 'form'
      readonly label: string
      readonly model: string
      /** null for the live one. */
      readonly version: number | null
      readonly features: Readonly<Record<string, unknown>>
    }

/** Three buttons are read, ten are not. */
const MAX_PROMOTIONS = 3

export function followUps(steps: readonly Step[]): readonly FollowUp[] {
  const last = steps.at(-1)
  if (last === undefined || last.status !== 'done') return []
  switch (last.operation) {
    case 'predict':
      return afterPrediction(last)
    case 'explain_prediction':
      return afterPrediction(last).filter(({ kind }) => kind === 'form')
    case 'deploy_model':
      return afterDeployment(last)
    case 'describe_model':
      return field(last.output, 'deployed') === true ? afterDeployment(last) : []
    case 'list_versions':
      return promotions(last)
    case 'list_models':
    case 'undeploy_model':
    case 'delete_model':
    case 'predict_batch':
    case 'promote_version':
    case 'set_traffic':
    case 'model_metrics':
    case 'check_drift':
    case 'train_model':
    case 'suggest_phrases':
    case 'help':
      return []
  }
}

function afterPrediction({ input, output }: Step): FollowUp[] {
  const model = field(output, 'model')
  const features = field(input, 'features')
  if (typeof model !== 'string' || !isRecord(features)) return []
  return [
    {
      kind: 'operation',
      label: 'Why?',
      operation: 'explain_prediction',
      input: { ...input, model },
    },
    { kind: 'form', label: 'Try another', model, version: versionIn(input), features },
  ]
}

function afterDeployment({ output }: Step): FollowUp[] {
  const [model, version] = [field(output, 'name'), field(output, 'version')]
  if (typeof model !== 'string') return []
  if (field(output, 'deployed') === true) {
    return [{ kind: 'form', label: `Try ${model}`, model, version: null, features: {} }]
  }
  return typeof version === 'number' ? [promotion(model, version)] : []
}

function promotions({ output }: Step): FollowUp[] {
  const [model, versions] = [field(output, 'model'), field(output, 'versions')]
  if (typeof model !== 'string' || !Array.isArray(versions)) return []
  return versions
    .filter((version) => field(version, 'live') === false)
    .map((version) => field(version, 'version'))
    .filter((version) => typeof version === 'number')
    .sort((left, right) => right - left)
    .slice(0, MAX_PROMOTIONS)
    .map((version) => promotion(model, version))
}

function promotion(model: string, version: number): FollowUp {
  const input = { model, version }
  return {
    kind: 'operation',
    label: `Make version ${version} live`,
    operation: 'promote_version',
    input,
  }
}

function versionIn(input: unknown): number | null {
  const version = field(input, 'version')
  return typeof version === 'number' ? version : null
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
