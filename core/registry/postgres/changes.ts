// News of changes by PostgreSQL's own notices: every replica hears of a commit at once, and asks what it was.

import { asc, gt, max } from 'drizzle-orm'
import type { Sql } from 'postgres'
import type { Logger } from '#core/operations/operation.ts'
import type { PostgresDatabase } from './database.ts'
import { modelNames } from './schema.ts'

const CHANNEL = 'parley_changes'

/** A notice may be lost with its connection: then this is how late a replica learns of a change. */
const POLL_INTERVAL_MS = 10_000

export interface ChangeFeed {
  /** Tells this process's listeners and the other replicas; called after each write. */
  publish(): Promise<void>
  onChange(listener: (names: readonly string[]) => void): () => void
  close(): Promise<void>
}

export async function openChangeFeed(
  client: Sql,
  queries: PostgresDatabase,
  logger?: Logger,
): Promise<ChangeFeed> {
  const listeners = new Set<(names: readonly string[]) => void>()
  const [highest] = await queries.select({ revision: max(modelNames.revision) }).from(modelNames)
  let seenRevision = highest?.revision ?? 0
  let asking: Promise<void> = Promise.resolve()
  let isClosed = false

  const tell = (names: readonly string[]) => {
    for (const listener of [...listeners]) {
      try {
        listener(names)
      } catch (error) {
        logger?.error({ error: String(error) }, 'a listener to registry changes failed')
      }
    }
  }
  const ask = async () => {
    if (isClosed) return
    const changed = await queries
      .select({ name: modelNames.name, revision: modelNames.revision })
      .from(modelNames)
      .where(gt(modelNames.revision, seenRevision))
      .orderBy(asc(modelNames.revision))
    const last = changed.at(-1)
    if (last === undefined) return
    seenRevision = last.revision
    tell(changed.map(({ name }) => name))
  }
  /** One after another: two at once would tell the same news twice. */
  const catchUp = (): Promise<void> => {
    asking = asking.then(ask, ask)
    return asking
  }
  const catchUpQuietly = () => {
    catchUp().catch((error: unknown) => {
      logger?.warn({ error: String(error) }, 'the registry could not be asked for changes')
    })
  }
  // Asked again after each time that the connection was lost.
  const subscription = await client.listen(CHANNEL, catchUpQuietly, catchUpQuietly)
  const timer = setInterval(catchUpQuietly, POLL_INTERVAL_MS)
  timer.unref()
  return {
    async publish() {
      // What was written is written: where the news fails, the others ask by themselves a little later.
      try {
        await catchUp()
        await client.notify(CHANNEL, '')
      } catch (error) {
        logger?.warn({ error: String(error) }, 'news of a change could not be told')
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      listeners.clear()
      await subscription.unlisten().catch(() => undefined)
    },
  }
}
