// The truth posted later: over HTTP, for one prediction and for many, and what is refused.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { FIELDS, startServer, storeModel, type TestServer } from './support.ts'

let parley: TestServer
beforeAll(async () => {
  parley = await startServer()
  await storeModel(parley.ports)
})
afterAll(() => parley.close())

const ROW = Object.fromEntries(FIELDS.map(({ name, example }) => [name, example ?? 1]))

test('outcomes find predictions by request_id and instance, and check_drift counts them', async () => {
  const one = await parley.ask('POST', '/api/predict/churn', ROW)
  const many = await parley.ask('POST', '/api/predict/churn', { instances: [ROW, ROW] })
  expect([one.status, many.status]).toEqual([200, 200])
  const first = await parley.ask('POST', '/api/models/churn/outcomes', {
    request_id: one.body.request_id,
    actual: one.body.predicted_label,
  })
  expect(first.body).toEqual({ model: 'churn', matched: 1, unknown: 0, first_unknown: [] })
  const rest = await parley.ask('POST', '/api/models/churn/outcomes', {
    outcomes: [
      { request_id: many.body.request_id, instance: 1, actual: 'something else' },
      { request_id: 'never-seen', actual: 'Yes' },
    ],
  })
  expect(rest.body).toMatchObject({ matched: 1, unknown: 1, first_unknown: ['never-seen'] })
  const drift = await parley.ask('POST', '/api/operations/check_drift', { model: 'churn' })
  expect(drift.body.live).toMatchObject({ rows: 2, measure: 'accuracy', value: 0.5 })
  expect(drift.body.answers).toBe(3)
})

test('what is no outcome is refused with what to send', async () => {
  const wrong = await parley.ask('POST', '/api/models/churn/outcomes', {
    outcomes: [{ actual: 1 }],
  })
  expect(wrong.status).toBe(422)
  expect(wrong.body.error.message).toContain('"request_id"')
  const unknown = await parley.ask('POST', '/api/models/nothing/outcomes', {
    request_id: 'r',
    actual: 1,
  })
  expect(unknown.status).toBe(404)
})

test('who may only look posts no outcomes', async () => {
  const viewer = await startServer({
    principalOf: () => ({ id: 'key:1', role: 'viewer', surface: 'rest' }),
  })
  const refused = await viewer.ask('POST', '/api/models/churn/outcomes', {
    request_id: 'r',
    actual: 1,
  })
  expect(refused.status).toBe(403)
  await viewer.close()
})
