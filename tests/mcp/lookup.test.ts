// A model and the table that is joined to it, both by their paths, as a client on this machine names them.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../api/support.ts'
import { connectStdio, type TestClient } from './support.ts'

const PATIENCE_MS = 30_000
const FIXTURE = join(ROOT, 'tests/fixtures/sklearn/1.6.1/knn_house_prices')
/** The last columns of the fixture come from the table. */
const MOVED = 3

let folder: string
let client: TestClient
let columns: readonly string[]
let rows: readonly (readonly number[])[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-lookup-'))
  const fixture = await Bun.file(`${FIXTURE}.json`).json()
  columns = fixture.columns
  rows = fixture.rows
  const table = [
    ['zipcode', ...columns.slice(-MOVED)].join(','),
    ...rows.slice(0, 6).map((row, index) => [98_001 + index, ...row.slice(-MOVED)].join(',')),
  ]
  await copyFile(`${FIXTURE}.pkl`, join(folder, 'model.pkl'))
  await Bun.write(join(folder, 'demographics.csv'), table.join('\n'))
  client = await connectStdio('2026-07-28', {
    words: ['--allow', folder],
    environment: { PARLEY_DATA: join(folder, 'data'), PORT: '1' },
  })
}, PATIENCE_MS)
afterAll(async () => {
  await client.close()
  await rm(folder, { recursive: true, force: true })
})

test(
  'answers by the key as by the figures themselves',
  async () => {
    const kept = columns.slice(0, -MOVED)
    const valuesOf = (row: readonly number[], names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, row[columns.indexOf(name)]]))
    const row = rows[2] ?? []
    const model = { path: 'model.pkl' }
    const plain = await client.call('deploy_model', { ...model, name: 'plain' })
    const joined = await client.call('deploy_model', {
      ...model,
      name: 'joined',
      lookup_path: 'demographics.csv',
      lookup_key: 'zipcode',
      accept: ['zipcode', ...kept],
    })
    expect([plain.text, joined.text].join('\n')).toContain('/api/predict/joined')
    const whole = await client.call('predict', { model: 'plain', features: valuesOf(row, columns) })
    const features = { ...valuesOf(row, kept), zipcode: 98_003 }
    const short = await client.call('predict', { model: 'joined', features })
    const predictionOf = ({ data }: { data: unknown }) =>
      (data as { prediction: number }).prediction
    expect(predictionOf(short)).toBeNumber()
    expect(predictionOf(short)).toBe(predictionOf(whole))
  },
  PATIENCE_MS,
)

test('is offered where it is taken, and the table has one name only', async () => {
  const takes = (await client.tools())
    .filter(({ inputSchema }) => 'lookup_path' in Object(inputSchema['properties']))
    .map(({ name }) => name)
  expect(takes).toEqual(['deploy_model'])
  const wrong = [
    { lookup_path: 'nothing.csv' },
    { lookup_path: '/etc/passwd' },
    { lookup_path: 7 },
    { lookup_path: 'demographics.csv', lookup: '0'.repeat(32) },
  ]
  const codes: (string | undefined)[] = []
  for (const one of wrong) {
    const given = { path: 'model.pkl', lookup_key: 'zipcode', ...one }
    codes.push((await client.call('deploy_model', given)).error?.code)
  }
  expect(codes).toEqual(['not_found', 'not_found', 'invalid_input', 'invalid_input'])
})
