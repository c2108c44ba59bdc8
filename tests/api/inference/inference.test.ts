// The Open Inference Protocol over HTTP: what a server, a model and a repository say, and how each refusal looks.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { INFERENCE_STATUS_OF } from '#api/inference/failures.ts'
import { createServer } from '#api/server.ts'
import { ERROR_CODES } from '#core/errors.ts'
import { makeApiKey, type NewApiKey } from '#core/people/api-key.ts'
import { createKeyring } from '#core/people/keyring.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import {
  type Answer,
  ask,
  expectedProbability,
  ROW,
  smallAgent,
  startServer,
  storeModel,
  type TestServer,
} from '../support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer({ limits: { tensorBytes: 4096 } })
  await storeModel(parley.ports)
  await storeModel(parley.ports, { bias: 2 })
  await storeModel(parley.ports, { name: 'price', kind: 'regressor', bias: 100 })
  await storeModel(parley.ports, { name: 'resting', deploy: false })
})
afterAll(() => parley.close())

const TABLE = {
  inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 3], data: Object.values(ROW) }],
}

function infer(body: unknown, path = '/v2/models/churn/infer'): Promise<Answer> {
  return parley.ask('POST', path, body)
}

describe('the server', () => {
  test.each([
    [
      '/v2',
      { name: 'parley', version: '0.1.0', extensions: ['binary_tensor_data', 'model_repository'] },
    ],
    ['/v2/health/live', { live: true }],
    ['/v2/health/ready', { ready: true }],
  ])('answers %s', async (path, expected) => {
    const { status, body } = await parley.ask('GET', path)
    expect([status, body]).toEqual([200, expected])
  })

  test('says what is not there, and what a method is, in the form of the protocol', async () => {
    const nothing = await parley.ask('GET', '/v2/models')
    expect([nothing.status, Object.keys(nothing.body)]).toEqual([404, ['error']])
    const method = await parley.ask('POST', '/v2/health/live')
    expect([method.status, typeof method.body.error]).toEqual([405, 'string'])
    expect(method.headers.get('allow')).toBe('GET, HEAD')
  })
})

describe('a model', () => {
  test('is described as tensors, with all its versions', async () => {
    const { body } = await parley.ask('GET', '/v2/models/churn')
    expect(body).toEqual({
      name: 'churn',
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: ['tenure', 'monthly_charges', 'total_charges'].map((name) => ({
        name,
        datatype: 'FP32',
        shape: [-1, 1],
      })),
      outputs: [
        { name: 'predicted_label', datatype: 'BYTES', shape: [-1] },
        {
          name: 'class_probabilities',
          datatype: 'FP64',
          shape: [-1, 2],
          parameters: { classes: '["No","Yes"]' },
        },
      ],
    })
    const first = await parley.ask('GET', '/v2/models/churn/versions/1')
    expect(first.body.versions).toEqual(['1'])
    const resting = await parley.ask('GET', '/v2/models/resting')
    expect([resting.status, resting.body.versions]).toEqual([200, ['1']])
  })

  test.each([
    ['/v2/models/churn/ready', 200],
    ['/v2/models/churn/versions/1/ready', 200],
    ['/v2/models/resting/ready', 503],
    ['/v2/models/resting/versions/1/ready', 200],
    ['/v2/models/nobody/ready', 404],
    ['/v2/models/churn/versions/9/ready', 404],
    ['/v2/models/churn/versions/one/ready', 404],
    ['/v2/models/nobody', 404],
    ['/v2/models/churn/versions/9', 404],
  ])('answers %s with %i', async (path, status) => {
    const answer = await parley.ask('GET', path)
    expect(answer.status).toBe(status)
    expect(status === 200 || typeof answer.body.error === 'string').toBe(true)
  })
})

