// The registry of several machines: PostgreSQL and a store of files that all of them reach.

import type { Sql } from 'postgres'
import { succeed } from '#core/errors.ts'
import type { Logger } from '#core/operations/operation.ts'
import type { BlobKey, BlobStore } from '../blobs/blob-store.ts'
import { isModelName } from '../names.ts'
import type { NewVersion, Registry, VersionRecord } from '../registry.ts'
import { explainStorageError, RegistryUnavailable } from '../registry-unavailable.ts'
import { LEFTOVER_AGE_MS, startSweeper } from '../sweeper.ts'
import { openChangeFeed } from './changes.ts'
import { openDatabase, wrapDatabase } from './database.ts'
import { openDocuments } from './documents.ts'
import { type ModelTable, openModelTable } from './models.ts'
import { openPeople } from './people.ts'
import { openUploads } from './uploads.ts'

export interface PostgresRegistryOptions {
  /** `postgres://user:password@host:5432/name`. */
  readonly url: string
  readonly blobs: BlobStore
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** 128 random bits in hex. */
  readonly randomId: () => string
  readonly logger?: Logger
}

/** Throws RegistryUnavailable, with a sentence that names the host and never the password, where it cannot be used. */
export async function openPostgresRegistry(options: PostgresRegistryOptions): Promise<Registry> {
  let client: Sql | null = null
  try {
    client = await openDatabase(options.url)
    return await assemble(client, options)
  } catch (error) {
    await client?.end({ timeout: 1 })
    const { host, pathname } = new URL(options.url)
    throw explainStorageError(`The database ${host}${pathname} cannot be used`, error)
  }
}

async function assemble(client: Sql, options: PostgresRegistryOptions): Promise<Registry> {
  const { blobs, now, randomId, logger } = options
  const queries = wrapDatabase(client)
  const models = openModelTable(queries)
  const uploads = openUploads({ queries, blobs, now, randomId })
  const { sweepConversations, ...documents } = openDocuments(queries, now)
  const { sweepAudit, ...people } = openPeople(queries, now)
  const changes = await openChangeFeed(client, queries, logger)
  const sweeper = startSweeper(async () => {
    const beforeMs = now() - LEFTOVER_AGE_MS
    await sweepArtifacts(blobs, models, beforeMs)
    await uploads.sweep(beforeMs)
    await sweepConversations()
    await sweepAudit()
  }, logger)
  await sweeper.sweep()

  const timestamp = () => new Date(now()).toISOString()
  const published = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    await changes.publish()
    return result
  }
  const closeAll = async () => {
    await changes.close()
    await sweeper.close()
    await client.end({ timeout: CLOSE_TIMEOUT_SECONDS })
  }
  let closing: Promise<void> | null = null
  const registry: Omit<Registry, 'onChange' | 'close'> = {
    listModels: models.list,
    findModel: models.find,
    readCard: models.readCard,
    readReport: models.readReport,
    listVersions: models.listVersions,
    findVersion: models.findVersion,
    findByOriginal: models.findByOriginal,
    createVersion: (version) => published(createVersion(blobs, models, version, timestamp())),
    setLive: (name, number, change = {}) =>
      published(models.setLive(name, number, change, timestamp())),
    updateModel: (name, change) => published(models.update(name, change, timestamp())),
    deleteModel: (name) => published(deleteModel(blobs, models, name)),
    readArtifact: (sha256) => readArtifact(blobs, sha256),
    createUpload: uploads.create,
    findUpload: uploads.find,
    readUpload: uploads.read,
    deleteUpload: uploads.delete,
    async check() {
      await client`SELECT 1`
      await blobs.has(artifactKey(NO_FILE))
    },
    ...documents,
    ...people,
  }
  return {
    ...explained(registry),
    onChange: changes.onChange,
    close() {
      closing ??= closeAll()
      return closing
    },
  }
}

/** Asked for only to see whether the store of files answers. */
const NO_FILE = '0'.repeat(64)

/** Seconds for questions that are still running. */
const CLOSE_TIMEOUT_SECONDS = 5

/** Storage that fails comes out as RegistryUnavailable, whatever it was asked. */
function explained<T extends object>(methods: T): T {
  const entries = Object.entries(methods).map(([name, method]) => [
    name,
    async (...words: readonly unknown[]) => {
      try {
        return await method(...words)
      } catch (error) {
        throw explainStorageError('The registry cannot be used now', error)
      }
    },
  ])
  return Object.fromEntries(entries)
}

const artifactKey = (sha256: string): BlobKey => `artifacts/${sha256}`

function hash(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}

async function createVersion(
  blobs: BlobStore,
  models: ModelTable,
  version: NewVersion,
  createdAt: string,
): Promise<VersionRecord> {
  if (!isModelName(version.model)) throw new Error('A version needs a valid model name.')
  const contents = [version.onnx, version.original] as const
  const [artifactSha256, originalSha256] = [hash(version.onnx), hash(version.original)]
  const store = async (content: Uint8Array) => {
    const key = artifactKey(hash(content))
    const known = await blobs.read(key)
    // What is damaged counts as absent, so that deploying it again heals it.
    if (known !== null && hash(known) === hash(content)) return
    await blobs.write(key, content, content.byteLength)
  }
  for (const content of contents) await store(content)
  // Another replica may have deleted the last version with this content meanwhile, and the files with it.
  const ensureArtifacts = async () => {
    for (const content of contents) {
      const key = artifactKey(hash(content))
      if (!(await blobs.has(key))) await blobs.write(key, content, content.byteLength)
    }
  }
  return models.createVersion(
    version,
    { artifactSha256, originalSha256 },
    createdAt,
    ensureArtifacts,
  )
}

async function readArtifact(blobs: BlobStore, sha256: string): Promise<Uint8Array> {
  const bytes = await blobs.read(artifactKey(sha256))
  if (bytes === null) throw new RegistryUnavailable('A stored model file is missing.')
  if (hash(bytes) !== sha256) throw new RegistryUnavailable('A stored model file is damaged.')
  return bytes
}

async function deleteModel(blobs: BlobStore, models: ModelTable, name: string) {
  const deleted = await models.delete(name)
  if (!deleted.ok) return deleted
  // After the commit: a kill in between leaves files without a row, which a later sweep takes away.
  await models.removeUnreferenced(deleted.value.artifacts, (sha256) =>
    blobs.remove(artifactKey(sha256)),
  )
  return succeed({ versionsDeleted: deleted.value.versionsDeleted })
}

async function sweepArtifacts(
  blobs: BlobStore,
  models: ModelTable,
  beforeMs: number,
): Promise<void> {
  const stored = await blobs.list('artifacts')
  const referenced = await models.referencedArtifacts()
  const orphans = stored
    .filter(({ writtenAtMs }) => writtenAtMs < beforeMs)
    .map(({ key }) => key.slice('artifacts/'.length))
    .filter((sha256) => !referenced.has(sha256))
  if (orphans.length === 0) return
  await models.removeUnreferenced(orphans, (sha256) => blobs.remove(artifactKey(sha256)))
}
