// Models and versions in PostgreSQL: one transaction a write, and one writer at a time.

import { and, asc, desc, eq, getTableColumns, or, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelReport } from '#core/model.ts'
import { replaced, type TrafficPlan, versionsNamed } from '#core/traffic/traffic-plan.ts'
import { formatModelVersion, titleFromName } from '../names.ts'
import type { ModelRecord, NewVersion, VersionRecord } from '../registry.ts'
import { LOCK, type PostgresDatabase, type Transaction } from './database.ts'
import { modelNames, models, versions } from './schema.ts'

/** The artifacts of a version once they are durable. */
export interface StoredArtifacts {
  readonly artifactSha256: string
  readonly originalSha256: string
}

interface ModelChange {
  readonly title?: string
  readonly description?: string
  readonly aliases?: readonly string[]
  readonly card?: string
}

export type ModelTable = ReturnType<typeof openModelTable>

export function openModelTable(queries: PostgresDatabase) {
  /** Revisions must be seen in their order, and no artifact may go while a row that names it is written. */
  const write = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> =>
    queries.transaction(async (transaction) => {
      await transaction.execute(sql`SELECT pg_advisory_xact_lock(${LOCK.models})`)
      return work(transaction)
    })

  return {
    list: (): Promise<readonly ModelRecord[]> =>
      queries.select(MODEL_COLUMNS).from(models).orderBy(asc(IN_ORDER)),
    find: (name: string) => findModel(queries, name),
    async readCard(name: string): Promise<string> {
      const [row] = await queries
        .select({ card: models.card })
        .from(models)
        .where(eq(models.name, name))
      return row?.card ?? ''
    },
    async readReport(name: string, number: number): Promise<ModelReport | null> {
      const [row] = await queries
        .select({ report: versions.report })
        .from(versions)
        .where(isVersion(name, number))
      return row?.report ?? null
    },
    async listVersions(name: string): Promise<readonly VersionRecord[]> {
      const rows = await queries
        .select(VERSION_COLUMNS)
        .from(versions)
        .where(eq(versions.model, name))
        .orderBy(asc(versions.number))
      return rows.map(toVersionRecord)
    },
    async findVersion(name: string, number: number): Promise<VersionRecord | null> {
      const [row] = await queries
        .select(VERSION_COLUMNS)
        .from(versions)
        .where(isVersion(name, number))
      return row === undefined ? null : toVersionRecord(row)
    },
    /** The newest where several hold it: other names or classes were given with the same file. */
    async findByOriginal(name: string, sha256: string): Promise<VersionRecord | null> {
      const [row] = await queries
        .select(VERSION_COLUMNS)
        .from(versions)
        .where(and(eq(versions.model, name), eq(versions.originalSha256, sha256)))
        .orderBy(desc(versions.number))
        .limit(1)
      return row === undefined ? null : toVersionRecord(row)
    },

    /** `ensureArtifacts` runs under the write lock, where nobody can take an artifact away before the row names it. */
    createVersion(
      version: NewVersion,
      stored: StoredArtifacts,
      createdAt: string,
      ensureArtifacts: () => Promise<void>,
    ): Promise<VersionRecord> {
      return write(async (transaction) => {
        await ensureArtifacts()
        const number = await touchName(transaction, version.model, 1)
        await upsertModel(transaction, version, createdAt)
        const row = await insertVersion(transaction, version, stored, number, createdAt)
        if (version.deploy) await setLiveVersion(transaction, version.model, number)
        return row
      })
    },

    setLive(
      name: string,
      number: number | null,
      { traffic = null, replacing }: { traffic?: TrafficPlan | null; replacing?: string },
      updatedAt: string,
    ): Promise<Outcome<ModelRecord>> {
      return write(async (transaction) => {
        const model = await findModel(transaction, name)
        if (model === null) return modelNotFound(name)
        if (replacing !== undefined && model.traffic?.startedAt !== replacing) return replaced(name)
        if (model.liveVersion === number && model.traffic === null && traffic === null) {
          return succeed(model)
        }
        for (const one of versionsNamed(number, traffic)) {
          const [known] = await transaction
            .select({ number: versions.number })
            .from(versions)
            .where(isVersion(name, one))
          if (known === undefined) {
            return fail('not_found', `The model ${name} has no version ${one}.`)
          }
        }
        await touchName(transaction, name, 0)
        const change = { liveVersion: number, traffic, updatedAt }
        await transaction.update(models).set(change).where(eq(models.name, name))
        return succeed({ ...model, ...change })
      })
    },

    update(name: string, change: ModelChange, updatedAt: string): Promise<Outcome<ModelRecord>> {
      return write(async (transaction) => {
        const model = await findModel(transaction, name)
        if (model === null) return modelNotFound(name)
        await touchName(transaction, name, 0)
        const values = { ...definedOnly(change), updatedAt }
        await transaction.update(models).set(values).where(eq(models.name, name))
        const { card: _, ...shown } = values
        return succeed({ ...model, ...shown })
      })
    },

    /** The artifacts that its versions named come back too, for the sweep. */
    delete(
      name: string,
    ): Promise<Outcome<{ versionsDeleted: number; artifacts: readonly string[] }>> {
      return write(async (transaction) => {
        if ((await findModel(transaction, name)) === null) return modelNotFound(name)
        await touchName(transaction, name, 0)
        await setLiveVersion(transaction, name, null)
        const deleted = await transaction
          .delete(versions)
          .where(eq(versions.model, name))
          .returning({ artifact: versions.artifactSha256, original: versions.originalSha256 })
        await transaction.delete(models).where(eq(models.name, name))
        const artifacts = new Set(deleted.flatMap((row) => [row.artifact, row.original]))
        return succeed({ versionsDeleted: deleted.length, artifacts: [...artifacts] })
      })
    },

    /** Removes those of `candidates` that no version names, under the write lock that createVersion takes too. */
    removeUnreferenced(
      candidates: readonly string[],
      remove: (sha256: string) => Promise<void>,
    ): Promise<void> {
      return write(async (transaction) => {
        for (const sha256 of candidates) {
          const [reference] = await transaction
            .select({ number: versions.number })
            .from(versions)
            .where(or(eq(versions.artifactSha256, sha256), eq(versions.originalSha256, sha256)))
            .limit(1)
          if (reference === undefined) await remove(sha256)
        }
      })
    },
    /** Every artifact that a version names, in one question. */
    async referencedArtifacts(): Promise<ReadonlySet<string>> {
      const rows = await queries
        .select({ artifact: versions.artifactSha256, original: versions.originalSha256 })
        .from(versions)
      return new Set(rows.flatMap((row) => [row.artifact, row.original]))
    },
  }
}

