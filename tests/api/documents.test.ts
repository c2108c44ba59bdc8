// The documents tell the truth: every route is in them, everything in them answers, and examples work as they stand.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { OPERATIONS } from '#core/operations/index.ts'
import { FIELDS, startServer, storeModel, type TestServer } from './support.ts'

let parley: TestServer
// biome-ignore lint/suspicious/noExplicitAny: a document is walked as it came over the wire
let document: any

beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
  await storeModel(parley.ports, { name: 'price', kind: 'regressor' })
  document = (await parley.ask('GET', '/openapi.json')).body
})
afterAll(() => parley.close())

/** The contract with outsiders: written here as literals, never imported. Operations are pinned with their names. */
const ADDRESSES = [
  'DELETE /api/jobs/{job}',
  'DELETE /api/models/{name}',
  'DELETE /api/uploads/{upload}',
  'GET /api/audit',
  'GET /api/jobs/{job}',
  'GET /api/models',
  'GET /api/models/{name}',
  'GET /api/models/{name}/card',
  'GET /api/models/{name}/openapi.json',
  'GET /api/models/{name}/versions',
  'GET /api/runs',
  'GET /api/runs/{run}',
  'GET /api/samples',
  'GET /api/uploads/{upload}',
  'GET /docs',
  'GET /docs/fields.ts',
  'GET /docs/page.css',
  'GET /docs/page.ts',
  'GET /health',
  'GET /metrics',
  'GET /openapi.json',
  'GET /v2',
  'GET /v2/health/live',
  'GET /v2/health/ready',
  'GET /v2/models/{name}',
  'GET /v2/models/{name}/ready',
  'GET /v2/models/{name}/versions/{version}',
  'GET /v2/models/{name}/versions/{version}/ready',
  'POST /api/chat',
  'POST /api/models',
  'POST /api/models/{name}/outcomes',
  'POST /api/models/{name}/undeploy',
  'POST /api/models/{name}/versions/{version}/promote',
  'POST /api/predict/{name}',
  'POST /api/predict/{name}/batch',
  'POST /api/predict/{name}/minimal',
  'POST /api/predict/{name}/versions/{version}',
  'POST /api/predict/{name}/versions/{version}/batch',
  'POST /api/predict/{name}/versions/{version}/minimal',
  'POST /api/suggest',
  'POST /api/uploads',
  'POST /predict',
  'POST /v2/models/{name}/infer',
  'POST /v2/models/{name}/versions/{version}/infer',
  'POST /v2/repository/index',
  'POST /v2/repository/models/{name}/load',
  'POST /v2/repository/models/{name}/unload',
]

interface Documented {
  readonly method: string
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly operation: any
}

function operationsOf(api: { paths: Record<string, Record<string, unknown>> }): Documented[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
}

/** Every `$ref` in a value. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

/** What OpenAPI 3.1 demands of a document's shape, as far as ours uses it. */
// biome-ignore lint/suspicious/noExplicitAny: as above
function checkStructure(api: any): void {
  expect(api.openapi).toMatch(/^3\.1\.\d$/)
  expect(api.info.title).toBeString()
  expect(api.info.version).toBeString()
  expect(api.servers[0].url).toStartWith('http')
  const ids = operationsOf(api).map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operationsOf(api)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? [])
      .filter((one: { in: string }) => one.in === 'path')
      .map((one: { name: string }) => one.name)
    expect(declared).toEqual(inPath)
    for (const parameter of operation.parameters ?? []) {
      expect(parameter.schema).toBeObject()
      expect(parameter.required).toBe(parameter.in === 'path')
    }
    expect(operation.summary).toBeString()
    expect(Object.keys(operation.responses)).toContain('default')
    for (const [status, answer] of Object.entries<{ description: string }>(operation.responses)) {
      expect(status).toMatch(/^([1-5]\d\d|default)$/)
      expect(answer.description).toBeString()
    }
    for (const media of Object.values<{ schema: unknown }>(operation.requestBody?.content ?? {})) {
      expect(media.schema).toBeObject()
    }
  }
  for (const reference of referencesIn(api)) {
    const target = reference
      .replace('#/', '')
      .split('/')
      .reduce((value, key) => value?.[key], api)
    expect([reference, typeof target]).toEqual([reference, 'object'])
  }
}

