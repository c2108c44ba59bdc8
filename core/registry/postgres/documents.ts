// Conversations and training runs in PostgreSQL.

import { desc, eq, lt } from 'drizzle-orm'
import { CONVERSATION_LIFETIME_MS, type Registry } from '../registry.ts'
import type { PostgresDatabase } from './database.ts'
import { conversations, trainingRuns } from './schema.ts'

type Documents = Pick<
  Registry,
  'readConversation' | 'writeConversation' | 'listRuns' | 'findRun' | 'writeRun'
>

export function openDocuments(
  queries: PostgresDatabase,
  now: () => number,
): Documents & { sweepConversations(): Promise<void> } {
  const oldest = () => now() - CONVERSATION_LIFETIME_MS
  return {
    async readConversation(id, owner) {
      const [row] = await queries.select().from(conversations).where(eq(conversations.id, id))
      if (row === undefined || row.updatedAtMs < oldest()) return null
      return owner === undefined || owner === row.owner ? row.json : null
    },
    async writeConversation(id, owner, json) {
      const updatedAtMs = now()
      const [written] = await queries
        .insert(conversations)
        .values({ id, owner, json, updatedAtMs })
        .onConflictDoUpdate({
          target: conversations.id,
          set: { json, updatedAtMs },
          setWhere: eq(conversations.owner, owner),
        })
        .returning({ id: conversations.id })
      if (written === undefined) throw new Error('A conversation belongs to who began it.')
    },
    listRuns: (limit) =>
      queries.select().from(trainingRuns).orderBy(desc(trainingRuns.startedAt)).limit(limit),
    async findRun(id) {
      const [run] = await queries.select().from(trainingRuns).where(eq(trainingRuns.id, id))
      return run ?? null
    },
    async writeRun(run) {
      await queries
        .insert(trainingRuns)
        .values(run)
        .onConflictDoUpdate({ target: trainingRuns.id, set: run })
    },
    async sweepConversations() {
      await queries.delete(conversations).where(lt(conversations.updatedAtMs, oldest()))
    },
  }
}
