// Three servers on one PostgreSQL and one S3, as an installation on many machines runs them; and both taken away.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts'
import {
  type PrivatePostgres,
  startPrivatePostgres,
  whyNoServer,
} from '../support/private-postgres.ts'
import { type PrivateRedis, startPrivateRedis, whyNoRedis } from '../support/private-redis.ts'

const ROOT = resolve(import.meta.dir, '../..')
const READY = /is ready: (http:\/\/127\.0\.0\.1:\d+)/
const SLOW_MS = 60_000
/** News come in milliseconds; a busy machine may take longer, and one that never hears them is found. */
const HEARD_WITHIN_MS = 8_000
const CUSTOMER = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

let database: PrivatePostgres
let s3: LoopbackS3
let redis: PrivateRedis
let folder: string
const replicas: { readonly url: string; readonly child: Bun.Subprocess }[] = []

async function startReplica(number: number) {
  const { bucket, endpoint, accessKeyId, secretAccessKey } = s3.settings('')
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      PARLEY_DATA: join(folder, `replica-${number}`),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PARLEY_ARTIFACTS: `s3://${bucket}/models`,
      AWS_ENDPOINT_URL: endpoint ?? '',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  let printed = ''
  while (!READY.test(printed)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`a replica ended early: ${printed}`)
    printed += new TextDecoder().decode(value)
  }
  reader.releaseLock()
  return { url: READY.exec(printed)?.[1] ?? '', child }
}

