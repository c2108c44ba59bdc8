// Predictions over HTTP: the answer, the words of a refusal, and what happens to requests when versions change under them.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectedProbability, ROW, startServer, storeModel, type TestServer } from './support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
  await storeModel(parley.ports, { bias: 2 })
  await storeModel(parley.ports, { name: 'price', kind: 'regressor', bias: 100 })
  await storeModel(parley.ports, { name: 'resting', deploy: false })
})
afterAll(() => parley.close())

describe('a row', () => {
  test('is answered with label, probabilities, version, latency and request id', async () => {
    const { status, body, headers } = await parley.ask('POST', '/api/predict/churn', ROW)
    const probability = body.class_probabilities.Yes
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'model',
      'model_version',
      'task',
      'prediction',
      'predicted_label',
      'class_probabilities',
      'latency_ms',
      'request_id',
    ])
    expect(body).toMatchObject({
      model: 'churn',
      task: 'binary_classification',
      prediction: 'Yes',
      predicted_label: 'Yes',
    })
    expect(probability).toBeCloseTo(expectedProbability(ROW, 2), 5)
    expect(body.class_probabilities.No + probability).toBeCloseTo(1, 6)
    expect(body.model_version).toMatch(/^2-[0-9a-f]{12}$/)
    expect(body.latency_ms).toBeGreaterThan(0)
    expect(headers.get('x-request-id')).toBe(body.request_id)
  })

  test('of a regression is answered with a number', async () => {
    const { body } = await parley.ask('POST', '/api/predict/price', ROW)
    expect(body.task).toBe('regression')
    expect(body.prediction).toBeCloseTo(100 - 1.2 + 1.4 - 0.168, 4)
    expect(body).not.toHaveProperty('class_probabilities')
  })

  test('goes to an earlier version by its number, deployed or not', async () => {
    const first = await parley.ask('POST', '/api/predict/churn/versions/1', ROW)
    expect(first.body.class_probabilities.Yes).toBeCloseTo(expectedProbability(ROW), 5)
    expect(first.body.model_version).toMatch(/^1-/)
    const resting = await parley.ask('POST', '/api/predict/resting/versions/1', ROW)
    expect(resting.status).toBe(200)
  })

  test('may leave out or null what the model knows as missing, and write numbers as text', async () => {
    const full = { tenure: '24', monthly_charges: 70 }
    const absent = await parley.ask('POST', '/api/predict/churn', full)
    const given = await parley.ask('POST', '/api/predict/churn', { ...full, total_charges: null })
    expect(absent.status).toBe(200)
    expect(given.body.class_probabilities).toEqual(absent.body.class_probabilities)
  })

  test('keeps the id that the caller gave it, if it is one', async () => {
    const send = (id: string) =>
      fetch(`${parley.url}/api/predict/churn`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': id },
        body: JSON.stringify(ROW),
      })
    const kept = await send('trace-1.2_3')
    expect(await kept.json()).toMatchObject({ request_id: 'trace-1.2_3' })
    const replaced = await send('a b<script>')
    const { request_id } = (await replaced.json()) as { request_id: string }
    expect(request_id).not.toContain('script')
    expect(request_id.length).toBeGreaterThan(8)
  })

  test('keeps its own id in header and body among others at the same time', async () => {
    const ids = Array.from({ length: 64 }, (_, index) => `trace-${index}`)
    const answers = await Promise.all(
      ids.map(async (id) => {
        const response = await fetch(`${parley.url}/api/predict/churn`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-request-id': id },
          body: JSON.stringify(ROW),
        })
        const { request_id } = (await response.json()) as { request_id: string }
        return [response.headers.get('x-request-id'), request_id]
      }),
    )
    expect(answers).toEqual(ids.map((id) => [id, id]))
  })
})

describe('instances', () => {
  test('are answered one for each, in order', async () => {
    const rows = [ROW, { ...ROW, tenure: 1 }, { ...ROW, tenure: 70 }]
    const { status, body } = await parley.ask('POST', '/api/predict/churn', { instances: rows })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'model',
      'model_version',
      'predictions',
      'latency_ms',
      'request_id',
    ])
    for (const [index, row] of rows.entries()) {
      const prediction = body.predictions[index]
      expect(prediction.class_probabilities.Yes).toBeCloseTo(expectedProbability(row, 2), 5)
    }
  })

  test('may be none', async () => {
    const { status, body } = await parley.ask('POST', '/api/predict/churn', { instances: [] })
    expect([status, body.predictions]).toEqual([200, []])
  })

  test('are all checked, and every problem has its path', async () => {
    const { status, body } = await parley.ask('POST', '/api/predict/churn', {
      instances: [ROW, { ...ROW, tenure: 'long' }, { monthly_charge: 70, tenure: 1 }],
    })
    expect(status).toBe(422)
    const paths = body.error.details.map(({ path }: { path: string }) => path)
    expect(paths).toContain('instances[1].tenure')
    expect(paths).toContain('instances[2].monthly_charges')
    expect(JSON.stringify(body)).toContain('did you mean')
  })

  test('stand alone, are objects, and are not endless', async () => {
    const beside = await parley.ask('POST', '/api/predict/churn', { instances: [ROW], tenure: 1 })
    expect([beside.status, beside.body.error.details[0].path]).toEqual([422, 'tenure'])
    const numbers = await parley.ask('POST', '/api/predict/churn', { instances: [[24, 70, 1680]] })
    expect([numbers.status, numbers.body.error.details[0].path]).toEqual([422, 'instances[0]'])
    const many = Array.from({ length: 10_001 }, () => ({}))
    const endless = await parley.ask('POST', '/api/predict/churn', { instances: many })
    expect(endless.status).toBe(413)
  })
})

