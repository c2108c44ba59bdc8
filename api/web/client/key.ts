// The API key that this tab sends where the server asks for one, kept until the tab is closed.

const STORAGE_NAME = 'parley-key'

type AskListener = (wasSent: boolean) => void
const listeners = new Set<AskListener>()
/** Stands in where the browser lets this page keep nothing. */
let held: string | null = null

function readKey(): string | null {
  try {
    return window.sessionStorage.getItem(STORAGE_NAME)
  } catch {
    return held
  }
}

export function keepKey(key: string): void {
  held = key
  try {
    window.sessionStorage.setItem(STORAGE_NAME, key)
  } catch {
    // It lasts until the page is loaded again.
  }
}

/** What a request carries; nothing where no key was given. */
export function keyHeaders(): Readonly<Record<string, string>> {
  const key = readKey()
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

const UNAUTHORIZED = 401

/** Tells of an answer that asks for a key; `wasSent` where the one that was sent did not do. */
export function reportStatus(status: number): void {
  if (status !== UNAUTHORIZED) return
  const wasSent = readKey() !== null
  for (const listener of listeners) listener(wasSent)
}

/** Returns unsubscribe. */
export function onKeyAsked(listener: AskListener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
