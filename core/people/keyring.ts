// Tells whose key it is: keys in use stay in memory for a moment, and their last use is written behind.

import type { Logger, Principal } from '#core/operations/operation.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { idOfKey, matchesKey, statusOf } from './api-key.ts'
import type { PeopleStore, StoredApiKey } from './people-store.ts'

/** A revoked key works this much longer at most; between two looks a prediction costs no question to the database. */
export const KEY_MEMORY_MS = 1_000

/** While the database is away nobody can revoke a key either, and predictions go on; but not for ever. */
const OUTAGE_MEMORY_MS = 15 * 60 * 1000

/** "Last used" is for people who tidy up; a write every few seconds is news enough and spares the disk. */
const WRITE_BEHIND_MS = 10_000

/** Keys remembered at once; whoever has more of them in use asks the database more often. */
const MAX_REMEMBERED = 10_000

type Remembered = { readonly key: StoredApiKey; readonly atMs: number }

export interface Keyring {
  /** Who holds this key, or null where it is unknown, expired or revoked. At once where it was used a moment ago. */
  principalOf(presented: string, surface: Principal['surface']): PrincipalAnswer
  /** False where nobody could get in. */
  hasUsableKey(): Promise<boolean>
  /** Writes what is left to write. */
  close(): Promise<void>
}

export type PrincipalAnswer = Principal | null | Promise<Principal | null>

export function createKeyring(options: {
  readonly store: Pick<PeopleStore, 'findApiKey' | 'listApiKeys' | 'touchApiKeys'>
  readonly now: () => number
  readonly logger: Logger
}): Keyring {
  const { store, now, logger } = options
  const remembered = new Map<string, Remembered>()
  let uses = new Map<string, number>()

  const flush = async (): Promise<void> => {
    if (uses.size === 0) return
    const written = uses
    uses = new Map()
    try {
      await store.touchApiKeys(written)
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error
      logger.warn({ error: name }, 'last use of keys could not be written')
    }
  }
  const timer = setInterval(() => void flush(), WRITE_BEHIND_MS)
  timer.unref()

  const admit = (key: StoredApiKey, surface: Principal['surface']): Principal | null => {
    const nowMs = now()
    if (statusOf(key, nowMs) !== 'active') return null
    uses.set(key.id, nowMs)
    return principalOfKey(key, surface)
  }
  const look = async (presented: string, id: string, surface: Principal['surface']) => {
    const key = await store.findApiKey(id).catch((error: unknown) => {
      const known = remembered.get(id)
      const isAway = error instanceof RegistryUnavailable
      if (isAway && known !== undefined && now() - known.atMs < OUTAGE_MEMORY_MS) return known
      throw error
    })
    if (key !== null && 'atMs' in key) {
      return matchesKey(presented, key.key) ? admit(key.key, surface) : null
    }
    if (key === null || !matchesKey(presented, key)) return null
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(id, { key, atMs: now() })
    return admit(key, surface)
  }
  return {
    principalOf(presented, surface) {
      const id = idOfKey(presented)
      if (id === null) return null
      const known = remembered.get(id)
      if (known === undefined || now() - known.atMs >= KEY_MEMORY_MS) {
        return look(presented, id, surface)
      }
      return matchesKey(presented, known.key) ? admit(known.key, surface) : null
    },
    async hasUsableKey() {
      const keys = await store.listApiKeys()
      return keys.some((key) => statusOf(key, now()) === 'active')
    },
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

function principalOfKey(key: StoredApiKey, surface: Principal['surface']): Principal {
  return {
    id: `key:${key.id}`,
    role: key.role,
    surface,
    display: key.name,
    ...(key.scopes !== null && { scopes: key.scopes }),
    ...(key.models !== null && { models: key.models }),
  }
}
