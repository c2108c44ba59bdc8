// Keys over HTTP: what needs one, what one may do, how fast, and what the log says of it.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createPage } from '#api/web/page.ts'
import { makeApiKey, type NewApiKey } from '#core/people/api-key.ts'
import { createKeyring, type Keyring } from '#core/people/keyring.ts'
import { createRateLimiter, RATE_LIMITS } from '#core/people/rate-limits.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'
import { CHURN_FILE, ROW, smallAgent, storeModel } from './support.ts'

let own: TestPorts
let keyring: Keyring
let server: ParleyServer
let clockMs = 0

beforeAll(async () => {
  own = await createTestPorts()
  keyring = createKeyring({ store: own.registry, now: Date.now, logger: own.logger })
  const ports = { ...own, rates: createRateLimiter({ monotonicMs: () => clockMs }) }
  await storeModel(own)
  await storeModel(own, { name: 'iris', bias: 1 })
  server = createServer({
    ports,
    agent: smallAgent(ports),
    page: createPage(),
    port: 0,
    principalOf: createRequestPrincipals({ keyring, local: null, surface: 'rest' }),
  })
})
afterAll(async () => {
  await server.stop({ drainMs: 200 })
  await keyring.close()
  await own.close()
})

async function create(changes: Partial<NewApiKey> = {}): Promise<string> {
  const made = makeApiKey(
    {
      name: 'ci',
      role: 'viewer',
      scopes: null,
      models: null,
      expiresAtMs: null,
      createdBy: 'local',
      ...changes,
    },
    { randomBytes, nowMs: Date.now() },
  )
  await own.registry.createApiKey(made.stored)
  return made.key
}

interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are matched against literals
  readonly body: any
}

async function ask(
  key: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Asked> {
  const form = body instanceof FormData
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && !form && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : null,
  }
}

const PREDICT = ['POST', '/api/predict/churn', ROW] as const

describe('without a key', () => {
  test.each([
    ['GET', '/api/models', undefined],
    ['POST', '/api/predict/churn', ROW],
    ['POST', '/predict', ROW],
    ['POST', '/api/predict/churn/batch', ROW],
    ['POST', '/api/chat', { message: 'hello' }],
    ['POST', '/api/operations/list_models', {}],
    ['POST', '/api/uploads', new FormData()],
    ['GET', '/api/models/churn/openapi.json', undefined],
    ['GET', '/api/audit', undefined],
    ['GET', '/metrics', undefined],
    ['DELETE', '/api/models/churn', undefined],
  ])('%s %s is 401 and says what to send', async (method, path, body) => {
    const { status, headers, body: answer } = await ask(null, method, path, body)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="Parley"')
    expect(answer.error.code).toBe('unauthorized')
    expect(answer.error.message).toContain('Authorization: Bearer parley_')
  })

  test.each(['/health', '/', '/docs', '/openapi.json'])('%s is open', async (path) => {
    expect((await ask(null, 'GET', path)).status).toBe(200)
  })

  test.each(['parley_', 'x', `parley_000000000000_${'0'.repeat(40)}`])(
    'the key %p is none',
    async (key) => {
      expect((await ask(key, ...PREDICT)).status).toBe(401)
    },
  )
})

