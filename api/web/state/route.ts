// Where the page is: which conversation, which model's panel. Kept in the address, so that back, reload and links work.

import { createStore, type Store } from './store.ts'

export interface Route {
  /** Null for a conversation that has not begun. */
  readonly conversation: string | null
  /** Name of the model whose panel is open. */
  readonly model: string | null
  /** Ids of the trainings that are looked at, none or two at most, in place of the conversation; null where it is shown. */
  readonly runs: readonly string[] | null
  /** True where words for a blank are looked for, in place of the conversation. */
  readonly phrases: boolean
}

export interface Router {
  readonly store: Store<Route>
  go(change: Partial<Route>, options?: { readonly replace?: boolean }): void
}

/** What takes the middle of the page. */
const SHOWN = ['conversation', 'runs', 'phrases'] as const

/** More do not fit side by side. */
export const MAX_RUNS_SHOWN = 2

export function parseRoute(hash: string): Route {
  const parameters = new URLSearchParams(hash.startsWith('#') ? hash.slice(1) : hash)
  const runs = parameters.get('runs')
  return {
    conversation: parameters.get('chat'),
    model: parameters.get('model'),
    runs:
      runs === null
        ? null
        : runs
            .split(',')
            .filter((id) => id !== '')
            .slice(0, MAX_RUNS_SHOWN),
    phrases: parameters.has('phrases'),
  }
}

export function formatRoute({ conversation, model, runs, phrases }: Route): string {
  const parameters = new URLSearchParams()
  if (conversation !== null) parameters.set('chat', conversation)
  if (model !== null) parameters.set('model', model)
  if (runs !== null) parameters.set('runs', runs.join(','))
  if (phrases) parameters.set('phrases', '')
  const text = parameters.toString()
  return text === '' ? '#' : `#${text}`
}

export function createRouter(): Router {
  const store = createStore(parseRoute(location.hash))
  const follow = () => store.set(() => parseRoute(location.hash))
  window.addEventListener('popstate', follow)
  window.addEventListener('hashchange', follow)
  return {
    store,
    go(change, { replace = false } = {}) {
      // One thing is shown at a time: whoever goes to another leaves the one before.
      const left = SHOWN.some((one) => one in change) ? { runs: null, phrases: false } : {}
      const next = { ...store.get(), ...left, ...change }
      const address = formatRoute(next)
      if (address === formatRoute(store.get())) return
      if (replace) history.replaceState(null, '', address)
      else history.pushState(null, '', address)
      store.set(() => next)
    },
  }
}
