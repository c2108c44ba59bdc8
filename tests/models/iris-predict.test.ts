// POST /predict with the iris model as the default, against a real server: the answer, and every kind of bad input.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createAgent } from '#agent/agent.ts'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../support/ports.ts'

const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }
let ports: TestPorts
let server: ParleyServer
beforeAll(async () => {
  ports = await createTestPorts()
  // A second model, so that the default is what answers and not the only one.
  await deploySamples(ports, ['iris', 'churn'])
  const serving = { ...ports, defaultModel: 'iris' }
  server = createServer({ ports: serving, agent: createAgent({ ports: serving }), port: 0 })
})
afterAll(async () => {
  await server.stop({ drainMs: 100 })
  await ports.close()
})

async function post(body: Bad['body'], options: RequestInit = {}) {
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
    ...options,
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('a flower', () => {
  test('is answered with its species, its probabilities, the version and the time it took', async () => {
    const { status, body } = await post(JSON.stringify(FLOWER))
    expect(status).toBe(200)
    expect(body).toMatchObject({ model: 'iris', predicted_label: 'setosa' })
    expect(body.model_version).toMatch(/^1-[\da-f]{12}$/)
    expect(body.latency_ms).toBeGreaterThan(0)
    expect(Object.keys(body.class_probabilities)).toEqual(['setosa', 'versicolor', 'virginica'])
    const total = Object.values<number>(body.class_probabilities).reduce((sum, one) => sum + one, 0)
    expect(total).toBeCloseTo(1, 6)
    expect(body.class_probabilities.setosa).toBeGreaterThan(0.9)
  })

  test('may be one of several', async () => {
    const virginica = { sepal_length: 6.7, sepal_width: 3, petal_length: 5.2, petal_width: 2.3 }
    const { status, body } = await post(JSON.stringify({ instances: [FLOWER, virginica] }))
    expect(status).toBe(200)
    const labels = body.predictions.map((one: { predicted_label: string }) => one.predicted_label)
    expect(labels).toEqual(['setosa', 'virginica'])
  })

  test('of a size that no flower has is answered: ranges of the training never refuse', async () => {
    const { status } = await post(JSON.stringify({ ...FLOWER, petal_width: -1 }))
    expect(status).toBe(200)
  })
})

const flower = (changes: Record<string, unknown>) => JSON.stringify({ ...FLOWER, ...changes })

const LONG = 'x'.repeat(9 * 1024 * 1024)
const SHAPE = 'Send an object of features such as {\\"sepal_length\\":5.8'

interface Bad {
  readonly name: string
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  readonly status: number
  readonly code: string
  /** Must stand in the message or in a detail. */
  readonly words: string
}

const malformed = (name: string, body: Bad['body'], words: string): Bad => ({
  name,
  body,
  status: 400,
  code: 'malformed_request',
  words,
})
const invalid = (name: string, body: string, words: string): Bad => ({
  name,
  body,
  status: 422,
  code: 'invalid_input',
  words,
})

const BAD: readonly Bad[] = [
  malformed('nothing', undefined, 'the body is empty'),
  malformed('blanks', ' \n ', 'the body is empty'),
  malformed('half an object', '{"sepal_length": 5.1', 'Line 1, column'),
  malformed('no JSON', 'sepal_length=5.1', 'not valid JSON'),
  malformed('a comma too many', '{"sepal_length":5.1,}', 'Line 1, column'),
  malformed('NaN', flower({}).replace('0.2', 'NaN'), 'JSON has no NaN or Infinity'),
  malformed('Infinity', flower({}).replace('0.2', 'Infinity'), 'JSON has no NaN or Infinity'),
  malformed('bytes that are no text', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 'not valid JSON'),
  invalid('a list of flowers', JSON.stringify([FLOWER]), SHAPE),
  invalid('a list of numbers', '[5.1,3.5,1.4,0.2]', SHAPE),
  invalid('a number', '5', SHAPE),
  invalid('a text', '"setosa"', SHAPE),
  invalid('null', 'null', SHAPE),
  invalid('an empty object', '{}', 'sepal_length is missing; it must be a number (and 3 more'),
  invalid('a flower without a field', flower({ petal_width: undefined }), 'petal_width is missing'),
  invalid('an unknown field', flower({ colour: 'blue' }), 'colour is not a field of this model'),
  invalid(
    'a misspelt field',
    flower({ petal_width: undefined, petal_widht: 0.2 }),
    'did you mean `petal_width`?',
  ),
  invalid('a field that objects have', '{"__proto__":{"sepal_length":5.1}}', '__proto__'),
  invalid('a word', flower({ petal_width: 'wide' }), 'petal_width must be a number, not a text'),
  invalid('an empty word', flower({ petal_width: '' }), 'petal_width'),
  invalid('null in a field', flower({ petal_width: null }), 'petal_width is null'),
  invalid('true', flower({ petal_width: true }), 'must be a number, not true or false'),
  invalid('a list in a field', flower({ petal_width: [0.2] }), 'must be a number, not a list'),
  invalid('an object in a field', flower({ petal_width: { cm: 0.2 } }), 'must be a number'),
  invalid('more than a number holds', flower({}).replace('0.2', '1e999'), 'a finite number'),
  invalid('Infinity in quotes', flower({ petal_width: 'Infinity' }), 'petal_width'),
  invalid('instances that are a word', '{"instances":"all"}', 'instances'),
  invalid('instances that are numbers', '{"instances":[1,2]}', 'instances[0]'),
  invalid(
    'instances of which one is bad',
    JSON.stringify({ instances: [FLOWER, { ...FLOWER, petal_width: 'wide' }] }),
    'instances[1].petal_width',
  ),
  invalid(
    'features beside instances',
    JSON.stringify({ instances: [FLOWER], petal_width: 1 }),
    'does not belong beside',
  ),
  { name: 'too much', body: flower({ note: LONG }), status: 413, code: 'too_large', words: '8 MB' },
]

describe('a bad body', () => {
  test.each(BAD)('$name', async ({ body, status, code, words }) => {
    const answer = await post(body)
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    const said = JSON.stringify(answer.body.error)
    expect(said).toContain(words)
    expect(said).not.toContain('    at ')
    expect(answer.body.error.request_id).toBeString()
  })

  test.each(['text/plain', 'text/csv', 'application/x-www-form-urlencoded', 'application/xml'])(
    'of the type %s is asked for as JSON',
    async (type) => {
      const { status, body } = await post(flower({}), { headers: { 'content-type': type } })
      expect([status, body.error.code]).toEqual([415, 'unsupported_file'])
      expect(body.error.message).toContain('Content-Type: application/json')
    },
  )

  test('does not take the model out of service', async () => {
    expect((await post(flower({}))).status).toBe(200)
  })
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])(
  '%s is answered with what is taken',
  async (method) => {
    const body = method === 'GET' ? null : flower({})
    const answer = await post(undefined, { method, body })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect(answer.body.error.message).toContain(`takes POST, not ${method}`)
  },
)
