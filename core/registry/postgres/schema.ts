// The tables of the registry in PostgreSQL, the same as the embedded one's; `bun run migrations` turns a change into the next migration.

import {
  type AnyPgColumn,
  bigint,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import type { TensorBinding } from '#core/formats/description.ts'
import type { ModelReport, Origin, Scalar, Signature } from '#core/model.ts'
import type { AuditOutcome } from '#core/people/people-store.ts'
import type { Role } from '#core/people/roles.ts'
import type { TrafficPlan } from '#core/traffic/traffic-plan.ts'
import { RUN_STATUSES } from '../registry.ts'

export const models = pgTable(
  'models',
  {
    name: text().primaryKey(),
    title: text().notNull(),
    description: text().notNull(),
    aliases: json().$type<readonly string[]>().notNull(),
    /** Markdown; apart from what lists read, because it may be long. */
    card: text().notNull().default(''),
    liveVersion: integer('live_version'),
    traffic: json().$type<TrafficPlan>(),
    /** ISO 8601, UTC. */
    createdAt: text('created_at').notNull(),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [
    // The live alias can only name a version that exists.
    foreignKey({
      columns: [table.name, table.liveVersion],
      foreignColumns: liveVersionTarget(),
    }),
  ],
)

export const versions = pgTable(
  'versions',
  {
    model: text()
      .notNull()
      .references((): AnyPgColumn => models.name),
    number: integer().notNull(),
    signature: json().$type<Signature>().notNull(),
    binding: json().$type<TensorBinding>().notNull(),
    origin: json().$type<Origin>().notNull(),
    artifactSha256: text('artifact_sha256').notNull(),
    artifactBytes: bigint('artifact_bytes', { mode: 'number' }).notNull(),
    originalSha256: text('original_sha256').notNull(),
    warnings: json().$type<readonly string[]>().notNull(),
    metrics: json().$type<Readonly<Record<string, number>>>().notNull(),
    createdAt: text('created_at').notNull(),
    /** Read by itself: it can be large, and lists of versions have no use for it. */
    report: json().$type<ModelReport>(),
  },
  (table) => [
    primaryKey({ columns: [table.model, table.number] }),
    index('versions_artifact').on(table.artifactSha256),
    index('versions_original').on(table.originalSha256),
  ],
)

/**
 * One row for every name that was ever used, kept when the model is deleted: so a version number means the same
 * artifact for ever, and other processes learn of a delete as they learn of any other change.
 */
export const modelNames = pgTable(
  'model_names',
  {
    name: text().primaryKey(),
    /** Highest version number given out. */
    lastNumber: integer('last_number').notNull(),
    /** Counts the changes of all models together; the name changed last has the highest. */
    revision: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index('model_names_revision').on(table.revision)],
)

export const uploads = pgTable(
  'uploads',
  {
    id: text().primaryKey(),
    fileName: text('file_name').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    sha256: text().notNull(),
    owner: text().notNull(),
    /** Milliseconds since 1970. */
    createdAtMs: bigint('created_at_ms', { mode: 'number' }).notNull(),
  },
  (table) => [
    index('uploads_created').on(table.createdAtMs),
    index('uploads_owner').on(table.owner),
  ],
)

export const conversations = pgTable(
  'conversations',
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    json: text().notNull(),
    /** Milliseconds since 1970. */
    updatedAtMs: bigint('updated_at_ms', { mode: 'number' }).notNull(),
  },
  (table) => [index('conversations_updated').on(table.updatedAtMs)],
)

export const apiKeys = pgTable('api_keys', {
  id: text().primaryKey(),
  /** Never the key itself. */
  sha256: text().notNull(),
  name: text().notNull(),
  role: text().$type<Role>().notNull(),
  scopes: json().$type<readonly string[]>(),
  models: json().$type<readonly string[]>(),
  /** Times are milliseconds since 1970. */
  createdAtMs: bigint('created_at_ms', { mode: 'number' }).notNull(),
  createdBy: text('created_by').notNull(),
  expiresAtMs: bigint('expires_at_ms', { mode: 'number' }),
  revokedAtMs: bigint('revoked_at_ms', { mode: 'number' }),
  lastUsedAtMs: bigint('last_used_at_ms', { mode: 'number' }),
})

/** No input and no row of data is ever written here. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    // An id is never used twice, also after the oldest entries were swept away.
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Milliseconds since 1970. */
    atMs: bigint('at_ms', { mode: 'number' }).notNull(),
    principal: text().notNull(),
    display: text(),
    surface: text().notNull(),
    operation: text().notNull(),
    subject: text(),
    outcome: text().$type<AuditOutcome>().notNull(),
    requestId: text('request_id').notNull(),
  },
  (table) => [
    index('audit_entries_at').on(table.atMs),
    index('audit_entries_subject').on(table.subject),
  ],
)

/** Apart and typed, because the two tables name each other and inference cannot follow a circle. */
function liveVersionTarget(): [AnyPgColumn, AnyPgColumn] {
  return [versions.model, versions.number]
}

/** Every training run, whether it ended well or not. */
export const trainingRuns = pgTable(
  'training_runs',
  {
    id: text().primaryKey(),
    /** What it was called: the data's name, or the model's. */
    name: text().notNull(),
    status: text({ enum: RUN_STATUSES }).notNull(),
    startedAt: text('started_at').notNull(),
    durationMs: bigint('duration_ms', { mode: 'number' }).notNull(),
    owner: text().notNull(),
    /** Learner, hyperparameters, seed, split, data hash and versions. */
    parameters: json().$type<Readonly<Record<string, Scalar>>>().notNull(),
    metrics: json().$type<Readonly<Record<string, number>>>().notNull(),
    /** Model and version that came of it, or null. */
    model: text(),
    version: integer(),
    report: json().$type<ModelReport>(),
  },
  (table) => [index('training_runs_started').on(table.startedAt)],
)

/** All of them by name, for what moves one registry to another. */
export const tables = {
  models,
  versions,
  modelNames,
  uploads,
  conversations,
  apiKeys,
  auditEntries,
  trainingRuns,
} as const