async function ask(replica: number, path: string, body?: unknown) {
  const response = await fetch(`${replicas[replica]?.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return { status: response.status, body: await response.json() }
}

const predict = (replica: number) => ask(replica, '/api/predict/churn', CUSTOMER)
const deploy = (replica: number, sample: string, wishes = {}) =>
  ask(replica, '/api/operations/deploy_model', { sample, ...wishes })

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + HEARD_WITHIN_MS
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`never came true: ${what}`)
    await Bun.sleep(20)
  }
}

describe.skipIf((whyNoServer ?? whyNoRedis) !== null)('three replicas on one database', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-replicas-'))
    ;[database, s3, redis] = await Promise.all([
      startPrivatePostgres(),
      startLoopbackS3(),
      startPrivateRedis(),
    ])
    // All at once, on a database without tables.
    replicas.push(...(await Promise.all([0, 1, 2].map(startReplica))))
  }, SLOW_MS)
  afterAll(async () => {
    for (const { child } of replicas) child.kill('SIGTERM')
    await Promise.all(replicas.map(({ child }) => child.exited))
    await Promise.all([database?.remove(), s3?.stop(), redis?.stop()])
    await rm(folder, { recursive: true, force: true })
  }, SLOW_MS)

  test(
    'serve what is deployed on one of them, and the version that is put live on another',
    async () => {
      const deployed = await deploy(0, 'churn')
      expect(deployed).toMatchObject({ status: 200, body: { version: 1, deployed: true } })
      const first = await Promise.all([0, 1, 2].map(predict))
      expect(first.map(({ status }) => status)).toEqual([200, 200, 200])
      expect(new Set(first.map(({ body }) => body.model_version)).size).toBe(1)
      await deploy(1, 'churn', { positive_label: 'No' })
      const version = async (replica: number) => (await predict(replica)).body.model_version
      for (const replica of [0, 1, 2]) {
        await until(`replica ${replica} has version 2`, async () =>
          (await version(replica)).startsWith('2-'),
        )
      }
      await ask(2, '/api/models/churn/versions/1/promote', {})
      for (const replica of [0, 1, 2]) {
        await until(`replica ${replica} is back on version 1`, async () =>
          (await version(replica)).startsWith('1-'),
        )
      }
    },
    SLOW_MS,
  )

  test(
    'an upload to one is deployed on another, and a conversation goes on on a third',
    async () => {
      const form = new FormData()
      const bytes = await Bun.file(join(ROOT, 'models/price/price_model.pkl')).bytes()
      form.append('file', new File([bytes], 'price_model.pkl'))
      form.append('deploy', 'false')
      const sent = await fetch(`${replicas[0]?.url}/api/models`, { method: 'POST', body: form })
      expect(sent.status).toBe(201)
      const begun = await ask(1, '/api/chat', { message: 'predict churn for 24 months tenure' })
      expect(begun.body.steps.at(-1).status).toBe('needs_input')
      const ended = await ask(2, '/api/chat', {
        message: '$70 monthly and $1680 total',
        conversation_id: begun.body.conversation_id,
      })
      expect(ended.body.steps.at(-1)).toMatchObject({
        operation: 'predict',
        status: 'done',
        input: { model: 'churn', features: CUSTOMER },
      })
    },
    SLOW_MS,
  )

  test(
    'take a training from the queue, and tell of it on every replica',
    async () => {
      const begun = await fetch(`${replicas[0]?.url}/api/operations/train_model`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'respond-async' },
        body: JSON.stringify({ data: 'iris', learner: 'logreg' }),
      })
      expect(begun.status).toBe(202)
      const { address } = await begun.json()
      await until('the training is done', async () => {
        const seen = await Promise.all([0, 1, 2].map((replica) => ask(replica, address)))
        return seen.every(({ body }) => body.status === 'done' && body.result.result.upload !== '')
      })
    },
    SLOW_MS,
  )

  test(
    'confirm on one what was asked on another, and say that Redis is away when it is',
    async () => {
      await deploy(0, 'iris')
      const remove = async (replica: number, query = '') => {
        const address = `${replicas[replica]?.url}/api/models/iris${query}`
        const response = await fetch(address, { method: 'DELETE' })
        return { status: response.status, body: await response.json() }
      }
      const asked = await remove(0)
      expect(asked).toMatchObject({ status: 409, body: { error: { code: 'needs_confirmation' } } })
      const token = asked.body.error.confirmation
      expect((await remove(1, `?confirmation=${token}`)).status).toBe(200)
      expect((await remove(2, `?confirmation=${token}`)).status).toBe(404)
      await redis.stop()
      const health = await ask(0, '/health')
      expect(health.body.problems).toEqual([
        'Redis cannot be reached: limits and confirmations are kept by each replica for itself.',
      ])
      expect((await predict(0)).status).toBe(200)
      await redis.start()
      await until(
        'Redis is there again',
        async () => (await ask(0, '/health')).body.status === 'ok',
      )
    },
    SLOW_MS,
  )

  test(
    'predict from memory while PostgreSQL is away, say so, refuse to write, and recover by themselves',
    async () => {
      await database.stop()
      for (const replica of [0, 1, 2]) {
        expect((await predict(replica)).status).toBe(200)
        const health = await ask(replica, '/health')
        expect(health).toMatchObject({ status: 200, body: { status: 'degraded' } })
        expect(health.body.problems[0]).toMatch(
          /^The registry (?:cannot be used now|does not answer)/,
        )
      }
      const refused = await deploy(0, 'iris')
      expect(refused.status).toBe(503)
      expect(refused.body.error.code).toBe('unavailable')
      expect(JSON.stringify(refused.body)).not.toContain('127.0.0.1')
      await database.start()
      for (const replica of [0, 1, 2]) {
        await until(
          `replica ${replica} is well`,
          async () => (await ask(replica, '/health')).body.status === 'ok',
        )
      }
      expect((await deploy(0, 'iris')).status).toBe(200)
      // The news of what came after the outage are heard as before it.
      await ask(1, '/api/models/churn/versions/2/promote', {})
      for (const replica of [0, 1, 2]) {
        await until(`replica ${replica} hears of version 2`, async () =>
          (await predict(replica)).body.model_version.startsWith('2-'),
        )
      }
    },
    SLOW_MS,
  )

  test(
    'predict while S3 is away, refuse new models, and recover',
    async () => {
      await s3.pause()
      expect((await predict(0)).status).toBe(200)
      const health = await ask(0, '/health')
      expect(health.body).toEqual({
        status: 'degraded',
        problems: ['Files cannot be stored or read now: S3 cannot be reached.'],
      })
      const refused = await deploy(1, 'price')
      expect(refused.status).toBe(503)
      await s3.resume()
      await until('S3 is there again', async () => (await ask(0, '/health')).body.status === 'ok')
      expect((await deploy(1, 'price')).status).toBe(200)
    },
    SLOW_MS,
  )
})
