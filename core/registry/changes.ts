// News of changes: who listens hears of writes by this process at once and by other processes within a poll.

import type { Database } from 'bun:sqlite'
import { asc, gt, max, sql } from 'drizzle-orm'
import type { Logger } from '#core/operations/operation.ts'
import type { SqliteRegistryDatabase } from './database.ts'
import { modelNames } from './schema.ts'

/** A question to SQLite costs microseconds; a quarter of a second is soon enough for a person at a command line. */
const POLL_INTERVAL_MS = 250

export interface ChangeFeed {
  /** Tells the listeners what differs since the last time; called after each write of this process. */
  publish(): void
  onChange(listener: (names: readonly string[]) => void): () => void
  close(): void
}

export function openChangeFeed(
  database: Database,
  queries: SqliteRegistryDatabase,
  logger?: Logger,
): ChangeFeed {
  const listeners = new Set<(names: readonly string[]) => void>()
  // SQLite changes this number when another connection has committed, never for our own commits.
  const dataVersion = database.prepare<{ data_version: number }, []>('PRAGMA data_version')
  const highest = queries.select({ revision: max(modelNames.revision) }).from(modelNames)
  const changedSince = queries
    .select({ name: modelNames.name, revision: modelNames.revision })
    .from(modelNames)
    .where(gt(modelNames.revision, sql.placeholder('revision')))
    .orderBy(asc(modelNames.revision))
    .prepare()
  let seenDataVersion = dataVersion.get()?.data_version
  let seenRevision = highest.get()?.revision ?? 0

  const publish = () => {
    const changed = changedSince.all({ revision: seenRevision })
    const last = changed.at(-1)
    if (last === undefined) return
    seenRevision = last.revision
    const names = changed.map((change) => change.name)
    for (const listener of [...listeners]) {
      try {
        listener(names)
      } catch (error) {
        logger?.error({ error: String(error) }, 'a listener to registry changes failed')
      }
    }
  }
  const poll = () => {
    try {
      const current = dataVersion.get()?.data_version
      if (current === seenDataVersion) return
      publish()
      seenDataVersion = current
    } catch (error) {
      logger?.warn({ error: String(error) }, 'the registry could not be asked for changes')
    }
  }
  const timer = setInterval(poll, POLL_INTERVAL_MS)
  timer.unref()
  return {
    publish,
    onChange(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close() {
      clearInterval(timer)
      listeners.clear()
      dataVersion.finalize()
    },
  }
}
