// The registry under real processes: killed at any moment, and several at once on one folder.

import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Registry } from '#core/registry/registry.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import type { CrashReport } from './crash-writer.ts'
import { makeTemporaryFolder, randomId, sha256 } from './sample-version.ts'

/** Enough to land in every phase now and then; `PARLEY_TEST_KILLS=1000` for a long night. */
const KILLS = Number(process.env['PARLEY_TEST_KILLS'] ?? 40)
const LONGEST_LIFE_MS = 60
/** Covers the start of the process, so that some kills fall into opening and migrating. */
const LONGEST_START_MS = 200
const TIMEOUT_MS = 60_000 + KILLS * 2000

let temporary: Awaited<ReturnType<typeof makeTemporaryFolder>>
beforeEach(async () => {
  temporary = await makeTemporaryFolder()
})
afterEach(() => temporary.remove())

const open = () => openSqliteRegistry({ folder: temporary.folder, now: Date.now, randomId })

function start(script: string, ...parameters: readonly string[]) {
  return Bun.spawn(
    [process.execPath, join(import.meta.dir, script), temporary.folder, ...parameters],
    { stdout: 'pipe', stderr: 'pipe' },
  )
}

/** What the killed processes have promised so far. */
interface Promises {
  readonly highest: Map<string, number>
  readonly versions: Map<string, Set<number>>
  readonly uploads: Set<string>
  /** A delete that was begun: it may have happened or not. */
  uncertain: string | null
}

describe('killed at any moment', () => {
  test(
    `after at least ${KILLS} kills the registry has only whole versions, every promised one, and no number twice`,
    async () => {
      const promises: Promises = {
        highest: new Map(),
        versions: new Map(),
        uploads: new Set(),
        uncertain: null,
      }
      const artifactOf = new Map<string, string>()
      // A test that killed nothing but idle processes would prove nothing: on a busy machine, where a process gets little
      // done before it is killed, there are more rounds.
      for (let round = 0; round < KILLS || artifactOf.size <= KILLS; round += 1) {
        // A server that lives on while another process is killed must find the same as one that starts afterwards.
        const witness = round % 2 === 1 ? await open() : null
        const reports = await runAndKill(round % 4 === 0)
        for (const line of reports) keepPromise(promises, line)
        const registry = await open()
        for (const each of witness === null ? [registry] : [registry, witness]) {
          await checkWhole(each, artifactOf)
          await checkPromises(each, promises)
        }
        await checkUploads()
        await settleUncertain(registry, promises)
        await registry.close()
        await witness?.close()
      }
      expect(artifactOf.size).toBeGreaterThan(KILLS)
    },
    TIMEOUT_MS,
  )
})

describe('several processes on one folder', () => {
  test(
    'that is still empty all start, lose no write, and hear of each other',
    async () => {
      const names = ['ann', 'bob', 'cleo']
      const count = 15
      const writers = names.map((name) =>
        start(
          'concurrent-writer.ts',
          name,
          String(count),
          ...names.filter((other) => other !== name),
        ),
      )
      for (const writer of writers) {
        expect(await new Response(writer.stderr).text()).toBe('')
        expect(await writer.exited).toBe(0)
      }
      const registry = await open()
      await checkWhole(registry, new Map())
      const numbers = (await registry.listVersions('shared')).map((version) => version.number)
      expect(numbers).toEqual(Array.from({ length: names.length * count }, (_, index) => index + 1))
      for (const name of names) expect(await registry.listVersions(name)).toHaveLength(count)
      await registry.close()
    },
    TIMEOUT_MS,
  )
})

