// The tables of the embedded registry; `bun run migrations` turns a change here into the next migration.

import {
  type AnySQLiteColumn,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import type { TensorBinding } from '#core/formats/description.ts'
import type { ModelReport, Origin, Scalar, Signature } from '#core/model.ts'
import type { AuditOutcome } from '#core/people/people-store.ts'
import type { Role } from '#core/people/roles.ts'
import type { TrafficPlan } from '#core/traffic/traffic-plan.ts'
import { RUN_STATUSES } from './registry.ts'

export const models = sqliteTable(
  'models',
  {
    name: text().primaryKey(),
    title: text().notNull(),
    description: text().notNull(),
    aliases: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    /** Markdown; apart from what lists read, because it may be long. */
    card: text().notNull().default(''),
    liveVersion: integer('live_version'),
    traffic: text({ mode: 'json' }).$type<TrafficPlan>(),
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

export const versions = sqliteTable(
  'versions',
  {
    model: text()
      .notNull()
      .references((): AnySQLiteColumn => models.name),
    number: integer().notNull(),
    signature: text({ mode: 'json' }).$type<Signature>().notNull(),
    binding: text({ mode: 'json' }).$type<TensorBinding>().notNull(),
    origin: text({ mode: 'json' }).$type<Origin>().notNull(),
    artifactSha256: text('artifact_sha256').notNull(),
    artifactBytes: integer('artifact_bytes').notNull(),
    originalSha256: text('original_sha256').notNull(),
    warnings: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    metrics: text({ mode: 'json' }).$type<Readonly<Record<string, number>>>().notNull(),
    createdAt: text('created_at').notNull(),
    /** Read by itself: it can be large, and lists of versions have no use for it. */
    report: text({ mode: 'json' }).$type<ModelReport>(),
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
export const modelNames = sqliteTable(
  'model_names',
  {
    name: text().primaryKey(),
    /** Highest version number given out. */
    lastNumber: integer('last_number').notNull(),
    /** Counts the changes of all models together; the name changed last has the highest. */
    revision: integer().notNull(),
  },
  (table) => [index('model_names_revision').on(table.revision)],
)

export const uploads = sqliteTable(
  'uploads',
  {
    id: text().primaryKey(),
    fileName: text('file_name').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text().notNull(),
    owner: text().notNull(),
    /** Milliseconds since 1970. */
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (table) => [
    index('uploads_created').on(table.createdAtMs),
    index('uploads_owner').on(table.owner),
  ],
)

export const conversations = sqliteTable(
  'conversations',
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    json: text().notNull(),
    /** Milliseconds since 1970. */
    updatedAtMs: integer('updated_at_ms').notNull(),
  },
  (table) => [index('conversations_updated').on(table.updatedAtMs)],
)

export const apiKeys = sqliteTable('api_keys', {
  id: text().primaryKey(),
  /** Never the key itself. */
  sha256: text().notNull(),
  name: text().notNull(),
  role: text().$type<Role>().notNull(),
  scopes: text({ mode: 'json' }).$type<readonly string[]>(),
  models: text({ mode: 'json' }).$type<readonly string[]>(),
  /** Times are milliseconds since 1970. */
  createdAtMs: integer('created_at_ms').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAtMs: integer('expires_at_ms'),
  revokedAtMs: integer('revoked_at_ms'),
  lastUsedAtMs: integer('last_used_at_ms'),
})

/** No input and no row of data is ever written here. */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    // An id is never used twice, also after the oldest entries were swept away.
    id: integer().primaryKey({ autoIncrement: true }),
    /** Milliseconds since 1970. */
    atMs: integer('at_ms').notNull(),
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
function liveVersionTarget(): [AnySQLiteColumn, AnySQLiteColumn] {
  return [versions.model, versions.number]
}

/** Every training run, whether it ended well or not. */
export const trainingRuns = sqliteTable(
  'training_runs',
  {
    id: text().primaryKey(),
    /** What it was called: the data's name, or the model's. */
    name: text().notNull(),
    status: text({ enum: RUN_STATUSES }).notNull(),
    startedAt: text('started_at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    owner: text().notNull(),
    /** Learner, hyperparameters, seed, split, data hash and versions. */
    parameters: text({ mode: 'json' }).$type<Readonly<Record<string, Scalar>>>().notNull(),
    metrics: text({ mode: 'json' }).$type<Readonly<Record<string, number>>>().notNull(),
    /** Model and version that came of it, or null. */
    model: text(),
    version: integer(),
    report: text({ mode: 'json' }).$type<ModelReport>(),
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
