// What a conversation is on this page, and how the events of a turn change it. Pure.

import type { Step } from '#agent/turn.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { Problem } from '../client/http.ts'
import type { ChatEvent } from '../client/turn.ts'

export interface AttachedFile {
  readonly name: string
  readonly sizeBytes: number
  /** 0..1 while it is sent, null before and after. */
  readonly progress: number | null
  /** Handle on the server once it has arrived. */
  readonly upload: string | null
}

export interface PersonMessage {
  readonly from: 'person'
  readonly id: string
  readonly text: string
  readonly files: readonly AttachedFile[]
}

export interface ParleyMessage {
  readonly from: 'parley'
  readonly id: string
  readonly text: string
  readonly blocks: readonly Block[]
  readonly steps: readonly Step[]
  readonly state: 'waiting' | 'done' | 'stopped' | 'failed'
  /** What is being done now, while waiting. */
  readonly activity: { readonly title: string; readonly fraction: number | null } | null
  readonly problem: Problem | null
}

export type Message = PersonMessage | ParleyMessage

export interface Conversation {
  readonly id: string
  /** The server's own id of it, once it has answered. */
  readonly serverId: string | null
  readonly title: string
  /** True where the person named it; a title from the first message gives way to nothing else. */
  readonly named: boolean
  readonly updatedAtMs: number
  readonly messages: readonly Message[]
}

const MAX_TITLE_LENGTH = 60
const SPACES = /\s+/g

export function titleFrom(text: string, fileNames: readonly string[]): string {
  const words = text.replace(SPACES, ' ').trim() || fileNames.join(', ')
  if (words === '') return 'New conversation'
  if (words.length <= MAX_TITLE_LENGTH) return words
  return `${words.slice(0, MAX_TITLE_LENGTH - 1).trimEnd()}…`
}

export function waitingMessage(id: string): ParleyMessage {
  return {
    from: 'parley',
    id,
    text: '',
    blocks: [],
    steps: [],
    state: 'waiting',
    activity: null,
    problem: null,
  }
}

/** The answer after one more event of its turn. */
export function applyEvent(message: ParleyMessage, event: ChatEvent): ParleyMessage {
  switch (event.type) {
    case 'started':
      return message
    case 'text':
      return { ...message, text: message.text + event.delta }
    case 'step-started':
      return { ...message, activity: { title: event.title, fraction: null } }
    case 'progress': {
      const title = event.message === '' ? (message.activity?.title ?? '') : event.message
      return { ...message, activity: { title, fraction: event.fraction } }
    }
    case 'step-finished':
      return { ...message, activity: null, steps: [...message.steps, event.step] }
    case 'blocks':
      return { ...message, blocks: [...message.blocks, ...event.blocks] }
    case 'done': {
      const { reply, blocks, steps } = event
      return { ...message, text: reply, blocks, steps, state: 'done', activity: null }
    }
    case 'problem':
      return failMessage(message, event.problem)
  }
}

export function failMessage(message: ParleyMessage, problem: Problem): ParleyMessage {
  const state = problem.kind === 'stopped' ? 'stopped' : 'failed'
  return { ...message, state, activity: null, problem }
}

const INTERRUPTED: Problem = {
  kind: 'stopped',
  code: null,
  message: 'This answer was interrupted when the page closed.',
  details: [],
}

/** A conversation as it is read back: nobody waits for an answer that no page listens to any more. */
export function settle(conversation: Conversation): Conversation {
  const messages = conversation.messages.map((message): Message => {
    if (message.from === 'person') {
      return { ...message, files: message.files.map((file) => ({ ...file, progress: null })) }
    }
    return message.state === 'waiting' ? failMessage(message, INTERRUPTED) : message
  })
  return { ...conversation, messages }
}
