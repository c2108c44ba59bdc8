// Long work over REST: begun with "Prefer: respond-async", looked at, cancelled, and nobody else's.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startServer, type TestServer } from './support.ts'

const IRIS = { data: 'iris', learner: 'logreg' }

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

async function begin(input: unknown) {
  const response = await fetch(`${server.url}/api/operations/train_model`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=1, respond-async' },
    body: JSON.stringify(input),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

async function ended(address: string) {
  for (;;) {
    const { body } = await server.ask('GET', address)
    if (body.status === 'done' || body.status === 'failed') return body
    await Bun.sleep(20)
  }
}

test('a training is accepted at once, and answered at its address when it is done', async () => {
  const begun = await begin(IRIS)
  expect(begun.status).toBe(202)
  expect(begun.headers.get('preference-applied')).toBe('respond-async')
  expect(begun.headers.get('location')).toBe(begun.body.address)
  const job = await ended(begun.body.address)
  expect(job).toMatchObject({ job: begun.body.job, operation: 'train_model', status: 'done' })
  expect(job.progress.message).toBeString()
  const direct = await server.ask('POST', '/api/operations/train_model', IRIS)
  expect(direct.status).toBe(200)
  expect(Object.keys(job.result).sort()).toEqual(Object.keys(direct.body).sort())
})

test('what cannot begin is refused as ever, and what fails says why at its address', async () => {
  const refused = await begin({ data: 7 })
  expect([refused.status, refused.body.error.code]).toEqual([422, 'invalid_input'])
  const begun = await begin({ data: 'nothing of the kind' })
  const job = begun.status === 202 ? await ended(begun.body.address) : begun.body
  expect(job.error.code).toBe('not_found')
})

test('one that is not there, or another’s, is no job', async () => {
  const { status, body } = await server.ask('GET', `/api/jobs/${'0'.repeat(32)}`)
  expect([status, body.error.code]).toEqual([404, 'not_found'])
  expect((await server.ask('DELETE', '/api/jobs/nothing')).status).toBe(404)
})

test('one that has ended stays as it is when it is cancelled', async () => {
  const begun = await begin(IRIS)
  await ended(begun.body.address)
  const cancelled = await server.ask('DELETE', begun.body.address)
  expect([cancelled.status, cancelled.body.status]).toEqual([202, 'cancelling'])
  expect((await server.ask('GET', begun.body.address)).body.status).toBe('done')
})

test('operations that are no jobs are answered as ever', async () => {
  const response = await fetch(`${server.url}/api/operations/list_models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    body: '{}',
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('preference-applied')).toBe(null)
})
