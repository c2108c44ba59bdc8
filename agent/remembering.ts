// How a conversation's memory changes with every step: what "it" is, what was predicted, what is still to be answered.

import { knownAnswer } from '#core/operations/compare-answers.ts'
import type { OperationName } from '#core/operations/operation.ts'
import { predictOutput } from '#core/operations/predict.ts'
import type { KnownModel, RanStep } from './language.ts'
import {
  CONFIRMATION_LIFETIME_MS,
  type ConversationState,
  clip,
  MAX_REMEMBERED_UPLOADS,
  MAX_TRANSCRIPT_TURNS,
} from './state.ts'
import type { Step, TurnRequest, TurnResult } from './turn.ts'

/** Looking something up does not take back a question that waits for its answer. */
const LOOKS: ReadonlySet<OperationName> = new Set<OperationName>([
  'list_models',
  'describe_model',
  'list_versions',
  'model_metrics',
  'check_drift',
  'help',
])

/** Questions that stay open until they are answered; every other one is for the very next turn alone. */
const LASTING_FIELDS: ReadonlySet<string> = new Set(['upload', 'features', 'rows'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown, key: string): string | null => {
  const found = isRecord(value) ? value[key] : undefined
  return typeof found === 'string' ? found : null
}

/** At the start of a turn: its files are known, and what waited for a yes has had its turn. */
export function beginTurn(state: ConversationState, request: TurnRequest): ConversationState {
  const known = new Set(state.uploads.map(({ id }) => id))
  const fresh = request.uploads.filter(({ id }) => !known.has(id))
  const uploads = [...state.uploads, ...fresh.map((upload) => ({ ...upload, used: false }))]
  return {
    ...state,
    pendingConfirmation: null,
    uploads: uploads.slice(-MAX_REMEMBERED_UPLOADS),
  }
}

export function afterStep(
  state: ConversationState,
  ran: RanStep,
  request: TurnRequest,
  nowMs: number,
  models: readonly KnownModel[],
  field?: string,
): ConversationState {
  const { step } = ran
  switch (step.status) {
    case 'needs_confirmation':
      return {
        ...state,
        lastModel: modelOf(step) ?? state.lastModel,
        pendingConfirmation: {
          operation: step.operation,
          input: { ...step.input },
          principal: request.principal.id,
          expiresAtMs: nowMs + CONFIRMATION_LIFETIME_MS,
          sentence: ran.message,
        },
      }
    case 'needs_input':
      return {
        ...state,
        lastModel: modelOf(step) ?? state.lastModel,
        pendingQuestion: {
          operation: step.operation,
          input: { ...step.input },
          field: field ?? 'upload',
        },
      }
    case 'failed':
      return {
        ...state,
        lastModel: modelOf(step) ?? state.lastModel,
        pendingQuestion: askedByFailure(step) ?? state.pendingQuestion,
        uploads: markUsed(state, step, isHopeless(step)),
      }
    case 'done':
      return afterSuccess(state, step, models)
  }
}

/** A file that cannot be read stays unreadable: "deploy it" then means another one. */
function isHopeless(step: Step): boolean {
  return step.error?.code === 'unsupported_file' || step.error?.code === 'unreadable_model'
}

/** A deployment with too few or too many names of columns: the next message may bring the right ones. */
function askedByFailure(step: Step): ConversationState['pendingQuestion'] {
  const { features, ...input } = step.input
  if (step.operation !== 'deploy_model' || features === undefined || isHopeless(step)) return null
  return step.error?.code === 'invalid_input'
    ? { operation: 'deploy_model', input, field: 'features' }
    : null
}

function markUsed(state: ConversationState, step: Step, used: boolean) {
  if (!used) return state.uploads
  const id = textOf(step.input, 'upload')
  return state.uploads.map((upload) => (upload.id === id ? { ...upload, used: true } : upload))
}

function modelOf(step: Step): string | null {
  const named = step.operation === 'deploy_model' ? textOf(step.output, 'name') : null
  const trained = isRecord(step.output) ? textOf(step.output['deployed'], 'name') : null
  return named ?? trained ?? textOf(step.output, 'model') ?? textOf(step.input, 'model')
}

function afterSuccess(
  state: ConversationState,
  step: Step,
  models: readonly KnownModel[],
): ConversationState {
  const model = modelOf(step)
  const gone = step.operation === 'delete_model'
  const isLook = LOOKS.has(step.operation)
  return {
    ...state,
    lastModel: gone ? null : (model ?? state.lastModel),
    lastCall: { operation: step.operation, input: { ...step.input }, ...undoOf(step, models) },
    lastPrediction: predictionAfter(state, step, model),
    pendingQuestion: isLook ? state.pendingQuestion : questionAfter(step, model),
    uploads: uploadsAfter(state, step),
  }
}

/** A table that was learned from can be learned from again; the model made of it is a file to deploy. */
function uploadsAfter(state: ConversationState, step: Step): ConversationState['uploads'] {
  if (step.operation !== 'train_model') return markUsed(state, step, true)
  const made = isRecord(step.output) ? step.output['result'] : null
  const [id, fileName] = [textOf(made, 'upload'), textOf(made, 'file_name')]
  if (id === null || fileName === null || !isRecord(step.output)) return state.uploads
  const used = isRecord(step.output['deployed'])
  const upload = { id, fileName, sizeBytes: Number(isRecord(made) ? made['size_bytes'] : 0), used }
  return [...state.uploads, upload].slice(-MAX_REMEMBERED_UPLOADS)
}

/** What takes a change back: the version that was live before, or none. `models` are as they were before the turn. */
function undoOf(
  step: Step,
  models: readonly KnownModel[],
): Pick<NonNullable<ConversationState['lastCall']>, 'undo'> {
  const name = modelOf(step)
  const before = models.find((model) => model.name === name)
  if (before === undefined || !UNDOABLE.has(step.operation)) return {}
  if (before.live === null) {
    return { undo: { operation: 'undeploy_model', input: { model: before.name } } }
  }
  if (step.operation === 'undeploy_model' && before.live === before.versions.at(-1)) {
    return { undo: { operation: 'deploy_model', input: { name: before.name } } }
  }
  return {
    undo: { operation: 'promote_version', input: { model: before.name, version: before.live } },
  }
}

const UNDOABLE: ReadonlySet<OperationName> = new Set<OperationName>([
  'undeploy_model',
  'promote_version',
  'set_traffic',
  'deploy_model',
])

function predictionAfter(
  state: ConversationState,
  step: Step,
  model: string | null,
): ConversationState['lastPrediction'] {
  if (step.operation === 'delete_model' && state.lastPrediction?.model === model) return null
  const features = step.input['features']
  if (!['predict', 'explain_prediction'].includes(step.operation) || model === null) {
    return state.lastPrediction
  }
  if (!isRecord(features)) return state.lastPrediction
  const version = step.input['version']
  const { focus, change } =
    step.operation === 'explain_prediction' && state.lastPrediction !== null
      ? state.lastPrediction
      : {}
  const output = predictOutput.safeParse(step.output)
  const answer = output.success ? knownAnswer(output.data) : null
  return {
    model,
    features: { ...features },
    ...(typeof version === 'number' ? { version } : {}),
    ...(focus === undefined ? {} : { focus }),
    ...(change === undefined ? {} : { change }),
    ...(answer === null ? {} : { answer }),
  }
}

/** The model of a training that offers to deploy it. */
function offeredUpload({ output }: Step): string | null {
  if (!isRecord(output) || output['can_deploy'] !== true || isRecord(output['deployed']))
    return null
  return textOf(output['result'], 'upload')
}

/** A model without feature names is asked for them; the answer deploys it again with them. */
function questionAfter(step: Step, model: string | null): ConversationState['pendingQuestion'] {
  const trained = step.operation === 'train_model' ? offeredUpload(step) : null
  if (trained !== null) {
    return { operation: 'deploy_model', input: { upload: trained }, field: 'confirm_upload' }
  }
  const nameless = isRecord(step.output) && step.output['names_known'] === false
  if (step.operation !== 'deploy_model' || !nameless || model === null) return null
  return { operation: 'deploy_model', input: { name: model }, field: 'features' }
}

/** At the end of a turn: questions of one turn lapse, and the turn is written down. */
export function endTurn(
  before: ConversationState,
  state: ConversationState,
  request: TurnRequest,
  result: Pick<TurnResult, 'reply' | 'steps'>,
): ConversationState {
  const lapsed =
    state.pendingQuestion !== null &&
    state.pendingQuestion === before.pendingQuestion &&
    !LASTING_FIELDS.has(state.pendingQuestion.field)
  const turn = {
    person: clip(request.message),
    uploads: request.uploads.map(({ fileName }) => fileName),
    reply: clip(result.reply),
    steps: result.steps.map((step) => ({
      operation: step.operation,
      input: clip(JSON.stringify(step.input)),
      status: step.status,
      result: clip(JSON.stringify(step.output ?? step.error ?? null)),
    })),
  }
  return {
    ...state,
    pendingQuestion: lapsed ? null : state.pendingQuestion,
    transcript: [...state.transcript, turn].slice(-MAX_TRANSCRIPT_TURNS),
  }
}
