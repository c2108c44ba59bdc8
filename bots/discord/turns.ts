// Takes one turn for a person on Discord: files first, then the agent or one operation, shown as it goes.

import { presentFailure } from '#agent/present-step.ts'
import type { Agent, TurnRequest, TurnResult } from '#agent/turn.ts'
import { type Attachment, receiveAttachment } from '#bots/shared/attachment.ts'
import { conversationKey, type Place } from '#bots/shared/conversation-key.ts'
import type { DirectAgent } from '#bots/shared/direct-agent.ts'
import { openConfirmation } from '#bots/shared/open-confirmation.ts'
import { scoredFiles, withoutDownloads } from '#bots/shared/scored-file.ts'
import { clipText } from '#bots/shared/split-text.ts'
import { REFUSED_SENTENCE, type TurnDesk, WAITING_SENTENCE } from '#bots/shared/turn-desk.ts'
import { followTurn, type TurnView } from '#bots/shared/turn-view.ts'
import type { Failure } from '#core/errors.ts'
import type { OperationName, Ports, Principal } from '#core/operations/operation.ts'
import type { UploadRecord } from '#core/registry/registry.ts'
import { type ActionStore, answerId, stopId } from './actions.ts'
import type { Board } from './board.ts'
import { followUpsOf } from './follow-ups.ts'
import { DISCORD, EDIT_INTERVAL_MS, INTERIM_AFTER_MS, TEXT_PIECE } from './limits.ts'
import { type DiscordIdentity, type DiscordPrincipals, STRANGER_SENTENCE } from './people.ts'
import { type Button, type Page, renderMessages } from './render.ts'

export interface TurnServices {
  readonly ports: Ports
  readonly agent: Agent
  readonly direct: DirectAgent
  readonly desk: TurnDesk
  readonly actions: ActionStore
  readonly principalOf: DiscordPrincipals
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly attachmentOrigins: readonly string[]
  readonly onTurn: (result: TurnResult) => void
}

export type Work =
  | { readonly kind: 'say'; readonly message: string }
  | {
      readonly kind: 'run'
      readonly operation: OperationName
      readonly input: Readonly<Record<string, unknown>>
      /** What the conversation remembers that the person did. */
      readonly message: string
      /** The attachment becomes this key of the input. */
      readonly uploadKey?: string
    }

export interface Order {
  readonly place: Place
  readonly person: DiscordIdentity
  readonly work: Work
  readonly attachments: readonly Attachment[]
  readonly board: Board
  /** Looked at when the turn's time has come; a sentence refuses it. */
  readonly guard?: () => Promise<string | null>
}

/** Resolves when the turn has ended and is shown; never rejects. */
export async function orderTurn(services: TurnServices, order: Order): Promise<void> {
  const key = conversationKey(order.place, order.person.user)
  const { admission, finished } = services.desk.admit(key, (signal) =>
    takeTurn(services, order, key, signal),
  )
  const remark = { running: null, waiting: WAITING_SENTENCE, refused: REFUSED_SENTENCE }[admission]
  if (remark !== null) await sayBriefly(services, order.board, remark)
  await finished
}

async function takeTurn(
  services: TurnServices,
  order: Order,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { ports } = services
  const requestId = ports.randomId()
  try {
    const refusal = (await order.guard?.()) ?? null
    if (refusal !== null)
      return await order.board.show(renderMessages({ text: refusal, blocks: [] }))
    const principal = services.principalOf(order.person)
    if (principal === null) return await sayBriefly(services, order.board, STRANGER_SENTENCE)
    const uploads = await receiveAll(services, order.attachments, principal, signal)
    if (!uploads.ok) return await order.board.show(failurePages(uploads.failure))
    const request: TurnRequest = {
      conversationId: key,
      message: order.work.message,
      uploads: uploads.value,
      principal,
      requestId,
      signal,
    }
    await showTurn(services, order, request)
  } catch (error) {
    report(services, requestId, error)
    const sentence = `Something went wrong on our side. It is logged under request ${requestId}.`
    await sayBriefly(services, order.board, sentence)
  }
}

async function showTurn(services: TurnServices, order: Order, request: TurnRequest): Promise<void> {
  const { ports } = services
  const startedAtMs = ports.monotonicMs()
  const show = async (view: TurnView) => {
    if (view.result !== null) return
    if (ports.monotonicMs() - startedAtMs < INTERIM_AFTER_MS) return
    await order.board.show(interimPages(view, order.person.user))
  }
  const pace = { intervalMs: EDIT_INTERVAL_MS, monotonicMs: ports.monotonicMs }
  const events = eventsOf(services, order.work, request)
  const result = await followTurn(events, pace, show, (error) =>
    report(services, request.requestId, error),
  )
  if (result === null) {
    await order.board.show(renderMessages({ text: 'Stopped.', blocks: [] }))
    return
  }
  await showResult(services, order, request, result)
  services.onTurn(result)
}