describe("the service's document", () => {
  test('says how a deletion is confirmed', () => {
    const { delete: operation } = document.paths['/api/models/{name}']
    expect(operation.parameters.map(({ name }: { name: string }) => name)).toEqual([
      'name',
      'confirmation',
    ])
    expect(operation.responses['409'].description).toContain('needs_confirmation')
    const run = document.paths['/api/operations/delete_model'].post
    const { schema } = run.requestBody.content['application/json']
    expect(Object.keys(schema.properties)).toEqual(['model', 'confirmation'])
    expect(run.responses['409'].description).toContain('needs_confirmation')
    const { error } = document.components.schemas.Error.properties
    expect(Object.keys(error.properties)).toContain('expires_at')
  })

  test('has every address and no other', () => {
    const addresses = operationsOf(document).map(({ method, path }) => `${method} ${path}`)
    const operations = OPERATIONS.map(({ name }) => `POST /api/operations/${name}`)
    expect(addresses.sort()).toEqual([...ADDRESSES, ...operations].sort())
  })

  test('is whole OpenAPI 3.1', () => {
    checkStructure(document)
  })

  test('documents what the server knows, and the server knows what is documented', async () => {
    for (const { method, path } of operationsOf(document)) {
      const address = path.replace('{name}', 'nobody').replace('{version}', '1')
      const response = await fetch(parley.url + address, { method })
      const text = await response.text()
      // Neither "nothing at this address" nor "wrong method", whatever else may be wrong with an empty request.
      expect([address, response.status === 405]).toEqual([address, false])
      expect(text).not.toContain('nothing at this address')
    }
  })

  test('has JSON Schemas of the operations, descriptions included', () => {
    const { schema } =
      document.paths['/api/operations/predict'].post.requestBody.content['application/json']
    expect(schema).toMatchObject({
      type: 'object',
      required: ['model', 'features'],
      additionalProperties: false,
    })
    expect(schema.properties.model.description).toBeString()
    expect(JSON.stringify(document)).not.toContain('$schema')
  })
})

describe("a model's document", () => {
  test('has its real fields, and an example that works as it stands', async () => {
    const { body } = await parley.ask('GET', '/api/models/churn/openapi.json')
    checkStructure(body)
    const features = body.components.schemas.Features
    expect(Object.keys(features.properties)).toEqual(FIELDS.map(({ name }) => name))
    expect(features.required).toEqual(['tenure', 'monthly_charges'])
    expect(features.properties.tenure).toMatchObject({ type: 'number', description: 'In months.' })
    expect(features.properties.total_charges).toMatchObject({
      type: ['number', 'null'],
      description: 'Between 0 and 9000 in training.',
    })
    expect(body.components.schemas.Prediction.properties.predicted_label.enum).toEqual([
      'No',
      'Yes',
    ])
    const [path] = Object.keys(body.paths)
    const { examples } =
      body.paths['/api/predict/churn'].post.requestBody.content['application/json']
    for (const { value } of Object.values<{ value: unknown }>(examples)) {
      const answer = await parley.ask('POST', path ?? '', value)
      expect(answer.status).toBe(200)
    }
  })

  test('of a regression gives its unit', async () => {
    const { body } = await parley.ask('GET', '/api/models/price/openapi.json')
    const { prediction } = body.components.schemas.Prediction.properties
    expect(prediction).toEqual({ type: 'number', description: 'price. In USD.' })
  })

  test('of a model that is not deployed points at the version', async () => {
    await storeModel(parley.ports, { name: 'resting', deploy: false })
    const { body } = await parley.ask('GET', '/api/models/resting/openapi.json')
    expect(Object.keys(body.paths)).toEqual(['/api/predict/resting/versions/1'])
    const { status } = await parley.ask('GET', '/api/models/nobody/openapi.json')
    expect(status).toBe(404)
  })
})

describe('the documentation page', () => {
  test('comes whole from here and may load nothing from elsewhere', async () => {
    const page = await fetch(`${parley.url}/docs`)
    const html = await page.text()
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(page.headers.get('content-type')).toStartWith('text/html')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(html).not.toMatch(/https?:\/\//)
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/)
    expect(html).not.toMatch(/\son\w+=/)
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await fetch(parley.url + path)).status).toBe(200)
    }
  })

  test('has a script without types and without a way to write HTML', async () => {
    for (const path of ['/docs/page.ts', '/docs/fields.ts']) {
      const response = await fetch(parley.url + path)
      const script = await response.text()
      expect(response.headers.get('content-type')).toStartWith('text/javascript')
      expect(() => new Bun.Transpiler({ loader: 'js' }).transformSync(script)).not.toThrow()
      expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/)
    }
  })
})
