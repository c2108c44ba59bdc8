// A split over REST: shares, keys, shadows that nobody sees, and a version that takes itself out.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { expectedProbability, ROW, startServer, storeModel, type TestServer } from './support.ts'

/** Far enough apart that a probability tells which version it is from. */
const BIASES = { 1: -1, 2: 0.5, 3: 1.5 } as const
const KEYS = Array.from({ length: 400 }, (_, index) => `customer-${index}`)

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  for (const bias of Object.values(BIASES)) await storeModel(server.ports, { bias, deploy: false })
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.ask('POST', '/api/models/churn/versions/1/promote')
})

const split = (input: object) =>
  server.ask('POST', '/api/operations/set_traffic', { model: 'churn', ...input })

async function predict(headers: Record<string, string> = {}, body: unknown = ROW) {
  const response = await fetch(`${server.url}/api/predict/churn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as {
    model_version: string
    class_probabilities: { Yes: number }
  }
  return { status: response.status, answer }
}

/** The number in `model_version`, held against the values that came with it. */
async function versionFor(headers: Record<string, string>): Promise<number> {
  const { status, answer } = await predict(headers)
  expect(status).toBe(200)
  const number = Number(answer.model_version.split('-')[0]) as keyof typeof BIASES
  expect(answer.class_probabilities.Yes).toBeCloseTo(expectedProbability(ROW, BIASES[number]), 5)
  return number
}

const metricsOf = async () =>
  (await server.ask('POST', '/api/operations/model_metrics', { model: 'churn' })).body

describe('a split', () => {
  test('gives each version its share, the same one to the same key, and says which answered', async () => {
    const { status, body } = await split({ shares: { '1': 70, '2': 30 } })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      live_version: 1,
      shares: [
        { version: 1, percent: 70 },
        { version: 2, percent: 30 },
      ],
      shadow: [],
      roll_back: null,
    })
    const byKey = await Promise.all(KEYS.map((key) => versionFor({ 'x-routing-key': key })))
    const second = byKey.filter((number) => number === 2).length
    expect(Math.abs(second / KEYS.length - 0.3)).toBeLessThan(0.08)
    expect(new Set(byKey)).toEqual(new Set([1, 2]))
    const again = await Promise.all(KEYS.map((key) => versionFor({ 'x-routing-key': key })))
    expect(again).toEqual(byKey)
    // Without a key of its own a request is its id.
    const byId = await Promise.all(KEYS.map((key) => versionFor({ 'x-request-id': key })))
    expect(byId).toEqual(byKey)
    const { traffic } = await metricsOf()
    expect(traffic.versions).toMatchObject([
      { version: 1, role: 'live', percent: 70, requests: 3 * (KEYS.length - second), errors: 0 },
      { version: 2, role: 'candidate', percent: 30, requests: 3 * second, errors: 0 },
    ])
    const exposed = await (await fetch(`${server.url}/metrics`)).text()
    expect(exposed).toMatch(
      /parley_traffic_share_percent\{model="churn",version="2-[0-9a-f]{12}",role="candidate"\} 30\n/,
    )
  })

  test('is over when a version is promoted, and its figures with it', async () => {
    await split({ shares: { '2': 50 } })
    await server.ask('POST', '/api/models/churn/versions/2/promote')
    const all = await Promise.all(
      KEYS.slice(0, 40).map((key) => versionFor({ 'x-routing-key': key })),
    )
    expect(new Set(all)).toEqual(new Set([2]))
    expect((await metricsOf()).traffic).toBeNull()
    expect(await (await fetch(`${server.url}/metrics`)).text()).not.toContain('parley_traffic')
  })

  test('leaves a version that was asked for by its number alone, and batches with the live one', async () => {
    await split({ shares: { '1': 1, '2': 99 } })
    const one = await server.ask('POST', '/api/predict/churn/versions/3', ROW)
    expect(one.body.model_version).toStartWith('3-')
    const csv = 'tenure,monthly_charges,total_charges\n24,70,1680\n'
    const batch = await fetch(`${server.url}/api/predict/churn/batch`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    })
    expect(batch.status).toBe(200)
    expect(Number((await batch.text()).trim().split(',').at(-1))).toBeCloseTo(
      expectedProbability(ROW, BIASES[2]),
      5,
    )
  })

  test('holds for clients of the Open Inference Protocol too, and their rows run in the shadow', async () => {
    await split({ shares: { '1': 50, '2': 50 }, shadow: [3] })
    const ask = async (key: string, path = '') => {
      const response = await fetch(`${server.url}/v2/models/churn${path}/infer`, {
        method: 'POST',
        headers: { 'x-routing-key': key },
        body: JSON.stringify({
          inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 3], data: Object.values(ROW) }],
        }),
      })
      return Number(((await response.json()) as { model_version: string }).model_version)
    }
    const keys = KEYS.slice(0, 40)
    const found = await Promise.all(keys.map((key) => ask(key)))
    expect(new Set(found)).toEqual(new Set([1, 2]))
    expect(found).toEqual(
      await Promise.all(keys.map((key) => versionFor({ 'x-routing-key': key }))),
    )
    expect(await ask('customer-1', '/versions/3')).toBe(3)
    await Bun.sleep(20)
    const { traffic } = await metricsOf()
    const shadow = traffic.versions.find(({ role }: { role: string }) => role === 'shadow')
    expect(shadow.shadow.rows).toBe(2 * keys.length)
  })

  test('names versions that exist and can run, or changes nothing', async () => {
    expect((await split({ shares: { '9': 10 } })).body.error).toMatchObject({
      code: 'not_found',
      message: 'churn has no version 9; it has 1, 2, 3.',
    })
    expect((await split({ shares: { '1': 50 } })).body.error.code).toBe('invalid_input')
    expect((await split({ shadow: [1] })).body.error.code).toBe('invalid_input')
    expect(await server.ports.registry.findModel('churn')).toMatchObject({
      liveVersion: 1,
      traffic: null,
    })
  })
})

describe('a shadow', () => {
  test('is run beside every answer, compared, and never returned', async () => {
    expect((await split({ shadow: [3] })).body).toMatchObject({ shadow: [{ version: 3 }] })
    const rows = 50
    for (let index = 0; index < rows; index += 1) expect(await versionFor({})).toBe(1)
    await predict({}, { instances: [ROW, ROW] })
    await Bun.sleep(20)
    const { traffic } = await metricsOf()
    const difference = expectedProbability(ROW, BIASES[3]) - expectedProbability(ROW, BIASES[1])
    const [live, shadow] = traffic.versions
    expect(live).toMatchObject({ version: 1, percent: 100, requests: rows + 1, shadow: null })
    expect(shadow).toMatchObject({ version: 3, role: 'shadow', percent: 0, requests: rows + 1 })
    // The first says No and the third Yes to this row, as far apart as their chances of No.
    expect(shadow.shadow).toMatchObject({ rows: rows + 2, agreement: 0, skipped: 0 })
    expect(shadow.shadow.mean_difference).toBeCloseTo(difference, 5)
    expect(shadow.latency_ms.p95).toBeGreaterThan(0)
    const exposed = await (await fetch(`${server.url}/metrics`)).text()
    expect(exposed).toMatch(
      /parley_shadow_rows_total\{model="churn",version="3-[0-9a-f]{12}",role="shadow"\} 52\n/,
    )
  })
})

describe('a version that takes itself out', () => {
  const BAD = { tenure: 'long' }

  test('goes where it fails more than it may and more than the live one, and the audit log says why', async () => {
    // A second version that wants a field that nobody sends.
    const worse = await storeWanting(server)
    const { body: set } = await split({
      shares: { '1': 50, [worse]: 50 },
      maximum_error_percent: 5,
      minimum_requests: 20,
    })
    expect(set).toMatchObject({ roll_back: { maximum_error_percent: 5, minimum_requests: 20 } })
    let failed = 0
    for (const key of KEYS) {
      const { status } = await predict({ 'x-routing-key': key })
      if (status !== 200) failed += 1
    }
    expect(failed).toBeGreaterThanOrEqual(20)
    expect(failed).toBeLessThan(40)
    expect(await server.ports.registry.findModel('churn')).toMatchObject({
      liveVersion: 1,
      traffic: null,
    })
    const { traffic, rolled_back } = await metricsOf()
    expect(traffic).toBeNull()
    expect(rolled_back).toMatchObject({
      version: worse,
      reason: 'failed 100 % of its last 20 requests, where 5 % may',
    })
    const { body } = await server.ask('GET', '/api/audit?model=churn')
    expect(body.entries[0]).toMatchObject({
      principal: 'parley',
      surface: 'automatic',
      operation: 'set_traffic',
      model: 'churn',
      outcome: 'done',
      display: `automatic roll back: version ${worse} failed 100 % of its last 20 requests, where 5 % may`,
    })
  })

  test('stays where callers send bad rows to every version alike', async () => {
    await split({ shares: { '1': 50, '2': 50 }, maximum_error_percent: 5, minimum_requests: 20 })
    for (const key of KEYS.slice(0, 200)) await predict({ 'x-routing-key': key }, BAD)
    expect((await server.ports.registry.findModel('churn'))?.traffic).not.toBeNull()
  })

  test('goes where it is slower than it may', async () => {
    await split({ shares: { '2': 50 }, maximum_latency_ms: 0.0001, minimum_requests: 30 })
    for (const key of KEYS.slice(0, 120)) await versionFor({ 'x-routing-key': key })
    expect((await server.ports.registry.findModel('churn'))?.traffic).toBeNull()
    expect((await metricsOf()).rolled_back.reason).toContain('ms are allowed')
  })
})

/** A version of churn with one more required field than the others, and its number. */
async function storeWanting({ ports }: TestServer): Promise<number> {
  const { registry } = ports
  const known = await registry.findVersion('churn', 1)
  if (known === null) throw new Error('version 1 is gone')
  const inputs = known.signature.inputs.map((input, index) =>
    index === 0 ? { ...input, name: 'months' } : input,
  )
  const { number } = await registry.createVersion({
    model: 'churn',
    signature: { ...known.signature, inputs },
    binding: JSON.parse(JSON.stringify(known.binding).replaceAll('"tenure"', '"months"')),
    origin: known.origin,
    onnx: await registry.readArtifact(known.artifactSha256),
    original: Buffer.from('wants months'),
    warnings: [],
    deploy: false,
  })
  return number
}
