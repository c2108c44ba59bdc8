// API keys in SQLite: one row each, kept after its end so that the audit log can name it.

import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ApiKeyRecord, StoredApiKey } from '#core/people/people-store.ts'
import type { SqliteRegistryDatabase } from './database.ts'
import { apiKeys } from './schema.ts'

export interface ApiKeyTable {
  create(key: StoredApiKey): void
  list(): readonly ApiKeyRecord[]
  find(id: string): StoredApiKey | null
  revoke(id: string): Outcome<ApiKeyRecord>
  touch(uses: ReadonlyMap<string, number>): void
}

export function openApiKeyTable(queries: SqliteRegistryDatabase, now: () => number): ApiKeyTable {
  const byId = queries
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.id, sql.placeholder('id')))
    .prepare()
  const find = (id: string): StoredApiKey | null => byId.get({ id }) ?? null
  return {
    create(key) {
      queries.insert(apiKeys).values(key).run()
    },
    list: () =>
      queries
        .select()
        .from(apiKeys)
        .orderBy(asc(apiKeys.createdAtMs), asc(apiKeys.id))
        .all()
        .map(withoutHash),
    find,
    revoke(id) {
      queries
        .update(apiKeys)
        .set({ revokedAtMs: now() })
        .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
        .run()
      const key = find(id)
      return key === null
        ? fail('not_found', `There is no API key ${id}.`)
        : succeed(withoutHash(key))
    },
    touch(uses) {
      queries.transaction(
        (transaction) => {
          for (const [id, lastUsedAtMs] of uses) {
            const isLater = or(isNull(apiKeys.lastUsedAtMs), lt(apiKeys.lastUsedAtMs, lastUsedAtMs))
            transaction
              .update(apiKeys)
              .set({ lastUsedAtMs })
              .where(and(eq(apiKeys.id, id), isLater))
              .run()
          }
        },
        { behavior: 'immediate' },
      )
    },
  }
}

function withoutHash({ sha256: _, ...record }: StoredApiKey): ApiKeyRecord {
  return record
}
