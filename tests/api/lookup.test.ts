// A table joined to a model over HTTP: sent with the file, asked by its key, and the smallest request that is enough.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ROOT, startServer, type TestServer } from './support.ts'

const FIXTURE = join(ROOT, 'tests/fixtures/sklearn/1.6.1/knn_house_prices')
const MOVED = 3

let parley: TestServer
beforeAll(async () => {
  parley = await startServer()
})
afterAll(() => parley.close())

const { columns, rows } = await Bun.file(`${FIXTURE}.json`).json()
const names: readonly string[] = columns
const kept = names.slice(0, -MOVED)
const added = names.slice(-MOVED)
const valuesOf = (row: readonly number[], from: readonly string[]) =>
  Object.fromEntries(from.map((name) => [name, row[names.indexOf(name)]]))
const table = [
  ['zipcode', ...added].join(','),
  ...rows.slice(0, 6).map((row: readonly number[], index: number) => {
    return [98_001 + index, ...added.map((name) => row[names.indexOf(name)])].join(',')
  }),
].join('\n')

async function deploy(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, File>> = {},
) {
  const form = new FormData()
  form.append('file', new File([await Bun.file(`${FIXTURE}.pkl`).bytes()], 'model.pkl'))
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const [name, file] of Object.entries(files)) form.append(name, file)
  const response = await fetch(`${parley.url}/api/models`, { method: 'POST', body: form })
  return { status: response.status, body: await response.json() }
}

const csv = (text = table) => new File([text], 'demographics.csv')
const JOINED = { lookup_key: 'zipcode', accept: ['remark', 'zipcode', ...kept].join(',') }
const request = { ...valuesOf(rows[2], kept), zipcode: 98_003 }

describe('a model with a table', () => {
  test('answers requests that carry the key as it answers the figures themselves', async () => {
    const plain = await deploy({ name: 'plain' })
    const joined = await deploy({ name: 'joined', ...JOINED }, { lookup: csv() })
    expect([plain.status, joined.status]).toEqual([201, 201])
    expect(joined.body.inputs.map((input: { name: string }) => input.name)).toEqual([
      'remark',
      'zipcode',
      ...kept,
    ])
    const whole = await parley.ask('POST', '/api/predict/plain', valuesOf(rows[2], names))
    const short = await parley.ask('POST', '/api/predict/joined', { ...request, remark: 'a text' })
    expect(short.status).toBe(200)
    expect(short.body.prediction).toBe(whole.body.prediction)
    const texts = await parley.ask('POST', '/api/predict/joined', { ...request, zipcode: '98003' })
    expect(texts.body.prediction).toBe(whole.body.prediction)
  })

  test('names the key of a place that it does not know', async () => {
    const unknown = { ...request, zipcode: 10_001 }
    const { status, body } = await parley.ask('POST', '/api/predict/joined', unknown)
    expect(status).toBe(422)
    expect(body.error.details).toEqual([
      { path: 'zipcode', message: expect.stringContaining('must be one of "98001", "98002"') },
    ])
    const { zipcode: _, ...without } = request
    const missing = await parley.ask('POST', '/api/predict/joined', without)
    expect(missing.body.error.details[0].path).toBe('zipcode')
  })

  test('is asked for what it uses alone at an address of its own', async () => {
    const enough = await parley.ask('POST', '/api/predict/joined/minimal', request)
    const same = await parley.ask('POST', '/api/predict/joined', request)
    expect([enough.status, enough.body.prediction]).toEqual([200, same.body.prediction])
    const many = await parley.ask('POST', '/api/predict/joined/minimal', {
      instances: [request, { ...request, remark: 'a text' }],
    })
    expect(many.status).toBe(422)
    expect(many.body.error.details).toEqual([
      { path: 'instances[1].remark', message: 'is not used by this model' },
    ])
    const live = await parley.ask('POST', '/api/predict/nobody/minimal', request)
    expect(live.status).toBe(404)
    const { body } = await parley.ask('GET', '/api/models/joined/openapi.json')
    expect(Object.keys(body.paths)).toEqual(['/api/predict/joined', '/api/predict/joined/minimal'])
    const { MinimalFeatures, Features } = body.components.schemas
    expect(Object.keys(MinimalFeatures.properties)).toEqual(['zipcode', ...kept])
    expect(Object.keys(Features.properties)).toContain('remark')
  })

  test('is stored once for one file and one table, and again for another', async () => {
    const again = await deploy({ name: 'joined', ...JOINED }, { lookup: csv() })
    expect([again.status, again.body.result]).toEqual([200, 'already_stored'])
    const median = { ...JOINED, lookup_unknown: 'median' }
    const next = await deploy({ name: 'joined', ...median }, { lookup: csv() })
    expect([next.status, next.body.version]).toEqual([201, 2])
    const unknown = { ...request, zipcode: 10_001 }
    expect((await parley.ask('POST', '/api/predict/joined', unknown)).status).toBe(200)
  })

  test('cannot be given other names without its table', async () => {
    const renamed = await parley.ask('POST', '/api/operations/deploy_model', {
      name: 'joined',
      features: names.map((name) => `${name}_2`),
    })
    expect(renamed.status).toBe(409)
    expect(renamed.body.error.message).toContain('Send the file again')
  })

  test.each([
    [{}, { lookup: csv() }, 'lookup_key'],
    [{ lookup_key: 'zipcode' }, {}, 'lookup'],
    [{ ...JOINED, lookup_unknown: 'guess' }, { lookup: csv() }, 'lookup_unknown'],
    [{ ...JOINED, lookup: 'a,b' }, {}, 'lookup'],
    [JOINED, { lookup: csv('zip,a\n1,2') }, 'has no column “zipcode”'],
  ] as const)('a form of %p is refused in words', async (fields, files, word) => {
    const { status, body } = await deploy({ name: 'wrong', ...fields }, files)
    expect(status).toBe(422)
    expect(JSON.stringify(body.error)).toContain(word)
  })
})