describe('a key', () => {
  test('of a viewer predicts and reads, and is told what it lacks for more', async () => {
    const key = await create()
    expect((await ask(key, ...PREDICT)).status).toBe(200)
    expect((await ask(key, 'GET', '/api/models')).status).toBe(200)
    const refused = await ask(key, 'POST', '/api/models/churn/undeploy')
    expect(refused.status).toBe(403)
    expect(refused.body.error.message).toContain('needs the role deployer')
    expect((await ask(key, 'GET', '/api/audit')).status).toBe(403)
    // Refused for who asks before anything is said of what was sent.
    const upload = await ask(key, 'POST', '/api/models', { not: 'a form' })
    expect(upload.status).toBe(403)
  })

  test('that has expired or was revoked opens nothing', async () => {
    const expired = await create({ expiresAtMs: Date.now() - 1 })
    expect((await ask(expired, ...PREDICT)).status).toBe(401)
    const key = await create()
    const id = key.split('_')[1] ?? ''
    await own.registry.revokeApiKey(id)
    expect((await ask(key, ...PREDICT)).status).toBe(401)
  })

  test('that is limited to a scope does only that, on every way to it', async () => {
    const key = await create({ role: 'admin', scopes: ['predict'] })
    expect((await ask(key, ...PREDICT)).status).toBe(200)
    for (const [method, path] of [
      ['GET', '/api/models'],
      ['GET', '/api/models/churn/openapi.json'],
      ['POST', '/api/predict/churn/batch'],
      ['DELETE', '/api/models/churn'],
      ['GET', '/api/audit'],
      ['GET', '/metrics'],
    ] as const) {
      expect([path, (await ask(key, method, path)).status]).toEqual([path, 403])
    }
    const talk = await ask(key, 'POST', '/api/chat', { message: 'run list_models' })
    expect(talk.body.steps[0]).toMatchObject({ status: 'failed', error: { code: 'forbidden' } })
    const describeOnly = await create({ scopes: ['describe_model'] })
    expect((await ask(describeOnly, ...PREDICT)).status).toBe(403)
    expect((await ask(describeOnly, 'POST', '/api/predict/churn/versions/1', ROW)).status).toBe(403)
  })

  test('confirms with what was given to it, not with what another key was given', async () => {
    const [ann, bob] = await Promise.all([create({ role: 'admin' }), create({ role: 'admin' })])
    await ask(ann, 'POST', '/api/operations/deploy_model', { sample: 'iris', name: 'doomed' })
    const asked = await ask(ann, 'DELETE', '/api/models/doomed')
    expect([asked.status, asked.body.error.code]).toEqual([409, 'needs_confirmation'])
    const path = `/api/models/doomed?confirmation=${asked.body.error.confirmation}`
    const refused = await ask(bob, 'DELETE', path)
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringContaining('made for another person'),
    ])
    expect((await ask(ann, 'DELETE', path)).status).toBe(200)
    expect((await ask(ann, 'DELETE', path)).status).toBe(404)
  })

  test('may send a file only where an operation that takes one may be run', async () => {
    const send = async (key: string, method: string, path: string) => {
      const form = new FormData()
      form.append('file', new File(['a,b\n1,2\n'], 'rows.csv'))
      const headers = { authorization: `Bearer ${key}` }
      const body = method === 'POST' ? { body: form } : {}
      const response = await fetch(server.url + path, { method, headers, ...body })
      return { status: response.status, body: await response.json() }
    }
    const scoring = await create({ scopes: ['predict_batch'] })
    const sent = await send(scoring, 'POST', '/api/uploads')
    expect(sent.status).toBe(201)
    for (const scopes of [['predict'], ['write']]) {
      const refused = await send(await create({ scopes }), 'POST', '/api/uploads')
      expect([scopes, refused.status]).toEqual([scopes, 403])
      expect(refused.body.error.message).toContain('deploy_model, predict_batch or train_model')
    }
    const deployer = await create({ role: 'deployer', scopes: ['write'] })
    expect((await send(deployer, 'POST', '/api/uploads')).status).toBe(201)
    const path = `/api/uploads/${sent.body.upload}`
    expect((await send(deployer, 'DELETE', path)).status).toBe(404)
    expect((await send(scoring, 'DELETE', path)).body).toMatchObject({ deleted: true })
    expect((await send(scoring, 'DELETE', path)).status).toBe(404)
  })

  test('that is limited to a model cannot tell whether there are others', async () => {
    const key = await create({ role: 'admin', models: ['churn'] })
    expect((await ask(key, ...PREDICT)).status).toBe(200)
    expect((await ask(key, 'POST', '/predict', ROW)).status).toBe(200)
    const listed = await ask(key, 'GET', '/api/models')
    expect(listed.body.models.map((model: { name: string }) => model.name)).toEqual(['churn'])
    for (const name of ['iris', 'nothing']) {
      for (const [method, path] of [
        ['POST', `/api/predict/${name}`],
        ['POST', `/api/predict/${name}/versions/1`],
        ['POST', `/api/predict/${name}/batch`],
        ['POST', `/api/predict/${name}/versions/1/batch`],
        ['GET', `/api/models/${name}`],
        ['GET', `/api/models/${name}/versions`],
        ['GET', `/api/models/${name}/openapi.json`],
        ['POST', `/api/models/${name}/undeploy`],
        ['DELETE', `/api/models/${name}`],
      ] as const) {
        const body = path.endsWith('batch') || method !== 'POST' ? undefined : ROW
        const response = await fetch(server.url + path, {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': path.endsWith('batch') ? 'text/csv' : 'application/json',
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const answer = await response.json()
        expect([path, response.status]).toEqual([path, 403])
        expect(answer.error.message).toContain(`You may use churn only; “${name}”`)
      }
    }
    const metrics = await ask(key, 'GET', '/metrics')
    expect([metrics.status, metrics.text.includes('iris')]).toEqual([403, false])
    expect((await ask(await create(), 'GET', '/metrics')).status).toBe(200)
    expect(await own.registry.findModel('iris')).toMatchObject({ liveVersion: 1 })
  })

  test("sees no upload of another's", async () => {
    const [ann, bob] = [await create({ role: 'admin' }), await create({ role: 'admin' })]
    const form = new FormData()
    form.append('file', Bun.file(CHURN_FILE))
    const { body } = await ask(ann, 'POST', '/api/uploads', form)
    const theft = await ask(bob, 'POST', '/api/operations/deploy_model', { upload: body.upload })
    expect(theft.status).toBe(404)
    expect((await ask(bob, 'GET', `/api/uploads/${body.upload}`)).status).toBe(404)
    expect((await ask(null, 'GET', `/api/uploads/${body.upload}`)).status).toBe(401)
    const own = await ask(ann, 'GET', `/api/uploads/${body.upload}`)
    expect(own.status).toBe(200)
    expect(own.headers.get('content-type')).toBe('application/octet-stream')
  })

  test('gets the table that was scored for it from the address in the answer, under its name', async () => {
    const key = await create()
    const form = new FormData()
    const table = `${Object.keys(ROW).join(',')}\n${Object.values(ROW).join(',')}\n`
    form.append('file', new File([table], 'März "neu".csv'))
    const { body } = await ask(key, 'POST', '/api/uploads', form)
    const batch = await ask(key, 'POST', '/api/operations/predict_batch', {
      model: 'churn',
      upload: body.upload,
    })
    const scored = await ask(key, 'GET', `/api/uploads/${batch.body.result.upload}`)
    expect(scored.status).toBe(200)
    expect(scored.text).toStartWith('tenure,')
    expect(scored.text.split('\n')[0]).toContain('predicted_label')
    const disposition = scored.headers.get('content-disposition') ?? ''
    expect(disposition).toStartWith("attachment; filename*=utf-8''M%C3%A4rz")
    expect(disposition).not.toContain('"')
  })
})