describe('a request that cannot be answered', () => {
  test('has the fields that are unknown, missing and mistyped, all at once', async () => {
    const { status, body } = await parley.ask('POST', '/api/predict/churn', {
      tenure: 'abc',
      monthly_charge: 70,
    })
    expect(status).toBe(422)
    expect(body.error.code).toBe('invalid_input')
    const paths = body.error.details.map(({ path }: { path: string }) => path).sort()
    expect(paths).toEqual(['monthly_charge', 'monthly_charges', 'tenure'])
  })

  test.each([
    ['[1, 2]', 422],
    ['"text"', 422],
    ['null', 422],
    ['{"tenure": NaN}', 400],
    ['{"tenure": 1e999}', 422],
    ['{', 400],
    ['', 400],
    [`[${'['.repeat(1000)}`, 400],
  ])('the body %p answers %p', async (text, status) => {
    const response = await fetch(`${parley.url}/api/predict/churn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { request_id: expect.any(String) } })
  })

  test('says where a malformed body breaks', async () => {
    const response = await fetch(`${parley.url}/api/predict/churn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{\n  "tenure": NaN\n}',
    })
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toBe(
      'The body is not valid JSON. Line 2, column 13: JSON has no NaN or Infinity; send null for a missing value.',
    )
  })

  test('is told which type to send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const response = await fetch(`${parley.url}/api/predict/churn`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(ROW),
      })
      expect(response.status).toBe(415)
      expect(await response.text()).toContain('application/json')
    }
  })

  test('names the nearest model, and says what to do with one that is not deployed', async () => {
    const unknown = await parley.ask('POST', '/api/predict/chrun', ROW)
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'not_found'])
    expect(unknown.body.error.message).toContain('churn')
    const resting = await parley.ask('POST', '/api/predict/resting', ROW)
    expect([resting.status, resting.body.error.code]).toEqual([409, 'conflict'])
    expect(resting.body.error.message).toContain('/promote')
    for (const version of ['9', '0', 'latest', '1e3']) {
      const missing = await parley.ask('POST', `/api/predict/churn/versions/${version}`, ROW)
      expect(missing.status).toBe(404)
    }
  })

  test.each([
    '__proto__',
    'constructor',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%E0%A4%A',
    'a'.repeat(5000),
  ])('with the name %p is a plain 404', async (name) => {
    const { status, body } = await parley.ask('POST', `/api/predict/${name}`, ROW)
    expect([status, body.error.code]).toEqual([404, 'not_found'])
  })
})

describe('the default model', () => {
  test('is what /predict asks', async () => {
    const other = await startServer({ defaultModel: 'price' })
    await storeModel(other.ports, { name: 'price', kind: 'regressor' })
    await storeModel(other.ports)
    const { body } = await other.ask('POST', '/predict', ROW)
    expect(body.model).toBe('price')
    await other.close()
  })

  test('is the only one deployed where none is set, and else must be chosen', async () => {
    const other = await startServer()
    expect((await other.ask('POST', '/predict', ROW)).status).toBe(409)
    await storeModel(other.ports)
    expect((await other.ask('POST', '/predict', ROW)).body.model).toBe('churn')
    await storeModel(other.ports, { name: 'price', kind: 'regressor' })
    const { status, body } = await other.ask('POST', '/predict', ROW)
    expect([status, body.error.code]).toEqual([409, 'conflict'])
    expect(body.error.message).toContain('PARLEY_DEFAULT_MODEL')
    await other.close()
  })
})

test('requests that come together each get their own answer, while versions change under them', async () => {
  const other = await startServer()
  await storeModel(other.ports)
  await storeModel(other.ports, { bias: 3 })
  const swapping = (async () => {
    for (let index = 0; index < 20; index += 1) {
      await other.ask('POST', `/api/models/churn/versions/${1 + (index % 2)}/promote`)
    }
  })()
  const answers = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const row = { ...ROW, tenure: index % 72 }
      const { status, body } = await other.ask('POST', '/api/predict/churn', row)
      const bias = String(body.model_version).startsWith('2-') ? 3 : 0
      return (
        status === 200 &&
        Math.abs(body.class_probabilities.Yes - expectedProbability(row, bias)) < 1e-5
      )
    }),
  )
  await swapping
  expect(answers.every(Boolean)).toBe(true)
  await other.close()
})
