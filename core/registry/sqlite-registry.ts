// The embedded registry: SQLite and two folders of files, shared safely by several processes.

import type { Database } from 'bun:sqlite'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { succeed } from '#core/errors.ts'
import type { Logger } from '#core/operations/operation.ts'
import { openApiKeyTable } from './api-keys.ts'
import { type ArtifactStore, listStaleTemporaries, openArtifactFolder } from './artifacts.ts'
import { openAuditTable } from './audit.ts'
import { openChangeFeed } from './changes.ts'
import { openConversationTable } from './conversations.ts'
import { openDatabase, wrapDatabase } from './database.ts'
import { makePrivateFolder } from './durable-file.ts'
import { type ModelTable, openModelTable } from './models.ts'
import { isModelName } from './names.ts'
import type { NewVersion, Registry, VersionRecord } from './registry.ts'
import { explainStorageError } from './registry-unavailable.ts'
import { openRunTable } from './runs.ts'
import { LEFTOVER_AGE_MS, startSweeper } from './sweeper.ts'
import { openUploadStore } from './uploads.ts'

export interface SqliteRegistryOptions {
  /** Holds `parley.db`, `artifacts/` and `uploads/`; made where it does not exist. */
  readonly folder: string
  /** Where artifacts lie when not in `folder`, for a second disk; made where it does not exist. */
  readonly artifactFolder?: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** 128 random bits in hex. */
  readonly randomId: () => string
  readonly logger?: Logger
}

/** Throws RegistryUnavailable, with a sentence that names the folder, where it cannot be used. */
export async function openSqliteRegistry(options: SqliteRegistryOptions): Promise<Registry> {
  const folder = resolve(options.folder)
  try {
    return await openIn(folder, options)
  } catch (error) {
    throw explainStorageError(`The data folder ${folder} cannot be used`, error)
  }
}

async function openIn(folder: string, options: SqliteRegistryOptions): Promise<Registry> {
  await makePrivateFolder(folder)
  const artifactFolder = artifactFolderOf(folder, options)
  await makePrivateFolder(artifactFolder)
  const artifacts = await openArtifactFolder(artifactFolder, options.randomId)
  const database = await openDatabase(join(folder, 'parley.db'))
  try {
    return await assemble(folder, options, artifacts, database)
  } catch (error) {
    database.close()
    throw error
  }
}

function artifactFolderOf(folder: string, { artifactFolder }: SqliteRegistryOptions): string {
  return artifactFolder === undefined ? join(folder, 'artifacts') : resolve(artifactFolder)
}

