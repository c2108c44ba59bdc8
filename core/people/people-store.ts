// The port to what is kept about people: API keys, and the log of who did what.

import type { ErrorCode, Outcome } from '#core/errors.ts'
import type { Role } from './roles.ts'

/** How long the log is kept: a year answers "who did that?" across a yearly audit, and a disk does not fill up. */
export const AUDIT_RETENTION_MS = 365 * 24 * 60 * 60 * 1000

/** Entries kept at most, the newest: some 100 MB; a key gone wild must not fill the disk within the year. */
export const MAX_AUDIT_ENTRIES = 500_000

/** An API key as it is kept: everything but the key itself. */
export interface ApiKeyRecord {
  /** 12 hex digits, also inside the key; `key:<id>` is the principal. */
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Effects and names of operations it is limited to; null where the role alone decides. */
  readonly scopes: readonly string[] | null
  /** Names of models it is limited to; null for all. */
  readonly models: readonly string[] | null
  /** Times are milliseconds since 1970. */
  readonly createdAtMs: number
  /** Who made it, as a principal's id. */
  readonly createdBy: string
  readonly expiresAtMs: number | null
  readonly revokedAtMs: number | null
  /** Written behind, so some seconds late. */
  readonly lastUsedAtMs: number | null
}

export interface StoredApiKey extends ApiKeyRecord {
  /** sha256 of the whole key, 64 hex digits. */
  readonly sha256: string
}

/** `started` stays where the process ended before the operation did: then nobody knows what became of it. */
export type AuditOutcome = 'started' | 'done' | ErrorCode

export interface NewAuditEntry {
  /** Principal's id, such as `key:1a2b3c4d5e6f` or `slack:T1:U2`. */
  readonly principal: string
  /** What people call them: the key's name, for example. */
  readonly display: string | null
  readonly surface: string
  /** An operation's name, or `create_key` and `revoke_key`. */
  readonly operation: string
  /** The model's name; for keys, the key's id. */
  readonly subject: string | null
  readonly outcome: AuditOutcome
  readonly requestId: string
}

export interface AuditEntry extends NewAuditEntry {
  /** Counts up in the order in which things began. */
  readonly id: number
  readonly atMs: number
}

export interface AuditFilter {
  readonly subject?: string
  readonly sinceMs?: number
  /** The newest this many. */
  readonly limit: number
}

/** Part of the registry; every method throws RegistryUnavailable where storage cannot be used. */
export interface PeopleStore {
  createApiKey(key: StoredApiKey): Promise<void>
  /** Oldest first, also those that have ended. */
  listApiKeys(): Promise<readonly ApiKeyRecord[]>
  findApiKey(id: string): Promise<StoredApiKey | null>
  /** not_found where there is none; revoking again changes nothing. */
  revokeApiKey(id: string): Promise<Outcome<ApiKeyRecord>>
  /** Keeps the later time for each. */
  touchApiKeys(uses: ReadonlyMap<string, number>): Promise<void>
  /** Answers the entry's id. */
  recordAudit(entry: NewAuditEntry): Promise<number>
  /** Says how what was `started` ended; `subject` where it is known only now. */
  finishAudit(
    id: number,
    end: { readonly outcome: AuditOutcome; readonly subject: string | null },
  ): Promise<void>
  /** Newest first. */
  listAudit(filter: AuditFilter): Promise<readonly AuditEntry[]>
}
