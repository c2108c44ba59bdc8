// Conversations: one JSON document each, kept for a month after its last turn.

import { eq, lt, sql } from 'drizzle-orm'
import type { SqliteRegistryDatabase } from './database.ts'
import { CONVERSATION_LIFETIME_MS } from './registry.ts'
import { conversations } from './schema.ts'

export interface ConversationTable {
  read(id: string, owner?: string): string | null
  write(id: string, owner: string, json: string): void
  sweep(): void
}

export function openConversationTable(
  queries: SqliteRegistryDatabase,
  now: () => number,
): ConversationTable {
  const byId = queries
    .select()
    .from(conversations)
    .where(eq(conversations.id, sql.placeholder('id')))
    .prepare()
  const oldest = () => now() - CONVERSATION_LIFETIME_MS
  return {
    read(id, owner) {
      const row = byId.get({ id })
      if (row === undefined || row.updatedAtMs < oldest()) return null
      return owner === undefined || owner === row.owner ? row.json : null
    },
    write(id, owner, json) {
      const updatedAtMs = now()
      const written = queries
        .insert(conversations)
        .values({ id, owner, json, updatedAtMs })
        .onConflictDoUpdate({
          target: conversations.id,
          set: { json, updatedAtMs },
          setWhere: eq(conversations.owner, owner),
        })
        .returning({ id: conversations.id })
        .get()
      if (written === undefined) throw new Error('A conversation belongs to who began it.')
    },
    sweep() {
      queries.delete(conversations).where(lt(conversations.updatedAtMs, oldest())).run()
    },
  }
}
