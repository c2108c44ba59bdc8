// The frame around every route: unknown addresses, wrong methods, other sites, logs and metrics.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createLogger } from '#api/logging.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { keepingLogger, ROW, sendRaw, startServer, storeModel, type TestServer } from './support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer({
    page: (request) => (new URL(request.url).pathname === '/' ? new Response('the page') : null),
  })
  await storeModel(parley.ports)
})
afterAll(() => parley.close())

describe('every answer', () => {
  test('is never sniffed nor kept, and carries the request id', async () => {
    for (const path of ['/health', '/api/models', '/nothing', '/docs', '/metrics']) {
      const { headers } = await fetch(parley.url + path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-request-id')).toBeString()
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('to an unknown address is a 404 in the common form, and "/" is the page', async () => {
    for (const path of ['/nothing', '/api', '/api/models/churn/x', '/api/operations/fly']) {
      const { status, body } = await parley.ask('GET', path)
      expect([status, body.error.code]).toEqual([404, 'not_found'])
    }
    expect(await (await fetch(parley.url)).text()).toBe('the page')
  })

  test('to a wrong method is a 405 that names the right ones', async () => {
    for (const [method, path, allow] of [
      ['GET', '/api/predict/churn', 'POST'],
      ['PUT', '/api/models/churn', 'GET, DELETE, HEAD'],
      ['DELETE', '/health', 'GET, HEAD'],
      ['OPTIONS', '/api/models', 'POST, GET, HEAD'],
      ['GET', '/api/operations/list_models', 'POST'],
    ] as const) {
      const { status, headers, body } = await parley.ask(method, path)
      expect([status, headers.get('allow')]).toEqual([405, allow])
      expect(body.error.code).toBe('malformed_request')
    }
  })

  test('to HEAD has no body', async () => {
    const response = await fetch(`${parley.url}/health`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})

test('health is exactly what others rely on', async () => {
  const { status, body } = await parley.ask('GET', '/health')
  expect([status, body]).toEqual([200, { status: 'ok' }])
})

describe('a page of another site', () => {
  test('changes nothing and reads nothing', async () => {
    const predict = await fetch(`${parley.url}/api/predict/churn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: JSON.stringify(ROW),
    })
    expect([predict.status, predict.headers.get('access-control-allow-origin')]).toEqual([
      403,
      null,
    ])
    const form = new FormData()
    form.append('file', new File(['x'], 'churn.pkl'))
    const upload = await fetch(`${parley.url}/api/models`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: form,
    })
    expect(upload.status).toBe(403)
    const remove = await fetch(`${parley.url}/api/models/churn`, {
      method: 'DELETE',
      headers: { origin: 'null' },
    })
    expect(remove.status).toBe(403)
    expect((await parley.ask('GET', '/api/models/churn')).status).toBe(200)
  })

  test('cannot come in by a name that it points here', async () => {
    const text = await sendRaw(parley.url, 'GET /api/models HTTP/1.1\r\nHost: evil.example\r\n\r\n')
    expect(text).toStartWith('HTTP/1.1 403')
    expect(text).not.toContain('churn')
  })
})

test('who asks can be decided by the request, and nobody is told to bring a key', async () => {
  const keyed = await startServer({
    principalOf: (request) =>
      request.headers.get('authorization') === 'Bearer viewer'
        ? { id: 'key:1', role: 'viewer', surface: 'rest' }
        : null,
  })
  expect((await keyed.ask('GET', '/api/models')).body.error.code).toBe('unauthorized')
  const asViewer = (method: string, path: string) =>
    fetch(keyed.url + path, { method, headers: { authorization: 'Bearer viewer' } })
  expect((await asViewer('GET', '/api/models')).status).toBe(200)
  expect((await asViewer('DELETE', '/api/models/churn')).status).toBe(403)
  await keyed.close()
})

describe('the log', () => {
  test('has one line a request, with the pattern of the route and no value of it', async () => {
    const before = parley.lines.length
    await parley.ask('POST', '/api/predict/churn?secret=7331', { ...ROW, total_charges: 987.125 })
    await parley.ask('POST', '/api/predict/churn', { tenure: 'my-private-value' })
    await parley.ask('GET', '/api/models/private-name')
    const requests = parley.lines.slice(before).filter(({ message }) => message === 'request')
    expect(requests[0]).toEqual({
      level: 'info',
      message: 'request',
      fields: {
        request_id: expect.any(String),
        method: 'POST',
        route: '/api/predict/{name}',
        status: 200,
        latency_ms: expect.any(Number),
        model: 'churn',
        model_version: expect.stringMatching(/^1-/),
        rows: 1,
      },
    })
    expect(requests[1]?.fields).toMatchObject({ status: 422, code: 'invalid_input' })
    expect(requests[2]?.fields).toMatchObject({ route: '/api/models/{name}', status: 404 })
    const text = JSON.stringify(parley.lines.slice(before))
    for (const secret of ['7331', '987.125', 'my-private-value', 'private-name']) {
      expect(text).not.toContain(secret)
    }
  })

  test('is JSON lines where it is asked for, and silent otherwise', () => {
    const written: string[] = []
    const destination = { write: (line: string) => void written.push(line) }
    createLogger({ destination }).error({ a: 1 }, 'nothing')
    expect(written).toEqual([])
    createLogger({ level: 'info', destination }).info({ status: 200 }, 'request')
    expect(JSON.parse(written[0] ?? '')).toEqual({
      level: 30,
      time: expect.any(String),
      status: 200,
      msg: 'request',
    })
  })

  test('at the level of errors has lines of failures that are ours alone', async () => {
    const written: string[] = []
    const destination = { write: (line: string) => void written.push(line) }
    const quiet = await startServer({ logger: createLogger({ level: 'error', destination }) })
    await quiet.ask('GET', '/api/models')
    await quiet.ask('GET', '/nothing')
    expect(written).toEqual([])
    quiet.ports.registry.findModel = () => {
      throw new Error('a bug')
    }
    const { status } = await quiet.ask('GET', '/api/models/churn/openapi.json')
    await quiet.close()
    const lines = written.map((line): unknown => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ level: 50, msg: 'request', status })
  })
})

describe('what breaks inside', () => {
  test('is told without a word of the inside, and logged without its message', async () => {
    const { logger, lines } = keepingLogger()
    const broken = await startServer({ logger })
    const { registry } = broken.ports
    registry.findModel = () => {
      throw new Error('row 42 in /srv/secret/parley.db')
    }
    const { status, body } = await broken.ask('GET', '/api/models/churn/openapi.json')
    expect([status, body.error.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toContain('secret')
    expect(lines.some(({ level }) => level === 'error')).toBe(true)
    expect(JSON.stringify(lines)).not.toContain('row 42')
    registry.findModel = () => {
      throw new RegistryUnavailable('The disk is full.')
    }
    const full = await broken.ask('GET', '/api/models/churn/openapi.json')
    expect([full.status, full.body.error.message]).toEqual([503, 'The disk is full.'])
    await broken.close()
  })
})

describe('metrics', () => {
  test('count requests by route and status, and time predictions by model and version', async () => {
    const counted = await startServer()
    await storeModel(counted.ports)
    for (let index = 0; index < 3; index += 1) await counted.ask('POST', '/api/predict/churn', ROW)
    await counted.ask('POST', '/api/predict/churn', { tenure: 1 })
    await counted.ask('GET', '/nowhere')
    const response = await fetch(`${counted.url}/metrics`)
    const text = await response.text()
    expect(response.headers.get('content-type')).toStartWith('text/plain; version=0.0.4')
    const line = (start: string) => text.split('\n').find((one) => one.startsWith(start))
    const route = 'parley_http_requests_total{method="POST",route="/api/predict/{name}"'
    expect(line(`${route},status="200"}`)).toEndWith(' 3')
    expect(line(`${route},status="422"}`)).toEndWith(' 1')
    expect(line('parley_http_requests_total{method="GET",route="(none)",status="404"}')).toEndWith(
      ' 1',
    )
    expect(line('parley_prediction_errors_total{model="churn"')).toEndWith(' 1')
    expect(line('parley_prediction_duration_seconds_count{model="churn"')).toEndWith(' 4')
    expect(line('parley_models_loaded')).toEndWith(' 1')
    const buckets = text
      .split('\n')
      .filter((one) => one.startsWith('parley_prediction_duration_seconds_bucket'))
      .map((one) => Number(one.split(' ').at(-1)))
    expect(buckets.at(-1)).toBe(4)
    expect(buckets).toEqual([...buckets].sort((left, right) => left - right))
    for (const one of text.split('\n').filter((part) => part !== '' && !part.startsWith('#'))) {
      expect(one).toMatch(/^[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? -?[0-9.e+-]+$/)
    }
    await counted.close()
  })
})

describe('slow senders', () => {
  test('keep nobody else waiting', async () => {
    const head = `POST /api/predict/churn HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"ten`
    const slow = Array.from({ length: 50 }, () => sendRaw(parley.url, head, { quietMs: 800 }))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => parley.ask('POST', '/api/predict/churn', ROW)),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const cut = await Promise.all(slow)
    expect(cut.every((text) => text === '')).toBe(true)
    expect((await parley.ask('GET', '/health')).status).toBe(200)
  })

  test('a JSON body in pieces is read like any other, and one past the limit is cut', async () => {
    const pieces = (count: number) =>
      new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(
            Buffer.from('{"tenure": 24, "monthly_charges": 70, "total_charges": 1680'),
          )
          for (let index = 0; index < count; index += 1) {
            controller.enqueue(Buffer.alloc(64 * 1024, ' '))
            await Bun.sleep(0)
          }
          controller.enqueue(Buffer.from('}'))
          controller.close()
        },
      })
    const send = (count: number) =>
      fetch(`${parley.url}/api/predict/churn`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: pieces(count),
      })
    expect((await send(3)).status).toBe(200)
    const large = await send(200)
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({ error: { code: 'too_large' } })
  })
})
