// `parley migrate` as a person runs it: an installation that was in use, moved to PostgreSQL and S3, and used there.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createS3Blobs } from '#core/registry/blobs/s3-blobs.ts'
import { openPostgresRegistry } from '#core/registry/postgres/postgres-registry.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { randomId, sampleVersion } from '../core/registry/sample-version.ts'
import { createDatabase, type TestDatabase, whyNoPostgres } from '../support/databases.ts'
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts'

const ROOT = resolve(import.meta.dir, '../..')

let folder: string
let s3: LoopbackS3
let database: TestDatabase

const settings = () => s3.settings('models')
const openTarget = () =>
  openPostgresRegistry({
    url: database.url,
    blobs: createS3Blobs(settings()),
    now: Date.now,
    randomId,
  })

async function parley(words: readonly string[], environment: Record<string, string> = {}) {
  const { bucket, endpoint, accessKeyId, secretAccessKey } = settings()
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PARLEY_DATA: join(folder, 'data'),
      DATABASE_URL: database.url,
      PARLEY_ARTIFACTS: `s3://${bucket}/models`,
      AWS_ENDPOINT_URL: endpoint ?? '',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...environment,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output, errors }
}

describe.skipIf(whyNoPostgres !== null)('parley migrate', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-migrate-'))
    ;[s3, database] = await Promise.all([startLoopbackS3(), createDatabase()])
    const registry = await openSqliteRegistry({
      folder: join(folder, 'data'),
      now: Date.now,
      randomId,
    })
    await registry.createVersion({ ...sampleVersion('churn', 'a', {}), card: '# Churn' })
    await registry.createVersion(sampleVersion('churn', 'b', {}))
    await registry.setLive('churn', 1)
    await registry.createVersion(sampleVersion('gone', 'c', {}))
    await registry.deleteModel('gone')
    await registry.recordAudit({
      principal: 'local',
      display: null,
      surface: 'cli',
      operation: 'delete_model',
      subject: 'gone',
      outcome: 'done',
      requestId: 'r1',
    })
    await registry.writeConversation('a'.repeat(32), 'local', '{"turns":[]}')
    await registry.createUpload({
      fileName: 'waiting.pkl',
      owner: 'local',
      content: new TextEncoder().encode('waiting'),
      maximumBytes: 100,
    })
    await registry.close()
  })
  afterAll(async () => {
    await Promise.all([s3?.stop(), database?.drop()])
    await rm(folder, { recursive: true, force: true })
  })

  test('stops at a file that is not what it was, and goes on when it is back', async () => {
    const artifacts = join(folder, 'data/artifacts')
    const [name = ''] = (await readdir(artifacts)).sort()
    await rename(join(artifacts, name), join(folder, 'kept'))
    await Bun.write(join(artifacts, name), 'damaged')
    const stopped = await parley(['migrate'])
    expect(stopped.code).not.toBe(0)
    expect(stopped.errors).toContain(`${name} is damaged. Put it back`)
    const target = await openTarget()
    expect(await target.listModels()).toEqual([])
    await target.close()
    await rename(join(folder, 'kept'), join(artifacts, name))
    const moved = await parley(['migrate'])
    expect(moved).toMatchObject({ code: 0, errors: '' })
    expect(moved.output).toMatch(/versions +2 +2/)
    expect(moved.output).toContain('files')
  })

  test('leaves everything as it was, in the new place', async () => {
    const before = await openSqliteRegistry({
      folder: join(folder, 'data'),
      now: Date.now,
      randomId,
    })
    const after = await openTarget()
    expect(await after.listModels()).toEqual(await before.listModels())
    const versions = await before.listVersions('churn')
    expect(await after.listVersions('churn')).toEqual(versions)
    expect(await after.readCard('churn')).toBe('# Churn')
    for (const { artifactSha256 } of versions) {
      expect(await after.readArtifact(artifactSha256)).toEqual(
        await before.readArtifact(artifactSha256),
      )
    }
    expect(await after.listAudit({ limit: 10 })).toEqual(await before.listAudit({ limit: 10 }))
    expect(await after.readConversation('a'.repeat(32), 'local')).toBe('{"turns":[]}')
    // Numbers go on where they were, also of a model that was deleted, and so do the entries of the log.
    expect((await after.createVersion(sampleVersion('churn', 'd', {}))).number).toBe(3)
    expect((await after.createVersion(sampleVersion('gone', 'e', {}))).number).toBe(2)
    const [newest] = await after.listAudit({ limit: 1 })
    const { id: _, atMs: __, ...entry } = newest ?? { id: 0, atMs: 0 }
    const next = await after.recordAudit(entry as Parameters<typeof after.recordAudit>[0])
    expect(next).toBe((newest?.id ?? 0) + 1)
    await Promise.all([before.close(), after.close()])
  })

  test('changes nothing when it is run again, also of what was done since', async () => {
    const target = await openTarget()
    await target.setLive('churn', 3)
    const again = await parley(['migrate'])
    expect(again.code).toBe(0)
    expect(again.output).toMatch(/versions +2 +0/)
    expect(again.output).toContain('0 were copied now')
    expect((await target.findModel('churn'))?.liveVersion).toBe(3)
    await target.close()
  })

  test('refuses a database that has another version under the same number', async () => {
    const other = await openSqliteRegistry({
      folder: join(folder, 'other'),
      now: Date.now,
      randomId,
    })
    await other.createVersion(sampleVersion('churn', 'quite another', {}))
    await other.close()
    const refused = await parley(['migrate'], { PARLEY_DATA: join(folder, 'other') })
    expect(refused.code).not.toBe(0)
    expect(refused.errors).toContain('The database has another version 1 of churn.')
  })

  test('says what is missing', async () => {
    const [help, nowhere, nothing, wrong] = await Promise.all([
      parley(['migrate', '--help']),
      parley(['migrate'], { DATABASE_URL: '', PARLEY_ARTIFACTS: '' }),
      parley(['migrate'], { PARLEY_DATA: join(folder, 'empty') }),
      parley(['migrate', '--to', 'x']),
    ])
    expect(help.output).toContain('Stop the server first.')
    expect(nowhere.errors).toContain('DATABASE_URL is not set')
    expect(nothing.errors).toContain('There is no parley.db')
    expect(wrong.code).toBe(2)
  })
})
