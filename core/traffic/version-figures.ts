// What one version did with the requests that a plan gave it: errors and latency of the last ones, and agreement of a shadow.

import type { Difference } from './compare-predictions.ts'
import { FIGURES_WINDOW, type RollBackRule } from './traffic-plan.ts'

export interface VersionFigures {
  /** Since the plan began. */
  readonly requests: number
  readonly errors: number
  /** Milliseconds, nearest rank over the last `FIGURES_WINDOW` requests; null before the first. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null
  /** Of a shadow alone. */
  readonly shadow: ShadowFigures | null
}

export interface ShadowFigures {
  /** Rows that both versions answered. */
  readonly rows: number
  readonly agreements: number
  /** Mean absolute difference of the values, or of the probability of the answered label; null where nothing has one. */
  readonly meanDifference: number | null
  /** Requests that were not run again because the machine was busy with others. */
  readonly skipped: number
}

export interface FiguresKeeper {
  record(ok: boolean, latencyMs: number): void
  compare(differences: readonly Difference[]): void
  skip(): void
  count(): number
  /** Share of the last requests that failed, 0 to 1; 0 before the first. */
  errorRate(): number
  /** Why the rule takes this version out, in words that follow its name; null where it stays. */
  breach(rule: RollBackRule, liveErrorRate: number): string | null
  read(): VersionFigures
}

export function createFigures(role: 'answers' | 'shadow'): FiguresKeeper {
  // Rings: request number n lies at n modulo the window.
  const failed = new Uint8Array(FIGURES_WINDOW)
  const latencies = new Float32Array(FIGURES_WINDOW)
  let requests = 0
  let errors = 0
  let recentErrors = 0
  const compared = { rows: 0, agreements: 0, sum: 0, numbers: 0, skipped: 0 }

  const recent = () => Math.min(requests, FIGURES_WINDOW)
  const errorRate = () => (requests === 0 ? 0 : recentErrors / recent())
  const percentiles = (): VersionFigures['latencyMs'] => {
    const count = recent()
    if (count === 0) return null
    const sorted = latencies.slice(0, count).sort()
    const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * count) - 1)] ?? 0
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }
  return {
    record(ok, latencyMs) {
      const place = requests % FIGURES_WINDOW
      recentErrors += (ok ? 0 : 1) - (failed[place] ?? 0)
      failed[place] = ok ? 0 : 1
      latencies[place] = latencyMs
      requests += 1
      if (!ok) errors += 1
    },
    compare(differences) {
      for (const { agrees, distance } of differences) {
        compared.rows += 1
        if (agrees) compared.agreements += 1
        if (distance === null) continue
        compared.sum += distance
        compared.numbers += 1
      }
    },
    skip() {
      compared.skipped += 1
    },
    count: () => requests,
    errorRate,
    breach({ maximumErrorRate, maximumLatencyMs, minimumRequests }, liveErrorRate) {
      if (requests < minimumRequests) return null
      const rate = errorRate()
      // Callers who send bad rows send them to every version: only what the live one does not have is the version's own.
      if (maximumErrorRate !== null && rate > maximumErrorRate && rate > liveErrorRate) {
        return `failed ${percent(rate)} of its last ${recent()} requests, where ${percent(maximumErrorRate)} may`
      }
      const p95 = maximumLatencyMs === null ? null : (percentiles()?.p95 ?? null)
      if (p95 !== null && maximumLatencyMs !== null && p95 > maximumLatencyMs) {
        return `took ${p95.toPrecision(3)} ms for 95 % of its last ${recent()} requests, where ${maximumLatencyMs} ms are allowed`
      }
      return null
    },
    read() {
      const { rows, agreements, sum, numbers, skipped } = compared
      const meanDifference = numbers === 0 ? null : sum / numbers
      const shadow = role === 'shadow' ? { rows, agreements, meanDifference, skipped } : null
      return { requests, errors, latencyMs: percentiles(), shadow }
    },
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
