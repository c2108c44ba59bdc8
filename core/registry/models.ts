// Models and versions in SQLite: prepared reads, and writes of one transaction each.

import { and, asc, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelReport } from '#core/model.ts'
import { replaced, type TrafficPlan, versionsNamed } from '#core/traffic/traffic-plan.ts'
import type { SqliteRegistryDatabase } from './database.ts'
import { formatModelVersion, titleFromName } from './names.ts'
import type { ModelRecord, NewVersion, VersionRecord } from './registry.ts'
import { modelNames, models, versions } from './schema.ts'

/** The artifacts of a version once they are durable. */
export interface StoredArtifacts {
  readonly artifactSha256: string
  readonly originalSha256: string
}

export interface ModelChange {
  readonly title?: string
  readonly description?: string
  readonly aliases?: readonly string[]
  readonly card?: string
}

type Transaction = Parameters<Parameters<SqliteRegistryDatabase['transaction']>[0]>[0]

export type ModelTable = ReturnType<typeof openModelTable>

export function openModelTable(queries: SqliteRegistryDatabase) {
  const reads = prepareReads(queries)
  const write = <T>(work: (transaction: Transaction) => T): T =>
    queries.transaction(work, { behavior: 'immediate' })

  return {
    list: (): readonly ModelRecord[] => reads.models.all(),
    find: (name: string): ModelRecord | null => reads.model.get({ name }) ?? null,
    readCard: (name: string): string => reads.card.get({ name })?.card ?? '',
    readReport: (name: string, number: number): ModelReport | null =>
      reads.report.get({ name, number })?.report ?? null,
    listVersions: (name: string): readonly VersionRecord[] =>
      reads.versions.all({ name }).map(toVersionRecord),
    findVersion(name: string, number: number): VersionRecord | null {
      const row = reads.version.get({ name, number })
      return row === undefined ? null : toVersionRecord(row)
    },
    /** The newest where several hold it: other names or classes were given with the same file. */
    findByOriginal(name: string, sha256: string): VersionRecord | null {
      const row = reads.byOriginal.get({ name, sha256 })
      return row === undefined ? null : toVersionRecord(row)
    },

    /** `ensureArtifacts` runs under the write lock, where nobody can take an artifact away before the row names it. */
    createVersion(
      version: NewVersion,
      stored: StoredArtifacts,
      createdAt: string,
      ensureArtifacts: () => void,
    ): VersionRecord {
      return write((transaction) => {
        ensureArtifacts()
        const number = touchName(transaction, version.model, 1)
        upsertModel(transaction, version, createdAt)
        const row = insertVersion(transaction, version, stored, number, createdAt)
        if (version.deploy) setLiveVersion(transaction, version.model, number)
        return toVersionRecord(row)
      })
    },

    setLive(
      name: string,
      number: number | null,
      { traffic = null, replacing }: { traffic?: TrafficPlan | null; replacing?: string },
      updatedAt: string,
    ): Outcome<ModelRecord> {
      return write((transaction) => {
        const model = reads.model.get({ name })
        if (model === undefined) return modelNotFound(name)
        if (replacing !== undefined && model.traffic?.startedAt !== replacing) return replaced(name)
        if (model.liveVersion === number && model.traffic === null && traffic === null) {
          return succeed(model)
        }
        const missing = versionsNamed(number, traffic).find(
          (one) => reads.version.get({ name, number: one }) === undefined,
        )
        if (missing !== undefined) {
          return fail('not_found', `The model ${name} has no version ${missing}.`)
        }
        touchName(transaction, name, 0)
        const change = { liveVersion: number, traffic, updatedAt }
        transaction.update(models).set(change).where(eq(models.name, name)).run()
        return succeed({ ...model, ...change })
      })
    },

    update(name: string, change: ModelChange, updatedAt: string): Outcome<ModelRecord> {
      return write((transaction) => {
        const model = reads.model.get({ name })
        if (model === undefined) return modelNotFound(name)
        touchName(transaction, name, 0)
        const values = { ...definedOnly(change), updatedAt }
        transaction.update(models).set(values).where(eq(models.name, name)).run()
        const { card: _, ...shown } = values
        return succeed({ ...model, ...shown })
      })
    },

    /** The artifacts that its versions named come back too, for the sweep. */
    delete(name: string): Outcome<{ versionsDeleted: number; artifacts: readonly string[] }> {
      return write((transaction) => {
        if (reads.model.get({ name }) === undefined) return modelNotFound(name)
        touchName(transaction, name, 0)
        setLiveVersion(transaction, name, null)
        const deleted = transaction
          .delete(versions)
          .where(eq(versions.model, name))
          .returning({ artifact: versions.artifactSha256, original: versions.originalSha256 })
          .all()
        transaction.delete(models).where(eq(models.name, name)).run()
        const artifacts = new Set(deleted.flatMap((row) => [row.artifact, row.original]))
        return succeed({ versionsDeleted: deleted.length, artifacts: [...artifacts] })
      })
    },

    /** Removes those of `candidates` that no version names, under the write lock that createVersion takes too. */
    removeUnreferenced(candidates: readonly string[], remove: (sha256: string) => void): number {
      return write(() => {
        const unreferenced = candidates.filter(
          (sha256) => reads.reference.get({ sha256 }) === undefined,
        )
        for (const sha256 of unreferenced) remove(sha256)
        return unreferenced.length
      })
    },
    /** Every artifact that a version names, in one question: a start looks at all of them. */
    referencedArtifacts(): ReadonlySet<string> {
      const rows = reads.references.all()
      return new Set(rows.flatMap((row) => [row.artifact, row.original]))
    },
  }
}

