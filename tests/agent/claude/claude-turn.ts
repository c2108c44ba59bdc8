// A turn as the agent gives it to a language, over real ports and real operations, that keeps what happens in it.

import type { KnownModel, LanguageTurn, RanStep } from '#agent/language.ts'
import { type ConversationState, emptyState } from '#agent/state.ts'
import type { Step, TurnRequest } from '#agent/turn.ts'
import { findOperation, OPERATIONS } from '#core/operations/index.ts'
import { invoke, needsInput } from '#core/operations/invoke.ts'
import type { Ports, Principal } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'

export interface WatchedTurn {
  readonly turn: LanguageTurn
  readonly said: readonly string[]
  readonly shown: readonly Block[]
  readonly steps: readonly Step[]
  readonly stop: () => void
}

export interface TurnOptions {
  readonly message: string
  readonly state?: Partial<ConversationState>
  readonly uploads?: TurnRequest['uploads']
  /** Called before an operation runs. */
  readonly onRun?: (operation: string) => void
  readonly onSay?: (delta: string) => void
}

/** Chat is where the model's own `confirmation` must mean nothing. */
const principal: Principal = { id: 'local', role: 'admin', surface: 'chat' }

export async function watchTurn(ports: Ports, options: TurnOptions): Promise<WatchedTurn> {
  const said: string[] = []
  const shown: Block[] = []
  const steps: Step[] = []
  const stopping = new AbortController()
  const request: TurnRequest = {
    conversationId: 'c1',
    message: options.message,
    uploads: options.uploads ?? [],
    principal,
    requestId: 'request-1',
    signal: stopping.signal,
  }
  const state: ConversationState = { ...emptyState(), ...options.state }
  const turn: LanguageTurn = {
    request,
    state: () => state,
    models: await knownModels(ports),
    samples: (await ports.samples.list()).map(({ name, title }) => ({ name, title })),
    operations: OPERATIONS,
    async run(name, input) {
      options.onRun?.(name)
      const ran = await runStep(ports, request, name, input)
      steps.push(ran.step)
      return ran
    },
    ask(operation, input, question) {
      const step: Step = { operation, input, status: 'needs_input' }
      steps.push(step)
      return { step, presentation: null, message: question.text }
    },
    remember: () => undefined,
    say(delta) {
      said.push(delta)
      options.onSay?.(delta)
    },
    show: (blocks) => void shown.push(...blocks),
  }
  return { turn, said, shown, steps, stop: () => stopping.abort() }
}

async function runStep(
  ports: Ports,
  request: TurnRequest,
  name: Parameters<LanguageTurn['run']>[0],
  input: Readonly<Record<string, unknown>>,
): Promise<RanStep> {
  const operation = findOperation(name)
  if (operation === null) throw new Error(`there is no operation ${name}`)
  const step = { operation: name, input }
  const question = needsInput(operation, input)
  if (question !== null) {
    return { step: { ...step, status: 'needs_input' }, presentation: null, message: question.text }
  }
  const { principal, requestId, signal } = request
  const progress = () => undefined
  const call = { principal, requestId, signal, progress, confirmed: false, ports }
  const outcome = await invoke(operation, input, call)
  if (outcome.ok) {
    const presentation = operation.present(outcome.value)
    return { step: { ...step, status: 'done', output: outcome.value }, presentation, message: '' }
  }
  const { failure } = outcome
  const isHeld = failure.code === 'needs_confirmation'
  return {
    step: isHeld
      ? { ...step, status: 'needs_confirmation' }
      : { ...step, status: 'failed', error: failure },
    presentation: null,
    message: failure.message,
  }
}

async function knownModels(ports: Ports): Promise<readonly KnownModel[]> {
  const models = await ports.registry.listModels()
  return Promise.all(
    models.map(async (model) => {
      const versions = await ports.registry.listVersions(model.name)
      const shown = versions.find(({ number }) => number === model.liveVersion) ?? versions.at(-1)
      if (shown === undefined) throw new Error(`${model.name} has no version`)
      return {
        name: model.name,
        title: model.title,
        aliases: model.aliases,
        description: model.description,
        signature: shown.signature,
        versions: versions.map(({ number }) => number),
        live: model.liveVersion,
      }
    }),
  )
}
