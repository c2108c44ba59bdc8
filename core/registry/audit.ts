// The audit log in SQLite: entries in the order in which things began, the newest kept for a year.

import { and, desc, eq, gte, lt, lte, max, or } from 'drizzle-orm'
import {
  AUDIT_RETENTION_MS,
  type AuditEntry,
  type AuditFilter,
  type AuditOutcome,
  MAX_AUDIT_ENTRIES,
  type NewAuditEntry,
} from '#core/people/people-store.ts'
import type { SqliteRegistryDatabase } from './database.ts'
import { auditEntries } from './schema.ts'

export interface AuditTable {
  record(entry: NewAuditEntry): number
  finish(id: number, end: { outcome: AuditOutcome; subject: string | null }): void
  list(filter: AuditFilter): readonly AuditEntry[]
  sweep(): void
}

export function openAuditTable(queries: SqliteRegistryDatabase, now: () => number): AuditTable {
  return {
    record: (entry) =>
      queries
        .insert(auditEntries)
        .values({ ...entry, atMs: now() })
        .returning({ id: auditEntries.id })
        .get().id,
    finish(id, { outcome, subject }) {
      queries
        .update(auditEntries)
        .set({ outcome, ...(subject !== null && { subject }) })
        .where(eq(auditEntries.id, id))
        .run()
    },
    list({ subject, sinceMs, limit }) {
      return queries
        .select()
        .from(auditEntries)
        .where(
          and(
            subject === undefined ? undefined : eq(auditEntries.subject, subject),
            sinceMs === undefined ? undefined : gte(auditEntries.atMs, sinceMs),
          ),
        )
        .orderBy(desc(auditEntries.id))
        .limit(limit)
        .all()
    },
    sweep() {
      const newest =
        queries
          .select({ id: max(auditEntries.id) })
          .from(auditEntries)
          .get()?.id ?? 0
      queries
        .delete(auditEntries)
        .where(
          or(
            lt(auditEntries.atMs, now() - AUDIT_RETENTION_MS),
            lte(auditEntries.id, newest - MAX_AUDIT_ENTRIES),
          ),
        )
        .run()
    },
  }
}