describe('the pace', () => {
  test('is told with each answer, and who is too fast waits', async () => {
    const key = await create()
    const first = await ask(key, ...PREDICT)
    expect(first.headers.get('ratelimit-limit')).toBe(String(RATE_LIMITS.request.capacity))
    expect(first.headers.get('ratelimit-remaining')).toBe(String(RATE_LIMITS.request.capacity - 1))
    expect(first.headers.get('ratelimit-reset')).toBe('1')
    let last = first
    for (let count = 1; count <= RATE_LIMITS.request.capacity; count += 1) {
      last = await ask(key, ...PREDICT)
    }
    expect(last.status).toBe(429)
    expect(last.headers.get('retry-after')).toBe('1')
    expect(last.body.error).toMatchObject({
      code: 'rate_limited',
      message: 'Too many requests at once. Try again in a second.',
    })
    expect((await ask(await create(), ...PREDICT)).status).toBe(200)
    clockMs += 10
    expect((await ask(key, ...PREDICT)).status).toBe(200)
  })

  test('of talk and of changes is slower', async () => {
    const key = await create({ role: 'deployer' })
    const say = () => ask(key, 'POST', '/api/chat', { message: 'hello' })
    for (let count = 0; count < RATE_LIMITS.turn.capacity; count += 1) {
      expect((await say()).status).toBe(200)
    }
    const refused = await say()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    const change = () => ask(key, 'POST', '/api/models/nothing/undeploy')
    for (let count = 0; count < RATE_LIMITS.change.capacity; count += 1) {
      expect((await change()).status).toBe(404)
    }
    expect((await change()).status).toBe(429)
  })
})

describe('the audit log', () => {
  test('is for admins without limits: who did what, newest first', async () => {
    const deployer = await create({ role: 'deployer', name: 'pipeline' })
    const admin = await create({ role: 'admin' })
    await ask(deployer, 'POST', '/api/models/iris/undeploy')
    await ask(deployer, 'DELETE', '/api/models/iris')
    const { status, body } = await ask(admin, 'GET', '/api/audit?model=iris&since=1h&limit=2')
    expect(status).toBe(200)
    expect(body.entries).toMatchObject([
      { operation: 'delete_model', model: 'iris', outcome: 'forbidden' },
      {
        principal: `key:${deployer.split('_')[1]}`,
        display: 'pipeline',
        surface: 'rest',
        operation: 'undeploy_model',
        model: 'iris',
        outcome: 'done',
      },
    ])
    const limited = await create({ role: 'admin', models: ['churn'] })
    expect((await ask(limited, 'GET', '/api/audit')).status).toBe(403)
  })

  test.each(['since=yesterday', 'limit=0', 'limit=100000', 'limit=x'])(
    'refuses %s in a sentence',
    async (query) => {
      const { status, body } = await ask(
        await create({ role: 'admin' }),
        'GET',
        `/api/audit?${query}`,
      )
      expect(status).toBe(422)
      expect(body.error.details[0].path).toBe(query.split('=')[0])
    },
  )
})

test('keys that cannot be looked up are 503, not 401 and not 200', async () => {
  const broken = createServer({
    ports: own,
    agent: smallAgent(own),
    port: 0,
    principalOf: () => Promise.reject(new Error('the database is locked')),
  })
  const response = await fetch(`${broken.url}/api/models`)
  expect(response.status).toBe(503)
  expect((await fetch(`${broken.url}/health`)).status).toBe(200)
  await broken.stop({ drainMs: 100 })
})
