// Moves an embedded installation to PostgreSQL and a shared store of files: again and again gives the same, and every hash is checked.

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eq, getTableName, inArray, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Progress } from '#core/operations/operation.ts'
import type { BlobKey, BlobStore } from '../blobs/blob-store.ts'
import { openDatabase as openSqlite, wrapDatabase as wrapSqlite } from '../database.ts'
import { tables as embedded } from '../schema.ts'
import { LOCK, openDatabase, wrapDatabase } from './database.ts'
import { tables as shared } from './schema.ts'

export interface MigrationOptions {
  /** Holds `parley.db` and `uploads/`. */
  readonly folder: string
  /** Holds the artifacts. */
  readonly artifactFolder: string
  /** Of PostgreSQL. */
  readonly url: string
  readonly blobs: BlobStore
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

export interface MigrationReport {
  /** Rows by table: how many the embedded registry has, and how many of them were new. */
  readonly tables: readonly {
    readonly name: string
    readonly rows: number
    readonly added: number
  }[]
  readonly files: number
  readonly filesCopied: number
  readonly bytes: number
}

/** Rows of one insert: far below the 65,534 parameters that PostgreSQL takes. */
const ROWS_A_STATEMENT = 200

/** In the order in which the rows of one may name those of another. Models come without their live version first. */
const TABLES = [
  'modelNames',
  'models',
  'versions',
  'apiKeys',
  'auditEntries',
  'conversations',
  'trainingRuns',
  'uploads',
] as const

/**
 * Files first, then rows: whoever is stopped in between has lost nothing and goes on. `conflict` where the database has
 * another version under the same number; nothing is written then. Rejects with the signal's reason when aborted.
 */
export async function migrateRegistry(
  options: MigrationOptions,
): Promise<Outcome<MigrationReport>> {
  const file = join(options.folder, 'parley.db')
  if ((await stat(file).catch(() => null)) === null) {
    return fail(
      'not_found',
      `There is no parley.db in ${options.folder}, so there is nothing to move.`,
    )
  }
  const database = await openSqlite(file)
  const client = await openDatabase(options.url)
  try {
    const source = wrapSqlite(database)
    const target = wrapDatabase(client)
    const rows = Object.fromEntries(
      TABLES.map((name) => [name, source.select().from(embedded[name]).all()]),
    ) as Rows
    const clash = await findClash(target, rows)
    if (clash !== null) return clash
    const copied = await copyFiles(rows, options)
    if (!copied.ok) return copied
    options.signal.throwIfAborted()
    options.progress({ fraction: 0.95, message: 'Writing the rows' })
    const tables = await writeRows(target, rows)
    options.progress({ fraction: 1, message: 'Done' })
    return succeed({ tables, ...copied.value })
  } finally {
    database.close()
    await client.end({ timeout: 5 })
  }
}

type Rows = {
  readonly [Name in (typeof TABLES)[number]]: (typeof embedded)[Name]['$inferSelect'][]
}
type Target = ReturnType<typeof wrapDatabase>

/** A number means one artifact for ever: another one there is another installation's. */
async function findClash(target: Target, { versions }: Rows): Promise<Outcome<never> | null> {
  const names = [...new Set(versions.map(({ model }) => model))]
  if (names.length === 0) return null
  const there = await target
    .select({
      model: shared.versions.model,
      number: shared.versions.number,
      artifact: shared.versions.artifactSha256,
    })
    .from(shared.versions)
    .where(inArray(shared.versions.model, names))
  const known = new Map(there.map((row) => [`${row.model} ${row.number}`, row.artifact]))
  const clash = versions.find(({ model, number, artifactSha256 }) => {
    const artifact = known.get(`${model} ${number}`)
    return artifact !== undefined && artifact !== artifactSha256
  })
  if (clash === undefined) return null
  return fail(
    'conflict',
    `The database has another version ${clash.number} of ${clash.model}. Move into an empty database, or delete the model in one of the two.`,
  )
}

interface SourceFile {
  readonly key: BlobKey
  readonly path: string
  readonly sha256: string
}

async function copyFiles(
  { versions, uploads }: Rows,
  { folder, artifactFolder, blobs, signal, progress }: MigrationOptions,
): Promise<Outcome<Pick<MigrationReport, 'files' | 'filesCopied' | 'bytes'>>> {
  const artifacts = new Set(
    versions.flatMap(({ artifactSha256, originalSha256 }) => [artifactSha256, originalSha256]),
  )
  const files: SourceFile[] = [
    ...[...artifacts].map((sha256) => ({
      key: `artifacts/${sha256}` as const,
      path: join(artifactFolder, sha256),
      sha256,
    })),
    ...uploads.map(({ id, sha256 }) => ({
      key: `uploads/${id}` as const,
      path: join(folder, 'uploads', id),
      sha256,
    })),
  ]
  let filesCopied = 0
  let bytes = 0
  for (const [at, { key, path, sha256 }] of files.entries()) {
    signal.throwIfAborted()
    progress({
      fraction: (0.9 * at) / files.length,
      message: `Copying file ${at + 1} of ${files.length}`,
    })
    const there = await blobs.read(key)
    if (there !== null && hash(there) === sha256) {
      bytes += there.byteLength
      continue
    }
    const content = await readFile(path).catch(() => null)
    if (content === null || hash(content) !== sha256) {
      const state = content === null ? 'missing' : 'damaged'
      return fail(
        'unavailable',
        `The file ${path} is ${state}. Put it back, or delete the model that needs it, and move again.`,
      )
    }
    await blobs.write(key, new Uint8Array(content), content.byteLength)
    const written = await blobs.read(key)
    if (written === null || hash(written) !== sha256) {
      return fail('unavailable', 'A file came back from the store of files as another one.')
    }
    filesCopied += 1
    bytes += content.byteLength
  }
  return succeed({ files: files.length, filesCopied, bytes })
}

/** All of them or none, while no replica writes a model. */
function writeRows(target: Target, rows: Rows): Promise<MigrationReport['tables']> {
  return target.transaction(async (transaction) => {
    await transaction.execute(sql`SELECT pg_advisory_xact_lock(${LOCK.models})`)
    const counts: MigrationReport['tables'][number][] = []
    const insert = async <Name extends keyof Rows>(name: Name, given: readonly object[]) => {
      let added = 0
      for (let start = 0; start < given.length; start += ROWS_A_STATEMENT) {
        const part = given.slice(start, start + ROWS_A_STATEMENT)
        const written = await transaction
          .insert(shared[name])
          .overridingSystemValue()
          .values(part as never)
          .onConflictDoNothing()
          .returning({ one: sql<number>`1` })
        added += written.length
      }
      counts.push({ name: getTableName(shared[name]), rows: given.length, added })
    }
    // Beside models that the database has already, revisions go on from its highest.
    const [highest] = await transaction
      .select({ revision: sql<number>`coalesce(max(revision), 0)::float8` })
      .from(shared.modelNames)
    await insert(
      'modelNames',
      rows.modelNames.map((row) => ({ ...row, revision: row.revision + (highest?.revision ?? 0) })),
    )
    const there = await transaction.select({ name: shared.models.name }).from(shared.models)
    const known = new Set(there.map(({ name }) => name))
    await insert(
      'models',
      rows.models.map((row) => ({ ...row, liveVersion: null })),
    )
    await insert('versions', rows.versions)
    for (const { name, liveVersion } of rows.models) {
      // What was put live, or taken away, in the database since an earlier run stays.
      if (known.has(name)) continue
      await transaction
        .update(shared.models)
        .set({ liveVersion })
        .where(eq(shared.models.name, name))
    }
    await insert('apiKeys', rows.apiKeys)
    await insert('auditEntries', rows.auditEntries)
    await transaction.execute(
      sql`SELECT setval('audit_entries_id_seq', greatest((SELECT max(id) FROM audit_entries), 1))`,
    )
    await insert('conversations', rows.conversations)
    await insert('trainingRuns', rows.trainingRuns)
    await insert('uploads', rows.uploads)
    return counts
  })
}

function hash(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}
