// From a table to predictions over MCP: trained with progress, judged against a naive guess, deployed, asked.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trainModel } from '#core/operations/train-model.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'
import {
  connectHttp,
  connectStdio,
  type Era,
  type McpTestServer,
  startMcpServer,
  type TestClient,
} from './support.ts'

/** A training starts a process of its own, which a machine under full load may take seconds for. */
const PATIENCE_MS = 60_000

/** Tenure says nearly all of it, and one customer number a row nothing. */
const CUSTOMERS = [
  'customerID,tenure,charges,Churn',
  ...Array.from({ length: 120 }, (_, row) => {
    const tenure = (row * 7) % 60
    const leaves = tenure < 20 !== (row % 11 === 0)
    return `C-${row},${tenure},${20 + ((row * 13) % 90)},${leaves ? 'Yes' : 'No'}`
  }),
].join('\n')

let folder: string
let ports: TestPorts
let server: McpTestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-training-'))
  await mkdir(join(folder, 'tables'))
  await Bun.write(join(folder, 'tables/customers.csv'), CUSTOMERS)
  ports = await createTestPorts()
  server = startMcpServer(ports)
})
afterAll(async () => {
  await server.close()
  await ports.close()
  await rm(folder, { recursive: true, force: true })
})

interface Way {
  readonly client: TestClient
  readonly file: Readonly<Record<string, string>>
}

async function byHandle(era: Era): Promise<Way> {
  const form = new FormData()
  form.set('file', new File([CUSTOMERS], 'customers.csv'))
  const sent = await fetch(`${server.url}/api/uploads`, { method: 'POST', body: form })
  const { upload } = (await sent.json()) as { upload: string }
  return { client: await connectHttp(server.url, era), file: { upload } }
}

async function byPath(era: Era): Promise<Way> {
  const client = await connectStdio(era, {
    words: ['--allow', join(folder, 'tables')],
    environment: { PARLEY_DATA: join(folder, era), PORT: '1' },
  })
  return { client, file: { path: 'customers.csv' } }
}

test.each([
  ['2026-07-28', 'a handle of the HTTP API', byHandle],
  ['2025-11-25', 'a path in an allowed folder', byPath],
] as const)(
  'trained in %s from %s, deployed and asked',
  async (era, _way, open) => {
    const { client, file } = await open(era)
    const messages: (string | undefined)[] = []
    const trained = await client.call(
      'train_model',
      { ...file, target: 'churn', learner: 'logreg' },
      { onProgress: (message) => messages.push(message) },
    )
    expect(messages).toEqual([
      'comparing learners',
      'fitting logistic regression',
      'testing',
      'writing the model',
    ])
    const answer = trainModel.output.parse(trained.data)
    expect(answer.features).toEqual(['tenure', 'charges'])
    expect(answer.metrics['accuracy']).toBeGreaterThan((answer.baseline['accuracy'] ?? 1) + 0.1)
    const { labels, counts } = answer.evaluation?.confusion_matrix ?? { labels: [], counts: [] }
    expect(labels).toEqual(['No', 'Yes'])
    const total = counts.flat().reduce((sum, count) => sum + count, 0)
    const right = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0)
    expect([total, right / total]).toEqual([answer.rows.test, answer.metrics['accuracy'] ?? 0])
    // The same for who reads only text, the handle to deploy with included.
    expect(trained.text).toContain(`Accuracy  ${answer.metrics['accuracy']} (naive guess`)
    expect(trained.text).toContain('What it is, and what was predicted')
    const [, handle = ''] = /handle ([\da-f]{32}): deploy_model takes it/.exec(trained.text) ?? []
    expect(trained.links).toEqual([`parley://uploads/${handle}`])
    // A joblib file: a pickle of protocol 2 or later.
    const bytes = Buffer.from(await client.read(trained.links[0] ?? ''), 'base64')
    expect([bytes.length, bytes[0]]).toEqual([answer.result.size_bytes, 0x80])

    const deployed = await client.call('deploy_model', { upload: handle })
    expect(deployed.data).toMatchObject({ name: 'churn', deployed: true })
    const ask = async (tenure: number) => {
      const { data } = await client.call('predict_churn', { tenure, charges: 60 })
      return (data as { predicted_label: string }).predicted_label
    }
    expect([await ask(2), await ask(55)]).toEqual(['Yes', 'No'])
    expect((await client.call('model_metrics', { model: 'churn' })).text).toContain(
      `accuracy  ${answer.metrics['accuracy']}`,
    )
    await client.close()
  },
  PATIENCE_MS,
)