const { report: _report, ...VERSION_COLUMNS } = getTableColumns(versions)

/** By bytes, as the embedded registry has it; a database's own language may ignore dashes. */
const IN_ORDER = sql`${models.name} COLLATE "C"`

/** The columns of a ModelRecord, in its order. */
const MODEL_COLUMNS = {
  name: models.name,
  title: models.title,
  description: models.description,
  aliases: models.aliases,
  liveVersion: models.liveVersion,
  traffic: models.traffic,
  versionCount: sql<number>`(select count(*)::int from ${versions} where ${versions.model} = ${models.name})`,
  createdAt: models.createdAt,
  updatedAt: models.updatedAt,
}

async function findModel(
  queries: PostgresDatabase | Transaction,
  name: string,
): Promise<ModelRecord | null> {
  const [model] = await queries.select(MODEL_COLUMNS).from(models).where(eq(models.name, name))
  return model ?? null
}

function isVersion(name: string, number: number) {
  return and(eq(versions.model, name), eq(versions.number, number))
}

/** Counts a change of this name, gives out `newNumbers` more version numbers and returns the last one. */
async function touchName(
  transaction: Transaction,
  name: string,
  newNumbers: 0 | 1,
): Promise<number> {
  const [row] = await transaction
    .insert(modelNames)
    .values({
      name,
      lastNumber: newNumbers,
      revision: sql`(select coalesce(max(revision), 0) + 1 from model_names)`,
    })
    .onConflictDoUpdate({
      target: modelNames.name,
      set: {
        lastNumber: sql`${modelNames.lastNumber} + excluded.last_number`,
        revision: sql`excluded.revision`,
      },
    })
    .returning({ lastNumber: modelNames.lastNumber })
  return row?.lastNumber ?? 0
}

async function upsertModel(
  transaction: Transaction,
  version: NewVersion,
  createdAt: string,
): Promise<void> {
  const given = definedOnly(version)
  await transaction
    .insert(models)
    .values({
      name: version.model,
      title: titleFromName(version.model),
      description: '',
      aliases: [],
      createdAt,
      updatedAt: createdAt,
      ...given,
    })
    .onConflictDoUpdate({ target: models.name, set: { ...given, updatedAt: createdAt } })
}

async function insertVersion(
  transaction: Transaction,
  version: NewVersion,
  stored: StoredArtifacts,
  number: number,
  createdAt: string,
): Promise<VersionRecord> {
  const [row] = await transaction
    .insert(versions)
    .values({
      model: version.model,
      number,
      signature: version.signature,
      binding: version.binding,
      origin: version.origin,
      artifactSha256: stored.artifactSha256,
      artifactBytes: version.onnx.byteLength,
      originalSha256: stored.originalSha256,
      warnings: version.warnings,
      metrics: version.metrics ?? {},
      createdAt,
      report: version.report ?? null,
    })
    .returning(VERSION_COLUMNS)
  if (row === undefined) throw new Error('PostgreSQL stored a version and gave no row')
  return toVersionRecord(row)
}

async function setLiveVersion(
  transaction: Transaction,
  name: string,
  number: number | null,
): Promise<void> {
  const change = { liveVersion: number, traffic: null }
  await transaction.update(models).set(change).where(eq(models.name, name))
}

function toVersionRecord(row: Omit<typeof versions.$inferSelect, 'report'>): VersionRecord {
  return { ...row, modelVersion: formatModelVersion(row.number, row.artifactSha256) }
}

function modelNotFound(name: string): Outcome<never> {
  return fail('not_found', `There is no model named ${name}.`)
}

/** Leaves out what was not given, so that an update keeps it. */
function definedOnly({ title, description, aliases, card }: ModelChange): ModelChange {
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(card === undefined ? {} : { card }),
  }
}
