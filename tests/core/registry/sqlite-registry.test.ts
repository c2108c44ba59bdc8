// The embedded registry: the contract, and what is its own (folders, damage, leftovers, schema).

import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { UPLOAD_LIFETIME_MS } from '#core/registry/registry.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import * as schema from '#core/registry/schema.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { testRegistryContract } from './contract.ts'
import { makeTemporaryFolder, randomId, sampleVersion } from './sample-version.ts'

const TWO_HOURS_MS = 2 * 60 * 60 * 1000

describe('the contract on SQLite', () => {
  testRegistryContract(async () => {
    const { folder, remove } = await makeTemporaryFolder()
    return { open: (now) => openSqliteRegistry({ folder, now, randomId }), remove }
  })
})

describe('the data folder', () => {
  let temporary: Awaited<ReturnType<typeof makeTemporaryFolder>>
  let folder: string
  const open = (now: () => number = Date.now) => openSqliteRegistry({ folder, now, randomId })

  beforeEach(async () => {
    temporary = await makeTemporaryFolder()
    folder = join(temporary.folder, 'made', 'on', 'need')
  })
  afterEach(() => temporary.remove())

  test('is made where it is missing, for its owner alone', async () => {
    await (await open()).close()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const names = (await readdir(folder)).filter((name) => !name.startsWith('parley.db-'))
    expect(names.sort()).toEqual(['artifacts', 'parley.db', 'uploads'])
  })

  test('that cannot be made is one sentence that names it', async () => {
    const file = join(temporary.folder, 'file')
    await writeFile(file, '')
    folder = join(file, 'data')
    const error = await open().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RegistryUnavailable)
    expect(String(error)).toBe(
      `RegistryUnavailable: The data folder ${folder} cannot be used: a part of the path is a file, not a folder.`,
    )
  })

  test('whose database is something else, damaged or newer is one sentence too', async () => {
    await (await open()).close()
    const file = join(folder, 'parley.db')
    const database = new Database(file)
    database.run('UPDATE __drizzle_migrations SET created_at = created_at + 1')
    database.close()
    await expect(open()).rejects.toThrow('it was written by a newer Parley.')
    await writeFile(file, 'This is a diary, not a database. '.repeat(100))
    await expect(open()).rejects.toThrow('its parley.db is not a database.')
  })

  test('a damaged artifact is never handed out, and uploading it again heals it', async () => {
    const registry = await open()
    const given = sampleVersion('churn', 'a')
    const { artifactSha256 } = await registry.createVersion(given)
    await writeFile(join(folder, 'artifacts', artifactSha256), 'onnx b')
    await expect(registry.readArtifact(artifactSha256)).rejects.toThrow('damaged')
    await registry.createVersion(given)
    expect(await registry.readArtifact(artifactSha256)).toEqual(given.onnx)
    await registry.close()
  })

  test('a name that is no hash reaches no file', async () => {
    const registry = await open()
    await expect(registry.readArtifact('../parley.db')).rejects.toThrow('named by a sha256')
    await registry.close()
  })

  test('refused and broken uploads leave no file behind', async () => {
    const registry = await open()
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    for (const content of [broken, new Uint8Array(11)]) {
      const refused = await registry.createUpload({
        fileName: 'x.pkl',
        owner: 'ann',
        maximumBytes: 10,
        content,
      })
      expect(refused.ok).toBe(false)
    }
    expect(await readdir(join(folder, 'uploads'))).toEqual([])
    await registry.close()
  })

  test('what a killed writer left is taken away once it is old, and not before', async () => {
    const registry = await open()
    const kept = await registry.createVersion(sampleVersion('churn', 'kept'))
    await registry.close()
    const leftovers = [
      join(folder, 'artifacts', `${'a'.repeat(64)}-${randomId()}.part`),
      join(folder, 'artifacts', 'b'.repeat(64)),
      join(folder, 'uploads', `${randomId()}.part`),
      join(folder, 'uploads', randomId()),
    ]
    for (const file of leftovers) await writeFile(file, 'half of it')
    const long = new Date(Date.now() - TWO_HOURS_MS)
    await utimes(join(folder, 'artifacts', kept.artifactSha256), long, long)

    await (await open()).close()
    expect((await readdir(join(folder, 'artifacts'))).length).toBe(4)
    expect((await readdir(join(folder, 'uploads'))).length).toBe(2)

    for (const file of leftovers) await utimes(file, long, long)
    await (await open()).close()
    const artifacts = await readdir(join(folder, 'artifacts'))
    expect(artifacts.sort()).toEqual([kept.artifactSha256, kept.originalSha256].sort())
    expect(await readdir(join(folder, 'uploads'))).toEqual([])
  })

  test('expired uploads give their disk space back', async () => {
    let clock = Date.now()
    const registry = await open(() => clock)
    const content = new Uint8Array(10)
    await registry.createUpload({ fileName: 'x', owner: 'ann', maximumBytes: 10, content })
    await registry.close()
    expect(await readdir(join(folder, 'uploads'))).toHaveLength(1)
    clock += UPLOAD_LIFETIME_MS + 1
    await (await open(() => clock)).close()
    expect(await readdir(join(folder, 'uploads'))).toEqual([])
  })

  test('an artifact swept between its write and its row is written again', async () => {
    // Two registries on one folder: one stores the same content again and again while the other deletes it.
    const [writer, deleter] = [await open(), await open()]
    const deleting = (async () => {
      for (let round = 0; round < 40; round += 1) {
        await deleter.createVersion(sampleVersion('b', 'same'))
        await deleter.deleteModel('b')
      }
    })()
    for (let round = 0; round < 40; round += 1) {
      const { artifactSha256 } = await writer.createVersion(sampleVersion('a', 'same'))
      await writer.readArtifact(artifactSha256)
      if (round % 3 === 2) await writer.deleteModel('a')
    }
    await deleting
    for (const { artifactSha256 } of await writer.listVersions('a')) {
      await writer.readArtifact(artifactSha256)
    }
    await writer.close()
    await deleter.close()
  })
})

describe('the schema', () => {
  test('is what the committed migrations make', async () => {
    const folder = join(import.meta.dir, '../../../core/registry/migrations/meta')
    const journal = await Bun.file(join(folder, '_journal.json')).json()
    const last = String(journal.entries.at(-1).idx).padStart(4, '0')
    const committed = await Bun.file(join(folder, `${last}_snapshot.json`)).json()
    const current = await generateSQLiteDrizzleJson(schema, committed.id)
    // Statements here mean that `bun run migrations` was forgotten.
    expect(await generateSQLiteMigration(committed, current)).toEqual([])
  })

  test('refuses a live alias to a version that does not exist', async () => {
    const { folder, remove } = await makeTemporaryFolder()
    const registry = await openSqliteRegistry({ folder, now: Date.now, randomId })
    await registry.createVersion(sampleVersion('churn', 'a'))
    await registry.close()
    const database = new Database(join(folder, 'parley.db'))
    database.run('PRAGMA foreign_keys = ON')
    expect(() => database.run('UPDATE models SET live_version = 9')).toThrow('FOREIGN KEY')
    database.close()
    await remove()
  })
})
