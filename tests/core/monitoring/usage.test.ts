// Counts of predictions: by surface, in buckets, and bounded however many versions there are.

import { expect, test } from 'bun:test'
import { createUsage, DURATION_BUCKETS_S } from '#core/monitoring/usage.ts'

const version = (number: number) => ({ model: 'churn', modelVersion: `${number}-abc` })
const request = { surface: 'rest', rows: 3, latencyMs: 2, ok: true } as const

test('requests, errors and rows are counted by surface, and a duration in one bucket', () => {
  const usage = createUsage()
  usage.predicted(version(1), request)
  // Another record of the same version.
  usage.predicted(version(1), { ...request, surface: 'slack', ok: false })
  usage.predicted(version(1), { ...request, latencyMs: 60_000 })
  const [counted, ...others] = usage.versions()
  expect(others).toEqual([])
  expect([...(counted?.surfaces ?? [])]).toEqual([
    ['rest', { requests: 2, errors: 0, rows: 6 }],
    ['slack', { requests: 1, errors: 1, rows: 0 }],
  ])
  expect(counted?.buckets[DURATION_BUCKETS_S.indexOf(0.0025)]).toBe(2)
  expect(counted?.buckets.reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(counted?.seconds).toBeCloseTo(60.004, 9)
})

test('versions beyond the bound share one series, and none is lost', () => {
  const usage = createUsage()
  for (let number = 1; number <= 700; number++) usage.predicted(version(number), request)
  const counted = usage.versions()
  expect(counted.length).toBe(501)
  expect(counted.at(-1)).toMatchObject({ model: '(others)', version: '(others)' })
  expect(counted.at(-1)?.surfaces.get('rest')?.requests).toBe(200)
})