function prepareReads(queries: SqliteRegistryDatabase) {
  const model = () => queries.select(modelColumns()).from(models)
  const name = sql.placeholder('name')
  const sha256 = sql.placeholder('sha256')
  const { report, ...columns } = getTableColumns(versions)
  const version = () => queries.select(columns).from(versions)
  const byNumber = and(eq(versions.model, name), eq(versions.number, sql.placeholder('number')))
  const namesArtifact = sql`${versions.artifactSha256} = ${sha256} or ${versions.originalSha256} = ${sha256}`
  return {
    models: model().orderBy(asc(models.name)).prepare(),
    model: model().where(eq(models.name, name)).prepare(),
    card: queries.select({ card: models.card }).from(models).where(eq(models.name, name)).prepare(),
    versions: version().where(eq(versions.model, name)).orderBy(asc(versions.number)).prepare(),
    version: version().where(byNumber).prepare(),
    report: queries.select({ report }).from(versions).where(byNumber).prepare(),
    byOriginal: version()
      .where(and(eq(versions.model, name), eq(versions.originalSha256, sha256)))
      .orderBy(desc(versions.number))
      .limit(1)
      .prepare(),
    references: queries
      .select({ artifact: versions.artifactSha256, original: versions.originalSha256 })
      .from(versions)
      .prepare(),
    reference: queries
      .select({ number: versions.number })
      .from(versions)
      .where(namesArtifact)
      .limit(1)
      .prepare(),
  }
}

/** The columns of a ModelRecord, in its order. */
function modelColumns() {
  return {
    name: models.name,
    title: models.title,
    description: models.description,
    aliases: models.aliases,
    liveVersion: models.liveVersion,
    traffic: models.traffic,
    versionCount: sql<number>`(select count(*) from ${versions} where ${versions.model} = ${models.name})`,
    createdAt: models.createdAt,
    updatedAt: models.updatedAt,
  }
}

/** Counts a change of this name, gives out `newNumbers` more version numbers and returns the last one. */
function touchName(transaction: Transaction, name: string, newNumbers: 0 | 1): number {
  return transaction
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
    .get().lastNumber
}

function upsertModel(transaction: Transaction, version: NewVersion, createdAt: string): void {
  const given = definedOnly({
    title: version.title,
    description: version.description,
    aliases: version.aliases,
    card: version.card,
  })
  transaction
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
    .run()
}

function insertVersion(
  transaction: Transaction,
  version: NewVersion,
  stored: StoredArtifacts,
  number: number,
  createdAt: string,
) {
  return transaction
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
    .returning()
    .get()
}

function setLiveVersion(transaction: Transaction, name: string, number: number | null): void {
  const change = { liveVersion: number, traffic: null }
  transaction.update(models).set(change).where(eq(models.name, name)).run()
}

type VersionRow = typeof versions.$inferSelect

/** What lists and predictions need; the report is read by itself. */
function toVersionRecord({
  report: _,
  ...row
}: Omit<VersionRow, 'report'> & { readonly report?: VersionRow['report'] }): VersionRecord {
  return { ...row, modelVersion: formatModelVersion(row.number, row.artifactSha256) }
}

function modelNotFound(name: string): Outcome<never> {
  return fail('not_found', `There is no model named ${name}.`)
}

/** Leaves out what was not given, so that an update keeps it. */
function definedOnly(
  change: {
    readonly [Key in keyof ModelChange]: ModelChange[Key] | undefined
  },
): ModelChange {
  return {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(change.aliases === undefined ? {} : { aliases: change.aliases }),
    ...(change.card === undefined ? {} : { card: change.card }),
  }
}
