// One turn of talk over the wire: a message out, the events of the answer back.

import type { Step } from '#agent/turn.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { readEvents } from './event-stream.ts'
import { type Problem, readProblem, reportReach, STOPPED, send, UNREACHABLE } from './http.ts'

export interface TurnMessage {
  readonly message: string
  readonly conversationId: string | null
  readonly uploads: readonly string[]
}

/** What the server streams, as the page uses it; `problem` stands for every way a turn can break. */
export type ChatEvent =
  | { readonly type: 'started'; readonly conversationId: string }
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'step-started'; readonly title: string }
  | { readonly type: 'progress'; readonly fraction: number | null; readonly message: string }
  | { readonly type: 'step-finished'; readonly step: Step }
  | { readonly type: 'blocks'; readonly blocks: readonly Block[] }
  | {
      readonly type: 'done'
      readonly conversationId: string
      readonly reply: string
      readonly blocks: readonly Block[]
      readonly steps: readonly Step[]
    }
  | { readonly type: 'problem'; readonly problem: Problem }

const BROKEN_OFF: Problem = {
  kind: 'unreachable',
  code: null,
  message: 'The answer broke off before its end.',
  details: [],
}

/** Ends with `done` or `problem`, exactly once. Never throws. */
export async function* streamTurn(
  { message, conversationId, uploads }: TurnMessage,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  const body = {
    message,
    ...(conversationId !== null && { conversation_id: conversationId }),
    ...(uploads.length > 0 && { uploads }),
  }
  const sent = await send('/api/chat', { body, signal }, 'text/event-stream')
  if (!sent.ok) return yield { type: 'problem', problem: sent.problem }
  const response = sent.value
  try {
    if (!response.ok || response.body === null) {
      return yield {
        type: 'problem',
        problem: readProblem(response.status, await response.text()),
      }
    }
    for await (const { event, data } of readEvents(response.body)) {
      const read = toChatEvent(event, data)
      if (read === null) continue
      yield read
      if (read.type === 'done' || read.type === 'problem') return
    }
    yield { type: 'problem', problem: BROKEN_OFF }
  } catch {
    if (!signal.aborted) reportReach(false)
    yield { type: 'problem', problem: signal.aborted ? STOPPED : UNREACHABLE }
  }
}

/** Null for events that a newer server may send and this page does not know. */
function toChatEvent(event: string, data: string): ChatEvent | null {
  const body = JSON.parse(data)
  switch (event) {
    case 'started':
      return { type: 'started', conversationId: body.conversation_id }
    case 'text':
      return { type: 'text', delta: body.delta }
    case 'step-started':
      return { type: 'step-started', title: body.title }
    case 'progress':
      return { type: 'progress', fraction: body.fraction, message: body.message }
    case 'step-finished':
      return { type: 'step-finished', step: body.step }
    case 'blocks':
      return { type: 'blocks', blocks: body.blocks }
    case 'done':
      return {
        type: 'done',
        conversationId: body.conversation_id,
        reply: body.reply,
        blocks: body.blocks,
        steps: body.steps,
      }
    case 'error':
      return { type: 'problem', problem: readProblem(0, data) }
    default:
      return null
  }
}