describe('an inference', () => {
  test('is answered with label and probabilities, and the id that came with it', async () => {
    const { status, body } = await infer({ ...TABLE, id: 'q-1' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ model_name: 'churn', model_version: '2', id: 'q-1' })
    const [label, probabilities] = body.outputs
    expect(label).toEqual({ name: 'predicted_label', datatype: 'BYTES', shape: [1], data: ['Yes'] })
    expect(probabilities.shape).toEqual([1, 2])
    expect(probabilities.data[1]).toBeCloseTo(expectedProbability(ROW, 2), 5)
  })

  test('goes to the version that the address names', async () => {
    const { body } = await infer(TABLE, '/v2/models/churn/versions/1/infer')
    expect(body.model_version).toBe('1')
    expect(body.outputs[1].data[1]).toBeCloseTo(expectedProbability(ROW), 5)
  })

  test('of a regression is a number', async () => {
    const { body } = await infer(TABLE, '/v2/models/price/infer')
    const expected = 100 - 1.2 + 1.4 - 0.168
    expect(body.outputs).toEqual([
      { name: 'prediction', datatype: 'FP64', shape: [1], data: [expect.closeTo(expected, 4)] },
    ])
  })

  test('gives the outputs that are asked for, in their order, and no other', async () => {
    const outputs = [{ name: 'class_probabilities' }, { name: 'predicted_label' }]
    const both = await infer({ ...TABLE, outputs })
    expect(both.body.outputs.map(({ name }: { name: string }) => name)).toEqual([
      'class_probabilities',
      'predicted_label',
    ])
    const one = await infer({ ...TABLE, outputs: [{ name: 'predicted_label' }] })
    expect(one.body.outputs).toHaveLength(1)
  })

  test('gives each output in the form that is asked for', async () => {
    const outputs = [
      { name: 'predicted_label' },
      { name: 'class_probabilities', parameters: { binary_data: true } },
    ]
    const response = await fetch(`${parley.url}/v2/models/churn/infer`, {
      method: 'POST',
      body: JSON.stringify({ ...TABLE, outputs }),
    })
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    const length = Number(response.headers.get('inference-header-content-length'))
    const bytes = Buffer.from(await response.bytes())
    const [label, probabilities] = JSON.parse(bytes.subarray(0, length).toString()).outputs
    expect(label.data).toEqual(['Yes'])
    expect(probabilities).not.toHaveProperty('data')
    expect(probabilities.parameters.binary_data_size).toBe(16)
    expect(bytes.readDoubleLE(length + 8)).toBeCloseTo(expectedProbability(ROW, 2), 5)
  })

  test('is counted with the rows of other predictions', async () => {
    const before = parley.ports.serving.statistics('churn').rows
    await infer({
      inputs: [{ name: 'x', datatype: 'INT32', shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    })
    expect(parley.ports.serving.statistics('churn').rows).toBe(before + 2)
  })

  test.each<[unknown, number, string]>([
    [[], 400, 'must be a JSON object'],
    [{}, 400, '"inputs" must be a list'],
    [{ ...TABLE, id: 7 }, 400, '"id" must be a text'],
    [{ ...TABLE, outputs: [{ name: 'logits' }] }, 400, 'it answers "predicted_label" and'],
    [{ ...TABLE, outputs: [{}] }, 400, 'must have a name'],
    [
      { ...TABLE, outputs: [{ name: 'predicted_label', parameters: { classification: 2 } }] },
      400,
      'not supported',
    ],
    [{ ...TABLE, parameters: { binary_data_output: 'yes' } }, 400, 'true or false'],
    [
      { inputs: [{ name: 'tenure', datatype: 'FP64', shape: [1], data: [1] }] },
      400,
      'monthly_charges',
    ],
    [
      { inputs: [{ name: 'x', datatype: 'FP64', shape: [2, 3], data: [1, 2, 3, null, 5, 6] }] },
      400,
      'rows[1].tenure',
    ],
    [
      { inputs: [{ name: 'x'.repeat(5000), datatype: 'FP64', shape: [1], data: [1] }] },
      413,
      'limit',
    ],
  ])('%j is refused', async (body, status, reason) => {
    const answer = await infer(body)
    expect([answer.status, answer.body]).toEqual([
      status,
      { error: expect.stringContaining(reason) },
    ])
  })

  test('of a model that is not there or not deployed says which', async () => {
    expect((await infer(TABLE, '/v2/models/nobody/infer')).status).toBe(404)
    const resting = await infer(TABLE, '/v2/models/resting/infer')
    expect([resting.status, resting.body.error]).toEqual([
      503,
      expect.stringContaining('not deployed'),
    ])
  })

  test('that is not JSON or is compressed says so', async () => {
    const post = (init: RequestInit) =>
      fetch(`${parley.url}/v2/models/churn/infer`, { method: 'POST', ...init })
    const broken = await post({ body: '{' })
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { error: 'The body is not valid JSON.' },
    ])
    const body = Bun.gzipSync(Buffer.from(JSON.stringify(TABLE)))
    const zipped = await post({ body, headers: { 'content-encoding': 'gzip' } })
    expect([zipped.status, JSON.stringify(await zipped.json())]).toEqual([
      400,
      expect.stringContaining('send them plain'),
    ])
  })
})

