// Figures of requests as model_metrics shows them.

import { expect, test } from 'bun:test'
import { createStatisticsTable } from '#core/engine/serving-statistics.ts'

test('a model that nobody asked has no latency', () => {
  expect(createStatisticsTable().read('churn')).toEqual({
    requests: 0,
    rows: 0,
    errors: 0,
    latencyMs: null,
  })
})

test('requests, rows and errors are counted apart, and percentiles are latencies that happened', () => {
  const table = createStatisticsTable()
  for (let latencyMs = 100; latencyMs >= 1; latencyMs -= 1) {
    table.record('churn', { rows: 3, latencyMs, ok: latencyMs > 10 })
  }
  table.record('price', { rows: 1, latencyMs: 7, ok: true })
  expect(table.read('churn')).toEqual({
    requests: 100,
    rows: 270,
    errors: 10,
    latencyMs: { p50: 50, p95: 95, p99: 99 },
  })
  expect(table.read('price').latencyMs).toEqual({ p50: 7, p95: 7, p99: 7 })
})

test('percentiles are of recent requests, counts of all', () => {
  const table = createStatisticsTable()
  for (let request = 0; request < 5000; request += 1) {
    table.record('churn', { rows: 1, latencyMs: request < 2000 ? 900 : 2, ok: true })
  }
  expect(table.read('churn')).toMatchObject({ requests: 5000, latencyMs: { p50: 2, p99: 2 } })
})

test('a forgotten model starts anew', () => {
  const table = createStatisticsTable()
  table.record('churn', { rows: 1, latencyMs: 2, ok: true })
  table.forget('churn')
  expect(table.read('churn').requests).toBe(0)
})
