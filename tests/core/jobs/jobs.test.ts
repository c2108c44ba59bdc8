// What every runner of jobs promises, in one process and in a queue of several; and what only a queue can.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { succeed } from '#core/errors.ts'
import type { Jobs, JobWork, RunWork } from '#core/jobs/jobs.ts'
import { createLocalJobs } from '#core/jobs/local-jobs.ts'
import { type PrivateRedis, startPrivateRedis, whyNoRedis } from '../../support/private-redis.ts'
import { randomId } from '../registry/sample-version.ts'
import { openTestQueue } from './test-queue.ts'

const PRINCIPAL = { id: 'key:ann', role: 'deployer', surface: 'rest' } as const
const workOf = (input: unknown): JobWork => ({
  operation: 'train_model',
  input,
  principal: PRINCIPAL,
  requestId: 'r1',
})
const still = { signal: new AbortController().signal, progress: () => undefined }

/** Answers its input doubled, says how far it is, and goes on until it is told to stop where the input says so. */
const runWork: RunWork = async ({ input }, { signal, progress }) => {
  const { number, waits } = input as { number: number; waits?: boolean }
  progress({ fraction: 0.5, message: 'half' })
  while (waits === true && !signal.aborted) await Bun.sleep(10)
  if (signal.aborted) {
    return { ok: false, failure: { code: 'cancelled', message: 'Stopped.', details: [] } }
  }
  return succeed({ doubled: number * 2 })
}

let redis: PrivateRedis | null = null
beforeAll(async () => {
  if (whyNoRedis === null) redis = await startPrivateRedis()
})
afterAll(() => redis?.stop())

const openQueue = (work: RunWork = runWork) => openTestQueue(redis?.url ?? '', work)

async function untilStatus(jobs: Jobs, id: string, status: string): Promise<void> {
  const endMs = performance.now() + 10_000
  while ((await jobs.find(id))?.status !== status) {
    if (performance.now() > endMs) throw new Error(`the job never was ${status}`)
    await Bun.sleep(10)
  }
}

const ADAPTERS = [
  ['in this process', async () => createLocalJobs({ runWork, now: Date.now }), null],
  ['in a queue', () => openQueue(), whyNoRedis],
] as const

for (const [name, open, why] of ADAPTERS) {
  describe.skipIf(why !== null)(`jobs ${name}`, () => {
    let jobs: Jobs
    beforeEach(async () => {
      jobs = await open()
    })
    afterEach(() => jobs.close())

    test('are answered with what the work gave, tell their progress, and can be looked up afterwards', async () => {
      const id = randomId()
      const heard: string[] = []
      const outcome = await jobs.run(id, workOf({ number: 21 }), {
        ...still,
        progress: ({ message }) => heard.push(message),
      })
      expect(outcome).toEqual({ ok: true, value: { doubled: 42 } })
      expect(heard).toContain('half')
      expect(await jobs.find(id)).toMatchObject({
        id,
        operation: 'train_model',
        owner: 'key:ann',
        status: 'done',
        progress: { fraction: 0.5, message: 'half' },
        outcome: { ok: true, value: { doubled: 42 } },
      })
      expect(await jobs.find(randomId())).toBe(null)
    })

    test('are cancelled by their id, and by who waits for them', async () => {
      const [first, second] = [randomId(), randomId()]
      const running = jobs.run(first, workOf({ number: 1, waits: true }), still)
      await untilStatus(jobs, first, 'running')
      await jobs.cancel(first)
      expect(await running).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
      expect((await jobs.find(first))?.status).toBe('failed')
      const controller = new AbortController()
      const waited = jobs.run(second, workOf({ number: 1, waits: true }), {
        ...still,
        signal: controller.signal,
      })
      await untilStatus(jobs, second, 'running')
      controller.abort()
      expect(await waited).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
      // What has ended stays as it is.
      await jobs.cancel(first)
      expect((await jobs.find(first))?.status).toBe('failed')
    })
  })
}

describe.skipIf(whyNoRedis !== null)('a queue of several replicas', () => {
  test('gives a job to whoever has room, and tells every replica of it', async () => {
    const never: RunWork = () => new Promise(() => undefined)
    const busy = await openQueue(never)
    void busy.run(randomId(), workOf({ number: 0 }), still)
    await Bun.sleep(100)
    const [idle, id] = [await openQueue(), randomId()]
    expect(await busy.run(id, workOf({ number: 4 }), still)).toEqual({
      ok: true,
      value: { doubled: 8 },
    })
    expect((await idle.find(id))?.status).toBe('done')
    const waiting = busy.run(randomId(), workOf({ number: 5 }), still)
    expect(await waiting).toEqual({ ok: true, value: { doubled: 10 } })
    await Promise.all([busy.close(), idle.close()])
    await redis?.stop()
    await redis?.start()
  })

  test('a job survives the death of the process that ran it', async () => {
    const child = Bun.spawn(
      [process.execPath, resolve(import.meta.dir, 'doomed-worker.ts'), redis?.url ?? ''],
      { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
    )
    const reader = child.stdout.getReader()
    const said = async () => new TextDecoder().decode((await reader.read()).value)
    expect(await said()).toContain('ready')
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    // Busy with one of the two, so that the other is taken by who dies with it.
    const asking = await openQueue(async () => {
      await released
      return succeed({ by: 'another' })
    })
    const ids = [randomId(), randomId()]
    const running = ids.map((id) => asking.run(id, workOf({ number: 1 }), still))
    expect(await said()).toContain('took')
    child.kill('SIGKILL')
    await child.exited
    release()
    expect(await Promise.all(running)).toEqual(ids.map(() => succeed({ by: 'another' })))
    await asking.close()
  }, 20_000)

  test('a job that is asked for while Redis is away runs here', async () => {
    const jobs = await openQueue()
    await redis?.stop()
    expect(await jobs.run(randomId(), workOf({ number: 3 }), still)).toEqual({
      ok: true,
      value: { doubled: 6 },
    })
    await redis?.start()
    await jobs.close()
  }, 10_000)
})