describe('the repository', () => {
  test('lists the models and whether they answer', async () => {
    const all = await parley.ask('POST', '/v2/repository/index')
    expect(all.body).toEqual([
      { name: 'churn', version: '2', state: 'READY' },
      { name: 'price', version: '1', state: 'READY' },
      { name: 'resting', state: 'UNAVAILABLE', reason: 'unloaded' },
    ])
    const ready = await parley.ask('POST', '/v2/repository/index', { ready: true })
    expect(ready.body).toHaveLength(2)
  })

  test('takes a model off its endpoint and back, each as often as it is asked', async () => {
    const change = async (what: string) =>
      (await parley.ask('POST', `/v2/repository/models/price/${what}`)).status
    const ready = async () => (await parley.ask('GET', '/v2/models/price/ready')).status
    expect([await change('unload'), await ready()]).toEqual([200, 503])
    expect([await change('unload'), await ready()]).toEqual([200, 503])
    expect([await change('load'), await ready()]).toEqual([200, 200])
    expect([await change('load'), await ready()]).toEqual([200, 200])
  })

  test('does not know other models, and takes no files', async () => {
    const unknown = await parley.ask('POST', '/v2/repository/models/nobody/load')
    expect(unknown.status).toBe(404)
    const files = await parley.ask('POST', '/v2/repository/models/price/load', {
      parameters: { config: '{}' },
    })
    expect([files.status, files.body.error]).toEqual([400, expect.stringContaining('/api/models')])
  })
})

describe('keys', () => {
  test('allow here what they allow elsewhere', async () => {
    const { ports } = parley
    const keyring = createKeyring({ store: ports.registry, now: Date.now, logger: ports.logger })
    const server = createServer({
      ports,
      agent: smallAgent(ports),
      port: 0,
      principalOf: createRequestPrincipals({ keyring, local: null, surface: 'rest' }),
    })
    const create = async (changes: Partial<NewApiKey>) => {
      const base = { name: 'k', scopes: null, models: null, expiresAtMs: null, createdBy: 'local' }
      const made = makeApiKey(
        { role: 'viewer', ...base, ...changes },
        { randomBytes, nowMs: Date.now() },
      )
      await ports.registry.createApiKey(made.stored)
      return made.key
    }
    const status = async (key: string | null, method: string, path: string, body?: unknown) => {
      const response = await fetch(server.url + path, {
        method,
        ...(key !== null && { headers: { authorization: `Bearer ${key}` } }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const answer: unknown = await response.json()
      if (!response.ok) expect(answer).toEqual({ error: expect.any(String) })
      return response.status
    }
    try {
      const viewer = await create({})
      const deployer = await create({ role: 'deployer' })
      const other = await create({ role: 'deployer', models: ['price'] })
      expect(await status(null, 'GET', '/v2/health/ready')).toBe(200)
      expect(await status(null, 'GET', '/v2')).toBe(401)
      expect(await status(null, 'POST', '/v2/models/churn/infer', TABLE)).toBe(401)
      expect(await status(viewer, 'POST', '/v2/models/churn/infer', TABLE)).toBe(200)
      expect(await status(viewer, 'POST', '/v2/repository/models/churn/unload')).toBe(403)
      expect(await status(viewer, 'POST', '/v2/repository/models/churn/load')).toBe(403)
      expect(await status(deployer, 'POST', '/v2/repository/models/churn/load')).toBe(200)
      expect(await status(other, 'GET', '/v2/models/churn')).toBe(403)
      expect(await status(other, 'POST', '/v2/models/churn/infer', TABLE)).toBe(403)
      expect(await status(other, 'POST', '/v2/repository/models/churn/unload')).toBe(403)
      expect(await status(other, 'POST', '/v2/models/price/infer', TABLE)).toBe(200)
      const index = await ask(server.url, 'POST', '/v2/repository/index')
      expect(index.status).toBe(401)
    } finally {
      await server.stop({ drainMs: 100 })
      await keyring.close()
    }
  })
})

test('every failure has the status that clients of the protocol look for', () => {
  expect(INFERENCE_STATUS_OF).toEqual({
    malformed_request: 400,
    unauthorized: 401,
    forbidden: 403,
    not_found: 404,
    conflict: 409,
    needs_confirmation: 409,
    too_large: 413,
    unsupported_file: 400,
    invalid_input: 400,
    unreadable_model: 400,
    rate_limited: 429,
    unavailable: 503,
    cancelled: 503,
    internal: 500,
  })
  expect(Object.keys(INFERENCE_STATUS_OF).sort()).toEqual([...ERROR_CODES].sort())
})
