// Runs turns of talk: sends the files and the message, follows the answer, stops and retries.

import { type Problem, STOPPED } from '../client/http.ts'
import { type ChatEvent, streamTurn } from '../client/turn.ts'
import { uploadFile } from '../client/upload.ts'
import {
  type AttachedFile,
  applyEvent,
  type Conversation,
  failMessage,
  type ParleyMessage,
  type PersonMessage,
  titleFrom,
  waitingMessage,
} from './conversation.ts'
import type { Conversations } from './conversations.ts'
import { createStore, type Store } from './store.ts'

export interface Chat {
  /** Ids of the conversations in which an answer is awaited. */
  readonly busy: Store<ReadonlySet<string>>
  /** Starts a turn, in a new conversation where `id` is null; returns the conversation's id. Ignored while one runs. */
  send(id: string | null, text: string, files: readonly File[]): string
  stop(id: string): void
  /** Runs the last message of the person again, in place of its answer. */
  retry(id: string): void
}

export interface ChatOptions {
  readonly conversations: Conversations
  readonly newId: () => string
  readonly now: () => number
  /** Called when a turn ended that may have changed models. */
  readonly turnEnded: () => void
}

export function createChat(options: ChatOptions): Chat {
  const { conversations, newId, now } = options
  const busy = createStore<ReadonlySet<string>>(new Set())
  const running = new Map<string, AbortController>()
  /** Contents of files by the id of their message, for a retry; gone after a reload, as browsers keep no files. */
  const contents = new Map<string, readonly File[]>()

  const setBusy = (id: string, isBusy: boolean) =>
    busy.set((before) => {
      const after = new Set(before)
      if (isBusy) after.add(id)
      else after.delete(id)
      return after
    })

  const run = async (id: string, question: PersonMessage) => {
    const controller = new AbortController()
    running.set(id, controller)
    setBusy(id, true)
    const answer = waitingMessage(newId())
    conversations.update(id, (one) => ({ ...one, messages: [...one.messages, answer] }))
    conversations.save(id)
    const turn = {
      id,
      question,
      answerId: answer.id,
      files: contents.get(question.id) ?? [],
      signal: controller.signal,
    }
    await runTurn(conversations, turn)
    running.delete(id)
    conversations.save(id)
    setBusy(id, false)
    options.turnEnded()
  }

  return {
    busy,
    send(id, text, files) {
      const known = id === null ? undefined : conversations.find(id)
      const fileNames = files.map(({ name }) => name)
      const conversation = known ?? emptyConversation(id ?? newId(), titleFrom(text, fileNames))
      if (running.has(conversation.id)) return conversation.id
      const question: PersonMessage = {
        from: 'person',
        id: newId(),
        text,
        files: files.map(waitingFile),
      }
      if (files.length > 0) contents.set(question.id, files)
      const messages = [...conversation.messages, question]
      conversations.put({ ...conversation, messages, updatedAtMs: now() })
      void run(conversation.id, question)
      return conversation.id
    },
    stop(id) {
      running.get(id)?.abort()
    },
    retry(id) {
      const messages = conversations.find(id)?.messages ?? []
      const last = messages.findLastIndex((message) => message.from === 'person')
      const question = messages[last]
      if (question?.from !== 'person' || running.has(id)) return
      conversations.update(id, (one) => ({ ...one, messages: messages.slice(0, last + 1) }))
      void run(id, question)
    },
  }
}

function emptyConversation(id: string, title: string): Conversation {
  return { id, serverId: null, title, named: false, updatedAtMs: 0, messages: [] }
}

function waitingFile({ name, size }: File): AttachedFile {
  return { name, sizeBytes: size, progress: null, upload: null }
}

interface Turn {
  readonly id: string
  readonly question: PersonMessage
  readonly answerId: string
  readonly files: readonly File[]
  readonly signal: AbortSignal
}

async function runTurn(conversations: Conversations, turn: Turn): Promise<void> {
  const { id, question, answerId, signal } = turn
  const changeAnswer = (change: (answer: ParleyMessage) => ParleyMessage) =>
    conversations.update(id, (one) => ({
      ...one,
      messages: one.messages.map((message) =>
        message.id === answerId && message.from === 'parley' ? change(message) : message,
      ),
    }))
  const problem = await sendFiles(conversations, turn)
  if (problem !== null) return changeAnswer((answer) => failMessage(answer, problem))
  const sent = conversations.find(id)?.messages.find((message) => message.id === question.id)
  const uploads = sent?.from === 'person' ? sent.files.flatMap(({ upload }) => upload ?? []) : []
  const conversationId = conversations.find(id)?.serverId ?? null
  const events = streamTurn({ message: question.text, conversationId, uploads }, signal)
  for await (const event of events) {
    keepServerId(conversations, id, event)
    changeAnswer((answer) => applyEvent(answer, event))
  }
}

function keepServerId(conversations: Conversations, id: string, event: ChatEvent): void {
  if (event.type !== 'started' && event.type !== 'done') return
  const serverId = event.conversationId
  conversations.update(id, (one) => (one.serverId === serverId ? one : { ...one, serverId }))
}

const FILE_GONE: Problem = {
  kind: 'refused',
  code: null,
  message: 'The file has to be chosen again: browsers keep no files when a page is reloaded.',
  details: [],
}

/** Sends the files of the message that are not there yet, one after another; null when all are. */
async function sendFiles(
  conversations: Conversations,
  { id, question, files, signal }: Turn,
): Promise<Problem | null> {
  const changeFile = (index: number, change: Partial<AttachedFile>) =>
    conversations.update(id, (one) => ({
      ...one,
      messages: one.messages.map((message) =>
        message.id === question.id && message.from === 'person'
          ? { ...message, files: message.files.with(index, merge(message.files[index], change)) }
          : message,
      ),
    }))
  for (const [index, attached] of question.files.entries()) {
    const current = conversations.find(id)?.messages.find(({ id: one }) => one === question.id)
    if (current?.from === 'person' && current.files[index]?.upload != null) continue
    const file = files[index]
    if (file === undefined) return FILE_GONE
    if (file.size === 0) return emptyFile(attached.name)
    changeFile(index, { progress: 0 })
    const sent = await uploadFile(file, (progress) => changeFile(index, { progress }), signal)
    changeFile(index, { progress: null, upload: sent.ok ? sent.value.upload : null })
    if (!sent.ok) return sent.problem.kind === 'stopped' ? STOPPED : sent.problem
  }
  return null
}

function emptyFile(name: string): Problem {
  return { kind: 'refused', code: null, message: `${name} is empty (0 bytes).`, details: [] }
}

function merge(file: AttachedFile | undefined, change: Partial<AttachedFile>): AttachedFile {
  return { name: '', sizeBytes: 0, progress: null, upload: null, ...file, ...change }
}
