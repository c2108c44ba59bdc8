// Keeps the conversations of this browser: in memory, in local storage, and in step with other tabs.

import { type Conversation, type Message, settle } from './conversation.ts'
import { createStore, type Store } from './store.ts'

const PREFIX = 'parley.conversation.'
/** Browsers give a site about 5 MB; fifty conversations of pages of tables fit. */
const MAX_CONVERSATIONS = 50
/** Older messages of one conversation are dropped from what is kept, oldest first. */
const MAX_KEPT_MESSAGES = 200

export interface Conversations {
  /** Newest first. */
  readonly store: Store<readonly Conversation[]>
  find(id: string): Conversation | undefined
  /** Adds it, or replaces the one with its id. Written to storage only with `save`. */
  put(conversation: Conversation): void
  update(id: string, change: (conversation: Conversation) => Conversation): void
  save(id: string): void
  remove(id: string): void
}

const FORMAT = 1

/** Only the frame is checked: what another version of this page wrote differently is dropped as a whole. */
function isConversation(value: unknown): value is Conversation {
  if (!isRecord(value) || value['format'] !== FORMAT) return false
  const { id, title, serverId, updatedAtMs, messages } = value
  return (
    typeof id === 'string' &&
    typeof title === 'string' &&
    typeof updatedAtMs === 'number' &&
    (serverId === null || typeof serverId === 'string') &&
    Array.isArray(messages) &&
    messages.every(isMessage)
  )
}

function isMessage(value: unknown): value is Message {
  if (!isRecord(value)) return false
  const { id, text, from, files, blocks, steps } = value
  if (typeof id !== 'string' || typeof text !== 'string') return false
  if (from === 'person') return Array.isArray(files)
  return from === 'parley' && Array.isArray(blocks) && Array.isArray(steps)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function openConversations(storage: Storage | null): Conversations {
  const store = createStore<readonly Conversation[]>(readAll(storage))
  const put = (conversation: Conversation) =>
    store.set((all) => sorted([...all.filter(({ id }) => id !== conversation.id), conversation]))
  const find = (id: string) => store.get().find((one) => one.id === id)
  const conversations: Conversations = {
    store,
    find,
    put,
    update(id, change) {
      const found = find(id)
      if (found !== undefined) put(change(found))
    },
    save(id) {
      const found = find(id)
      if (found === undefined || storage === null) return
      write(storage, found, store.get())
      for (const old of store.get().slice(MAX_CONVERSATIONS)) conversations.remove(old.id)
    },
    remove(id) {
      storage?.removeItem(PREFIX + id)
      store.set((all) => all.filter((one) => one.id !== id))
    },
  }
  return conversations
}

/** Takes over what another tab wrote. `isBusy` says of which conversations this tab knows better. */
export function followOtherTabs(
  conversations: Conversations,
  isBusy: (id: string) => boolean,
): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === null || !key.startsWith(PREFIX)) return
    const id = key.slice(PREFIX.length)
    if (isBusy(id)) return
    const conversation = newValue === null ? null : parse(newValue)
    if (conversation !== null) conversations.put(conversation)
    else conversations.store.set((all) => all.filter((one) => one.id !== id))
  }
  window.addEventListener('storage', listen)
  return () => window.removeEventListener('storage', listen)
}

/** Storage may be full, or closed to this page; the conversation then lives as long as the page does. */
function write(storage: Storage, conversation: Conversation, all: readonly Conversation[]): void {
  const { messages, ...rest } = conversation
  const kept = { format: FORMAT, ...rest, messages: messages.slice(-MAX_KEPT_MESSAGES) }
  const json = JSON.stringify(kept)
  const oldestFirst = [...all].reverse().filter(({ id }) => id !== conversation.id)
  for (;;) {
    try {
      storage.setItem(PREFIX + conversation.id, json)
      return
    } catch {
      const oldest = oldestFirst.shift()
      if (oldest === undefined) return
      storage.removeItem(PREFIX + oldest.id)
    }
  }
}

function readAll(storage: Storage | null): readonly Conversation[] {
  if (storage === null) return []
  const found: Conversation[] = []
  for (let index = 0; index < storage.length; index++) {
    const key = storage.key(index)
    if (key === null || !key.startsWith(PREFIX)) continue
    const conversation = parse(storage.getItem(key) ?? '')
    if (conversation !== null) found.push(settle(conversation))
  }
  return sorted(found)
}

function parse(json: string): Conversation | null {
  try {
    const value: unknown = JSON.parse(json)
    return isConversation(value) ? value : null
  } catch {
    return null
  }
}

function sorted(all: readonly Conversation[]): readonly Conversation[] {
  return [...all].sort((left, right) => right.updatedAtMs - left.updatedAtMs)
}
