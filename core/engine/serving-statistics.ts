// Requests, errors and latency by model since the start, in memory only.

import type { ServingSample, ServingStatistics } from '#core/operations/operation.ts'

/** The percentiles are of the last 2,048 requests: enough for a steady p99, 8 KB a model. */
const LATENCY_SAMPLES = 2048

const EMPTY: ServingStatistics = { requests: 0, rows: 0, errors: 0, latencyMs: null }

export interface StatisticsTable {
  record(name: string, sample: ServingSample): void
  read(name: string): ServingStatistics
  forget(name: string): void
}

interface Counters {
  requests: number
  rows: number
  errors: number
  /** A ring: the sample of request number n lies at n modulo its length. */
  readonly latencies: Float32Array
}

export function createStatisticsTable(): StatisticsTable {
  const table = new Map<string, Counters>()
  return {
    record(name, sample) {
      let counters = table.get(name)
      if (counters === undefined) {
        counters = { requests: 0, rows: 0, errors: 0, latencies: new Float32Array(LATENCY_SAMPLES) }
        table.set(name, counters)
      }
      counters.latencies[counters.requests % LATENCY_SAMPLES] = sample.latencyMs
      counters.requests += 1
      if (sample.ok) counters.rows += sample.rows
      else counters.errors += 1
    },
    read(name) {
      const counters = table.get(name)
      if (counters === undefined) return EMPTY
      const { requests, rows, errors } = counters
      return { requests, rows, errors, latencyMs: percentiles(counters) }
    },
    forget(name) {
      table.delete(name)
    },
  }
}

/** Nearest rank, so that every figure is a latency that really happened. */
function percentiles(counters: Counters): ServingStatistics['latencyMs'] {
  const count = Math.min(counters.requests, LATENCY_SAMPLES)
  const sorted = counters.latencies.slice(0, count).sort()
  const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * count) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