function eventsOf({ agent, direct }: TurnServices, work: Work, request: TurnRequest) {
  if (work.kind === 'say') return agent.turn(request)
  const [upload] = request.uploads
  const input =
    work.uploadKey === undefined || upload === undefined
      ? work.input
      : { ...work.input, [work.uploadKey]: upload.id }
  return direct.turn(request, work.operation, input)
}

/** One message is enough for what is not done yet. */
function interimPages(view: TurnView, user: string): readonly Page[] {
  return renderMessages({
    text: clipText(view.text, TEXT_PIECE),
    blocks: [],
    status: view.status ?? 'working on it',
    buttons: [{ label: 'Stop', tone: 'danger', id: stopId(user) }],
  }).slice(0, 1)
}

async function showResult(
  { ports, actions }: TurnServices,
  { board, person }: Order,
  { principal }: TurnRequest,
  result: TurnResult,
): Promise<void> {
  const found = await scoredFiles(result.steps, ports, principal.id)
  const files = found
    .filter(({ bytes }) => bytes.byteLength <= DISCORD.fileBytes)
    .slice(0, DISCORD.filesPerMessage)
    .map(({ fileName, bytes }) => ({ fileName: attachmentName(fileName), bytes }))
  const blocks = withoutDownloads(result.blocks, files.length > 0)
  const pages = renderMessages({
    text: result.reply,
    blocks,
    buttons: await buttonsOf(result, { ports, actions, user: person.user, principal }),
    files: files.map(({ fileName }) => fileName),
  })
  await board.show(pages, files)
}

const NOT_IN_NAMES = /[^A-Za-z0-9._-]+/g

/** Discord changes other characters itself, and then the component would name a file that is not there. */
function attachmentName(fileName: string): string {
  return fileName.replace(NOT_IN_NAMES, '_')
}

interface ButtonContext {
  readonly ports: Ports
  readonly actions: ActionStore
  readonly user: string
  readonly principal: Principal
}

async function buttonsOf(result: TurnResult, context: ButtonContext): Promise<Button[]> {
  if (result.steps.some(({ status }) => status === 'needs_confirmation')) {
    const { ports, principal, user } = context
    const token = await openConfirmation(ports, result.conversationId, principal.id)
    if (token === null) return []
    return [
      { label: 'Yes, go ahead', tone: 'danger', id: answerId('yes', user, token) },
      { label: 'No', tone: 'secondary', id: answerId('no', user, token) },
    ]
  }
  const buttons: Button[] = []
  for (const { label, tone, action } of followUpsOf(result)) {
    buttons.push({ label, tone, id: await context.actions.keep(action) })
  }
  return buttons
}

type Received =
  | { readonly ok: true; readonly value: readonly UploadRecord[] }
  | { readonly ok: false; readonly failure: Failure }

/** All or none: a table scored without the model that came with it would be a wrong answer. */
async function receiveAll(
  { ports, fetch, attachmentOrigins }: TurnServices,
  attachments: readonly Attachment[],
  principal: Principal,
  signal: AbortSignal,
): Promise<Received> {
  const context = {
    ports,
    owner: principal.id,
    fetch,
    allowedOrigins: attachmentOrigins,
    signal,
  }
  const received: UploadRecord[] = []
  for (const attachment of attachments) {
    const upload = await receiveAttachment(attachment, context)
    if (!upload.ok) {
      for (const { id } of received) await ports.registry.deleteUpload(id)
      return upload
    }
    received.push(upload.value)
  }
  return { ok: true, value: received }
}

function failurePages(failure: Failure): readonly Page[] {
  const { reply, blocks } = presentFailure(failure)
  return renderMessages({ text: reply, blocks })
}

async function sayBriefly(services: TurnServices, board: Board, text: string): Promise<void> {
  try {
    await board.show(renderMessages({ text, blocks: [] }))
  } catch (error) {
    report(services, '', error)
  }
}

/** Name and code only: Discord's errors carry the whole request, and so what the person said. */
export function report(
  { ports }: Pick<TurnServices, 'ports'>,
  requestId: string,
  error: unknown,
): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const name = error instanceof Error ? error.name : typeof error
  ports.logger.error({ requestId, surface: 'discord', error: name, code }, 'discord turn failed')
}
