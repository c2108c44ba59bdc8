// The agent: turns of a conversation one after another, each answered by Claude or the interpreter over the same operations.

import type { Failure } from '#core/errors.ts'
import { traced } from '#core/monitoring/tracer.ts'
import { maySee } from '#core/operations/access.ts'
import { OPERATIONS } from '#core/operations/index.ts'
import { limitPorts } from '#core/operations/limited-ports.ts'
import type { Operation, Ports } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { createEventChannel } from './event-channel.ts'
import { confirmsPending } from './interpreter/interpret.ts'
import { createInterpreter } from './interpreter/language.ts'
import { createKnownModels, type KnownModels } from './known-models.ts'
import type { Answer, LanguageModel, LanguageTurn, RanStep } from './language.ts'
import { createSequencer } from './one-after-another.ts'
import { askToSlowDown } from './pace.ts'
import { presentFailure, presentStep } from './present-step.ts'
import { afterStep, beginTurn, endTurn } from './remembering.ts'
import { createStepRunner } from './run-step.ts'
import { type ConversationState, emptyState, parseState, serialiseState } from './state.ts'
import type { Agent, Step, TurnEvent, TurnRequest, TurnResult } from './turn.ts'

export interface AgentOptions {
  readonly ports: Ports
  /** Answers where it is given and can; the interpreter otherwise. */
  readonly claude?: LanguageModel | null
  /** The index of operations unless a test gives another. */
  readonly operations?: readonly Operation[]
}

interface Assembly {
  readonly ports: Ports
  readonly operations: readonly Operation[]
  readonly interpreter: LanguageModel
  readonly claude: LanguageModel | null
  readonly models: KnownModels
}

export function createAgent(options: AgentOptions): Agent {
  const { ports } = options
  const assembly: Assembly = {
    ports,
    operations: options.operations ?? OPERATIONS,
    interpreter: createInterpreter({ ports }),
    claude: options.claude ?? null,
    models: createKnownModels(ports.registry),
  }
  const sequencer = createSequencer()
  return {
    turn(request) {
      const channel = createEventChannel<TurnEvent>()
      const id = request.conversationId ?? ports.randomId()
      void sequencer
        .run(id, () => {
          const facts = { 'parley.request_id': request.requestId }
          const work = () => takeTurn(assembly, id, request, channel.push)
          return traced(ports.tracer, 'chat turn', facts, work)
        })
        .catch((error: unknown) => {
          ports.logger.error(describe(error, request), 'turn failed')
          const text = `Something went wrong on our side. It is logged under request ${request.requestId}.`
          channel.push({ type: 'done', result: turnNotTaken(id, text) })
        })
        .finally(channel.close)
      return channel.events
    },
  }
}

/** Name and frames only: a message may hold what the person said. */
function describe(error: unknown, request: TurnRequest): Readonly<Record<string, unknown>> {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : []
  return {
    requestId: request.requestId,
    error: error instanceof Error ? error.name : typeof error,
    frames: frames.map((frame) => frame.trim()),
  }
}

function turnNotTaken(conversationId: string, reply: string): TurnResult {
  return {
    conversationId,
    reply,
    blocks: [{ kind: 'notice', tone: 'error', text: reply }],
    steps: [],
    language: 'interpreter',
  }
}

async function takeTurn(
  assembly: Assembly,
  askedId: string,
  request: TurnRequest,
  emit: (event: TurnEvent) => void,
): Promise<void> {
  const { ports } = assembly
  const slower = await askToSlowDown(ports, request)
  if (slower !== null) return emit({ type: 'done', result: turnNotTaken(askedId, slower) })
  const { id, before } = await openConversation(ports, askedId, request)
  emit({ type: 'started', conversationId: id })
  const turn = await createTurn(assembly, before, request, emit)
  const { answer, language } = await answerTurn(assembly, before, turn)
  if (!turn.hasSpoken() && answer.reply !== '') emit({ type: 'text', delta: answer.reply })
  if (!turn.hasShown() && answer.blocks.length > 0) emit({ type: 'blocks', blocks: answer.blocks })
  const steps = turn.steps()
  const result: TurnResult = {
    conversationId: id,
    reply: answer.reply,
    blocks: answer.blocks,
    steps,
    language,
  }
  const after = endTurn(before, turn.view.state(), request, result)
  await keepConversation(ports, id, request, after)
  emit({ type: 'done', result })
}

/** A conversation of somebody else is not continued: a new one begins instead. */
async function openConversation(
  ports: Ports,
  id: string,
  request: TurnRequest,
): Promise<{ id: string; before: ConversationState }> {
  if (request.conversationId === null) return { id, before: emptyState() }
  const json = await ports.registry.readConversation(id, request.principal.id)
  if (json !== null) return { id, before: parseState(json) }
  const isTaken = (await ports.registry.readConversation(id)) !== null
  return { id: isTaken ? ports.randomId() : id, before: emptyState() }
}

/** The answer is worth more than the memory of it: where it cannot be written, that is logged and the turn stands. */
async function keepConversation(
  ports: Ports,
  id: string,
  request: TurnRequest,
  state: ConversationState,
): Promise<void> {
  try {
    await ports.registry.writeConversation(id, request.principal.id, serialiseState(state))
  } catch (error) {
    ports.logger.error(describe(error, request), 'conversation not stored')
  }
}