/** Starts a writer, kills it at a random moment, and returns what it had said by then. */
async function runAndKill(whileStarting: boolean): Promise<readonly CrashReport[]> {
  const writer = start('crash-writer.ts')
  let said = ''
  const decoder = new TextDecoder()
  let onReady: () => void = () => {}
  const ready = new Promise<void>((resolve) => {
    onReady = resolve
  })
  const reading = (async () => {
    for await (const chunk of writer.stdout) {
      said += decoder.decode(chunk, { stream: true })
      onReady()
    }
    onReady()
  })()
  if (!whileStarting) await ready
  await Bun.sleep(Math.random() * (whileStarting ? LONGEST_START_MS : LONGEST_LIFE_MS))
  writer.kill('SIGKILL')
  await writer.exited
  await reading
  expect(await new Response(writer.stderr).text()).toBe('')
  const whole = said.slice(0, said.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line): CrashReport => JSON.parse(line))
}

function keepPromise(promises: Promises, line: CrashReport): void {
  switch (line.event) {
    case 'ready':
    case 'live':
      return
    case 'created': {
      // Compared with every number that any process was ever told, deleted models included.
      expect(line.number).toBeGreaterThan(promises.highest.get(line.name) ?? 0)
      promises.highest.set(line.name, line.number)
      const versions = promises.versions.get(line.name) ?? new Set()
      promises.versions.set(line.name, versions.add(line.number))
      return
    }
    case 'deleting':
      promises.uncertain = line.name
      return
    case 'deleted':
      promises.versions.delete(line.name)
      promises.uncertain = null
      return
    case 'uploaded':
      promises.uploads.add(line.id)
      return
    case 'dropped':
      promises.uploads.delete(line.id)
  }
}

async function checkPromises(registry: Registry, promises: Promises): Promise<void> {
  for (const [name, numbers] of promises.versions) {
    if (name === promises.uncertain) continue
    const listed = new Set((await registry.listVersions(name)).map((version) => version.number))
    for (const number of numbers)
      expect([name, number, listed.has(number)]).toEqual([name, number, true])
  }
  for (const id of promises.uploads) {
    const upload = await registry.findUpload(id)
    expect(sha256(await registry.readUpload(id))).toBe(upload?.sha256 ?? 'a promised upload')
  }
}

/** No upload can be found whose file is not there and whole, promised or not. */
async function checkUploads(): Promise<void> {
  const database = new Database(join(temporary.folder, 'parley.db'), { readonly: true })
  const rows = database.prepare<{ id: string; sha256: string }, []>('SELECT * FROM uploads').all()
  database.close()
  for (const { id, sha256: stored } of rows) {
    const file = Bun.file(join(temporary.folder, 'uploads', id))
    expect(sha256(await file.bytes())).toBe(stored)
  }
}

/** Whole: every version that is listed has its two files, and they are what their names say. */
async function checkWhole(registry: Registry, artifactOf: Map<string, string>): Promise<void> {
  for (const model of await registry.listModels()) {
    const versions = await registry.listVersions(model.name)
    expect(versions.length).toBe(model.versionCount)
    expect(versions.length).toBeGreaterThan(0)
    if (model.liveVersion !== null) {
      expect(versions.map((version) => version.number)).toContain(model.liveVersion)
    }
    for (const version of versions) {
      expect(sha256(await registry.readArtifact(version.artifactSha256))).toBe(
        version.artifactSha256,
      )
      expect(sha256(await registry.readArtifact(version.originalSha256))).toBe(
        version.originalSha256,
      )
      // A number means one artifact for ever.
      const key = `${model.name}@${version.number}`
      expect(artifactOf.get(key) ?? version.artifactSha256).toBe(version.artifactSha256)
      artifactOf.set(key, version.artifactSha256)
    }
  }
}

/** Whether a begun delete happened is known once the registry was asked; either way all of it, or nothing. */
async function settleUncertain(registry: Registry, promises: Promises): Promise<void> {
  const name = promises.uncertain
  if (name === null) return
  const left = await registry.listVersions(name)
  const promised = promises.versions.get(name) ?? new Set()
  if (left.length === 0) promises.versions.delete(name)
  else expect(left.length).toBeGreaterThanOrEqual(promised.size)
  promises.uncertain = null
}
