// Builds the state of the page once and hands it to every component.

import { createContext, useContext } from 'react'
import { isHealthy } from '../client/api.ts'
import { onReach } from '../client/http.ts'
import { onKeyAsked } from '../client/key.ts'
import { type Chat, createChat } from './chat.ts'
import { type Conversations, followOtherTabs, openConversations } from './conversations.ts'
import { createModels, type Models } from './models.ts'
import { createRouter, type Router } from './route.ts'
import { createStore, type Store } from './store.ts'

export interface AppState {
  readonly conversations: Conversations
  readonly chat: Chat
  readonly models: Models
  readonly router: Router
  /** False while the server does not answer. */
  readonly reachable: Store<boolean>
  /** Whether the server asks for a key: none was sent, or the one that was did not do. Null where it does not ask. */
  readonly keyAsked: Store<'missing' | 'refused' | null>
  /** A text for the message box, put there by a suggestion; the box takes it and empties this. */
  readonly draft: Store<string | null>
  /** What screen readers are told; set again for each announcement. */
  readonly announcement: Store<string>
}

/** How often a server that is gone is asked whether it is back. */
const RECONNECT_MS = 2_000
/** Models also change by the command line and by other people; a look now and then is enough. */
const REFRESH_MS = 20_000

export function createAppState(): AppState {
  const conversations = openConversations(openStorage())
  const models = createModels()
  const refresh = () => {
    void models.refresh()
  }
  const chat = createChat({
    conversations,
    newId: randomId,
    now: () => Date.now(),
    turnEnded: refresh,
  })
  const state: AppState = {
    conversations,
    chat,
    models,
    router: createRouter(),
    reachable: createStore(true),
    keyAsked: createStore<'missing' | 'refused' | null>(null),
    draft: createStore<string | null>(null),
    announcement: createStore(''),
  }
  followOtherTabs(conversations, (id) => chat.busy.get().has(id))
  onKeyAsked((wasSent) => state.keyAsked.set(() => (wasSent ? 'refused' : 'missing')))
  onReach((reachable) => state.reachable.set(() => reachable))
  state.reachable.subscribe(() => {
    if (state.reachable.get()) refresh()
    else setTimeout(reconnect, RECONNECT_MS, state)
  })
  setInterval(() => {
    if (!document.hidden && state.reachable.get()) refresh()
  }, REFRESH_MS)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && state.reachable.get()) refresh()
  })
  refresh()
  return state
}

/** Asks until the server answers; the answer itself is what ends this. */
async function reconnect(state: AppState): Promise<void> {
  if (state.reachable.get()) return
  if (!document.hidden && (await isHealthy())) return
  setTimeout(reconnect, RECONNECT_MS, state)
}

/** Null where the browser lets this page keep nothing. */
function openStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

const ID_BYTES = 8

/** Names a conversation in this browser only; `crypto.randomUUID` is missing where a page comes over plain HTTP. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const AppContext = createContext<AppState | null>(null)
export const AppStateProvider = AppContext.Provider

export function useAppState(): AppState {
  const state = useContext(AppContext)
  if (state === null) throw new Error('a component stands outside the page')
  return state
}