interface RunningTurn {
  readonly view: LanguageTurn
  /** Runs what the person has just said yes to. */
  confirm(): Promise<RanStep>
  steps(): readonly Step[]
  ran(): readonly RanStep[]
  /** All pieces of the reply so far. */
  said(): string
  hasSpoken(): boolean
  hasShown(): boolean
}

async function createTurn(
  assembly: Assembly,
  before: ConversationState,
  request: TurnRequest,
  emit: (event: TurnEvent) => void,
): Promise<RunningTurn> {
  const { ports, operations } = assembly
  const all = await assembly.models.load()
  const models = all.filter(({ name }) => maySee(request.principal, name))
  const runner = createStepRunner({ ports, request, operations, emit })
  const ran: RanStep[] = []
  let state = beginTurn(before, request)
  let said = ''
  let shown = false
  const keep = (step: RanStep, field?: string): RanStep => {
    ran.push(step)
    state = afterStep(state, step, request, ports.now(), models, field)
    return step
  }
  const view: LanguageTurn = {
    request,
    state: () => state,
    models,
    samples: await limitPorts(ports, request.principal).samples.list(),
    operations,
    run: async (operation, input) => keep(await runner.run(operation, input)),
    ask: (operation, input, question) =>
      keep(runner.ask(operation, input, question), question.field),
    remember(changes) {
      state = { ...state, ...changes }
    },
    say(delta) {
      if (delta === '') return
      said += delta
      emit({ type: 'text', delta })
    },
    show(blocks) {
      if (blocks.length === 0) return
      shown = true
      emit({ type: 'blocks', blocks })
    },
  }
  return {
    view,
    async confirm() {
      const pending = before.pendingConfirmation
      if (pending === null) throw new Error('nothing waits for a confirmation')
      return keep(await runner.run(pending.operation, pending.input, true))
    },
    steps: () => ran.map(({ step }) => step),
    ran: () => ran,
    said: () => said,
    hasSpoken: () => said !== '',
    hasShown: () => shown,
  }
}

async function answerTurn(
  assembly: Assembly,
  before: ConversationState,
  turn: RunningTurn,
): Promise<{ answer: Answer; language: TurnResult['language'] }> {
  const { claude, interpreter, ports } = assembly
  if (isConfirmed(before, turn.view, ports.now())) {
    return { answer: presentStep(await turn.confirm()), language: 'interpreter' }
  }
  if (claude === null)
    return { answer: await interpret(interpreter, turn, before), language: 'interpreter' }
  const answered = await claude.answer(turn.view)
  if (answered.ok) return { answer: answered.value, language: 'claude' }
  ports.logger.warn(
    { requestId: turn.view.request.requestId, code: answered.failure.code },
    'language model failed',
  )
  const answer = await answerInstead(interpreter, turn, before, answered.failure)
  return { answer, language: 'interpreter' }
}

/** Bound to the person, the operation and its input; short-lived; and the yes must be clear. */
function isConfirmed(before: ConversationState, view: LanguageTurn, nowMs: number): boolean {
  const pending = before.pendingConfirmation
  if (pending === null || nowMs >= pending.expiresAtMs) return false
  if (pending.principal !== view.request.principal.id || view.request.uploads.length > 0)
    return false
  return confirmsPending(view.request.message, view.models, pending)
}

async function interpret(
  interpreter: LanguageModel,
  turn: RunningTurn,
  before: ConversationState,
): Promise<Answer> {
  // The interpreter sees what was put to the person, so that a "no" is understood; it cannot run it.
  const view = {
    ...turn.view,
    state: () => ({ ...turn.view.state(), pendingConfirmation: before.pendingConfirmation }),
  }
  const answered = await interpreter.answer(view)
  if (answered.ok) return answered.value
  return presentFailure(answered.failure)
}

/**
 * Says why Claude is silent and answers without it. What Claude had said already stays part of the reply, and steps
 * that ran stand: nothing is done twice because the words to it failed.
 */
async function answerInstead(
  interpreter: LanguageModel,
  turn: RunningTurn,
  before: ConversationState,
  failure: Failure,
): Promise<Answer> {
  const paragraph = (text: string) => turn.view.say(turn.hasSpoken() ? `\n\n${text}` : text)
  if (turn.view.request.signal.aborted) {
    paragraph('Stopped.')
    return { reply: turn.said(), blocks: [] }
  }
  paragraph(`${failure.message} I answer without it.`)
  const ran = turn.ran().map(presentStep)
  if (ran.length > 0) {
    const blocks: readonly Block[] = ran.flatMap((part) => part.blocks)
    for (const { reply } of ran) paragraph(reply)
    turn.view.show(blocks)
    return { reply: turn.said(), blocks }
  }
  turn.view.say('\n\n')
  const lead = turn.said()
  const answer = await interpret(interpreter, turn, before)
  if (turn.said() === lead) turn.view.say(answer.reply)
  return { reply: turn.said(), blocks: answer.blocks }
}
