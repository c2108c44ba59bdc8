// API keys and the audit log in PostgreSQL.

import { and, asc, desc, eq, gte, isNull, lt, lte, max, or } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import {
  type ApiKeyRecord,
  AUDIT_RETENTION_MS,
  MAX_AUDIT_ENTRIES,
  type PeopleStore,
  type StoredApiKey,
} from '#core/people/people-store.ts'
import type { PostgresDatabase } from './database.ts'
import { apiKeys, auditEntries } from './schema.ts'

export function openPeople(
  queries: PostgresDatabase,
  now: () => number,
): PeopleStore & { sweepAudit(): Promise<void> } {
  const findApiKey = async (id: string): Promise<StoredApiKey | null> => {
    const [key] = await queries.select().from(apiKeys).where(eq(apiKeys.id, id))
    return key ?? null
  }
  return {
    async createApiKey(key) {
      await queries.insert(apiKeys).values(key)
    },
    async listApiKeys() {
      const keys = await queries
        .select()
        .from(apiKeys)
        .orderBy(asc(apiKeys.createdAtMs), asc(apiKeys.id))
      return keys.map(withoutHash)
    },
    findApiKey,
    async revokeApiKey(id): Promise<Outcome<ApiKeyRecord>> {
      await queries
        .update(apiKeys)
        .set({ revokedAtMs: now() })
        .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
      const key = await findApiKey(id)
      return key === null
        ? fail('not_found', `There is no API key ${id}.`)
        : succeed(withoutHash(key))
    },
    async touchApiKeys(uses) {
      // In one order on every replica, so that two of them never wait for each other in a circle.
      for (const [id, lastUsedAtMs] of [...uses].sort(([one], [other]) => (one < other ? -1 : 1))) {
        const isLater = or(isNull(apiKeys.lastUsedAtMs), lt(apiKeys.lastUsedAtMs, lastUsedAtMs))
        await queries
          .update(apiKeys)
          .set({ lastUsedAtMs })
          .where(and(eq(apiKeys.id, id), isLater))
      }
    },
    async recordAudit(entry) {
      const [row] = await queries
        .insert(auditEntries)
        .values({ ...entry, atMs: now() })
        .returning({ id: auditEntries.id })
      return row?.id ?? 0
    },
    async finishAudit(id, { outcome, subject }) {
      await queries
        .update(auditEntries)
        .set({ outcome, ...(subject !== null && { subject }) })
        .where(eq(auditEntries.id, id))
    },
    listAudit: ({ subject, sinceMs, limit }) =>
      queries
        .select()
        .from(auditEntries)
        .where(
          and(
            subject === undefined ? undefined : eq(auditEntries.subject, subject),
            sinceMs === undefined ? undefined : gte(auditEntries.atMs, sinceMs),
          ),
        )
        .orderBy(desc(auditEntries.id))
        .limit(limit),
    async sweepAudit() {
      const [newest] = await queries.select({ id: max(auditEntries.id) }).from(auditEntries)
      await queries
        .delete(auditEntries)
        .where(
          or(
            lt(auditEntries.atMs, now() - AUDIT_RETENTION_MS),
            lte(auditEntries.id, (newest?.id ?? 0) - MAX_AUDIT_ENTRIES),
          ),
        )
    },
  }
}

function withoutHash({ sha256: _, ...record }: StoredApiKey): ApiKeyRecord {
  return record
}