async function assemble(
  folder: string,
  options: SqliteRegistryOptions,
  artifacts: ArtifactStore,
  database: Database,
): Promise<Registry> {
  const { now, randomId, logger } = options
  const queries = wrapDatabase(database)
  const models = openModelTable(queries)
  const uploads = await openUploadStore({ folder: join(folder, 'uploads'), queries, now, randomId })
  const conversations = openConversationTable(queries, now)
  const apiKeys = openApiKeyTable(queries, now)
  const audit = openAuditTable(queries, now)
  const runs = openRunTable(queries)
  const changes = openChangeFeed(database, queries, logger)
  const sweeper = startSweeper(async () => {
    const beforeMs = now() - LEFTOVER_AGE_MS
    await sweepArtifacts(artifacts, models, beforeMs)
    await sweepTemporaries([artifactFolderOf(folder, options), join(folder, 'uploads')], beforeMs)
    await uploads.sweep(beforeMs)
    conversations.sweep()
    audit.sweep()
  }, logger)
  await sweeper.sweep()

  const timestamp = () => new Date(now()).toISOString()
  const published = <T>(result: T): T => {
    changes.publish()
    return result
  }
  const closeAll = async () => {
    changes.close()
    await sweeper.close()
    closeDatabase(database)
  }
  let closing: Promise<void> | null = null
  return {
    listModels: () => ask(() => models.list()),
    findModel: (name) => ask(() => models.find(name)),
    readCard: (name) => ask(() => models.readCard(name)),
    readReport: (name, number) => ask(() => models.readReport(name, number)),
    listRuns: (limit) => ask(() => runs.list(limit)),
    findRun: (id) => ask(() => runs.find(id)),
    writeRun: (run) => ask(() => runs.write(run)),
    listVersions: (name) => ask(() => models.listVersions(name)),
    findVersion: (name, number) => ask(() => models.findVersion(name, number)),
    findByOriginal: (name, sha256) => ask(() => models.findByOriginal(name, sha256)),
    createVersion: (version) =>
      ask(async () => published(await createVersion(artifacts, models, version, timestamp()))),
    setLive: (name, number, change = {}) =>
      ask(() => published(models.setLive(name, number, change, timestamp()))),
    updateModel: (name, change) => ask(() => published(models.update(name, change, timestamp()))),
    deleteModel: (name) => ask(() => published(deleteModel(artifacts, models, name))),
    readArtifact: (sha256) => ask(() => artifacts.read(sha256)),
    createUpload: (upload) => ask(() => uploads.create(upload)),
    findUpload: (id) => ask(() => uploads.find(id)),
    readUpload: (id) => ask(() => uploads.read(id)),
    deleteUpload: (id) => ask(() => uploads.delete(id)),
    readConversation: (id, owner) => ask(() => conversations.read(id, owner)),
    writeConversation: (id, owner, json) => ask(() => conversations.write(id, owner, json)),
    createApiKey: (key) => ask(() => apiKeys.create(key)),
    listApiKeys: () => ask(() => apiKeys.list()),
    findApiKey: (id) => ask(() => apiKeys.find(id)),
    revokeApiKey: (id) => ask(() => apiKeys.revoke(id)),
    touchApiKeys: (uses) => ask(() => apiKeys.touch(uses)),
    recordAudit: (entry) => ask(() => audit.record(entry)),
    finishAudit: (id, end) => ask(() => audit.finish(id, end)),
    listAudit: (filter) => ask(() => audit.list(filter)),
    check: () =>
      ask(() => {
        models.find('')
      }),
    onChange: changes.onChange,
    close() {
      closing ??= closeAll()
      return closing
    },
  }
}

/** Storage that fails comes out as RegistryUnavailable, whatever it was asked. */
async function ask<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainStorageError('The registry cannot be used now', error)
  }
}

async function createVersion(
  artifacts: ArtifactStore,
  models: ModelTable,
  version: NewVersion,
  createdAt: string,
): Promise<VersionRecord> {
  if (!isModelName(version.model)) throw new Error('A version needs a valid model name.')
  const [artifactSha256, originalSha256] = await Promise.all([
    artifacts.put(version.onnx),
    artifacts.put(version.original),
  ])
  // Another process may have deleted the last version with this content meanwhile, and the files with it.
  const ensureArtifacts = () => {
    artifacts.restore(artifactSha256, version.onnx)
    artifacts.restore(originalSha256, version.original)
  }
  return models.createVersion(
    version,
    { artifactSha256, originalSha256 },
    createdAt,
    ensureArtifacts,
  )
}

function deleteModel(artifacts: ArtifactStore, models: ModelTable, name: string) {
  const deleted = models.delete(name)
  if (!deleted.ok) return deleted
  // After the commit: a kill in between leaves files without a row, which a later sweep takes away.
  models.removeUnreferenced(deleted.value.artifacts, artifacts.remove)
  return succeed({ versionsDeleted: deleted.value.versionsDeleted })
}

async function sweepArtifacts(
  artifacts: ArtifactStore,
  models: ModelTable,
  beforeMs: number,
): Promise<void> {
  const orphans: string[] = []
  const stored = await artifacts.list()
  const referenced = models.referencedArtifacts()
  for (const sha256 of stored) {
    if (referenced.has(sha256)) continue
    const writtenAtMs = await artifacts.writtenAtMs(sha256)
    if (writtenAtMs !== null && writtenAtMs < beforeMs) orphans.push(sha256)
  }
  if (orphans.length > 0) models.removeUnreferenced(orphans, artifacts.remove)
}

async function sweepTemporaries(folders: readonly string[], beforeMs: number): Promise<void> {
  for (const folder of folders) {
    for (const file of await listStaleTemporaries(folder, beforeMs)) await rm(file, { force: true })
  }
}

function closeDatabase(database: Database): void {
  try {
    // drizzle's statements keep SQLite from closing at once, and with it from writing the log back: do that here.
    database.run('PRAGMA wal_checkpoint(PASSIVE)')
  } catch {
    // On a full disk the log stays where it is, and whoever opens next reads it.
  }
  database.close()
}
