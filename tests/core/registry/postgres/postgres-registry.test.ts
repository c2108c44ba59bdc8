// The registry on PostgreSQL: the contract, with files in S3, and what is its own.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { getTableColumns, type Table } from 'drizzle-orm'
import postgres from 'postgres'
import { checkKey } from '#core/registry/blobs/blob-store.ts'
import { openFolderBlobs } from '#core/registry/blobs/folder-blobs.ts'
import { createS3Blobs } from '#core/registry/blobs/s3-blobs.ts'
import { applyMigrations, openDatabase } from '#core/registry/postgres/database.ts'
import { openPostgresRegistry } from '#core/registry/postgres/postgres-registry.ts'
import * as schema from '#core/registry/postgres/schema.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import * as embedded from '#core/registry/schema.ts'
import { createDatabase, type TestDatabase, whyNoPostgres } from '../../../support/databases.ts'
import { type LoopbackS3, startLoopbackS3 } from '../../../support/loopback-s3.ts'
import { testRegistryContract } from '../contract.ts'
import { makeTemporaryFolder, randomId, sampleVersion, sha256 } from '../sample-version.ts'

let database: TestDatabase
let s3: LoopbackS3
beforeAll(async () => {
  if (whyNoPostgres !== null) return
  database = await createDatabase()
  s3 = await startLoopbackS3()
})
afterAll(async () => {
  await database?.drop()
  await s3?.stop()
})

describe.skipIf(whyNoPostgres !== null)('the contract on PostgreSQL and S3', () => {
  testRegistryContract(async () => {
    const blobs = createS3Blobs(s3.settings(randomId()))
    return {
      open: (now) => openPostgresRegistry({ url: database.url, blobs, now, randomId }),
      remove: () => database.empty(),
    }
  })
})

test('the tables are what the committed migrations make, and those of the embedded registry', async () => {
  const folder = join(import.meta.dir, '../../../../core/registry/postgres/migrations/meta')
  const journal = await Bun.file(join(folder, '_journal.json')).json()
  const last = String(journal.entries.at(-1).idx).padStart(4, '0')
  const committed = await Bun.file(join(folder, `${last}_snapshot.json`)).json()
  // Statements here mean that `bun run migrations` was forgotten.
  const current = generateDrizzleJson(schema, committed.id)
  expect(await generateMigration(committed, current)).toEqual([])
  const columnsOf = (tables: Readonly<Record<string, object>>) =>
    Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [
        name,
        Object.keys(getTableColumns(table as Table)).sort(),
      ]),
    )
  expect(columnsOf(schema.tables)).toEqual(columnsOf(embedded.tables))
})

describe.skipIf(whyNoPostgres !== null)('PostgreSQL', () => {
  test('replicas that start together on an empty database make its tables once', async () => {
    const empty = await createDatabase()
    try {
      const { folder, remove } = await makeTemporaryFolder()
      const blobs = await openFolderBlobs(folder, randomId)
      const open = () => openPostgresRegistry({ url: empty.url, blobs, now: Date.now, randomId })
      const replicas = await Promise.all([open(), open(), open()])
      const [first, second] = replicas
      await first?.createVersion(sampleVersion('churn', 'a', {}))
      expect((await second?.listModels())?.map(({ name }) => name)).toEqual(['churn'])
      await Promise.all(replicas.map((one) => one.close()))
      await remove()
    } finally {
      await empty.drop()
    }
  })

  test('one that a newer Parley has written is left alone, in a sentence without the password', async () => {
    const client = await openDatabase(database.url)
    await client`UPDATE __drizzle_migrations SET created_at = created_at + 1`
    const url = new URL(database.url)
    url.password = 'secret'
    const blobs = createS3Blobs(s3.settings('none'))
    const refused = await openPostgresRegistry({
      url: url.href,
      blobs,
      now: Date.now,
      randomId,
    }).catch((error: unknown) => error)
    await client`UPDATE __drizzle_migrations SET created_at = created_at - 1`
    await client.end()
    expect(refused).toBeInstanceOf(RegistryUnavailable)
    expect(String(refused)).toContain('it was written by a newer Parley.')
    expect(String(refused)).not.toContain('secret')
  })

  test('that is not there, or does not exist, is one sentence', async () => {
    const blobs = createS3Blobs(s3.settings('none'))
    const open = (url: string) =>
      openPostgresRegistry({ url, blobs, now: Date.now, randomId }).catch(String)
    expect(await open('postgres://user:secret@127.0.0.1:9/parley')).toBe(
      'RegistryUnavailable: The database 127.0.0.1:9/parley cannot be used: it cannot be reached.',
    )
    const unknown = new URL(database.url)
    unknown.pathname = '/nothing_of_the_kind'
    expect(await open(unknown.href)).toContain('cannot be used: it does not exist.')
  })

  test('a migration that fails halfway leaves nothing of itself', async () => {
    const { folder, remove } = await makeTemporaryFolder()
    const half = join(folder, 'migrations')
    await Bun.write(
      join(half, '0000_half.sql'),
      'CREATE TABLE half (id int);--> statement-breakpoint\nCREATE TABLE broken (;',
    )
    const entry = { idx: 0, version: '7', when: 1, tag: '0000_half', breakpoints: true }
    await Bun.write(join(half, 'meta/_journal.json'), JSON.stringify({ entries: [entry] }))
    const empty = await createDatabase()
    const client = postgres(empty.url, { onnotice: () => undefined, max: 1 })
    await expect(applyMigrations(client, half)).rejects.toThrow('syntax error')
    const tables = await client`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
    expect([...tables]).toEqual([])
    await client.end()
    await empty.drop()
    await remove()
  })
})

describe.skipIf(whyNoPostgres !== null)('files in S3', () => {
  test('lie under a prefix, page after page, and are healed where they are damaged', async () => {
    const settings = s3.settings('team/parley')
    const blobs = createS3Blobs(settings)
    const registry = await openPostgresRegistry({
      url: database.url,
      blobs,
      now: Date.now,
      randomId,
    })
    const version = sampleVersion('churn', 'healed', {})
    const created = await registry.createVersion(version)
    const key = `artifacts/${created.artifactSha256}` as const
    expect(await s3.names()).toContain(`team/parley/${key}`)
    await blobs.write(key, new TextEncoder().encode('damaged'), 100)
    await expect(registry.readArtifact(created.artifactSha256)).rejects.toThrow('is damaged')
    await registry.createVersion(version)
    expect(sha256(await registry.readArtifact(created.artifactSha256))).toBe(created.artifactSha256)
    await registry.deleteModel('churn')
    expect(await blobs.read(key)).toBe(null)
    await registry.close()
  })

  test('that cannot be reached are one sentence, and no name leaves the store', async () => {
    const away = createS3Blobs({ ...s3.settings('x'), endpoint: 'http://127.0.0.1:9' })
    const error = await away.read(`artifacts/${'a'.repeat(64)}`).catch(String)
    expect(error).toBe(
      'RegistryUnavailable: Files cannot be stored or read now: S3 cannot be reached.',
    )
    for (const key of ['artifacts/../../x', 'uploads/', 'other/1', `artifacts/${'A'.repeat(64)}`]) {
      expect(() => checkKey(key as 'artifacts/x')).toThrow('named by its sha256')
    }
  })
})
