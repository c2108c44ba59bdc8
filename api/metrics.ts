// Writes what is counted in Prometheus' text format, also under the names that dashboards of other servers read.

import type { Monitor } from '#core/monitoring/monitor.ts'
import type { Usage } from '#core/monitoring/usage.ts'
import { type Family, histogram, renderFamilies, type Series } from './metrics-text.ts'

/** Label values come from routes and statuses; a bound keeps even their product small. */
const MAXIMUM_SERIES = 5_000

/** What is counted elsewhere. */
export interface Figures {
  readonly modelsLoaded: number
  readonly modelsFailed: number
  readonly requestsInFlight: number
  readonly suggestions: { readonly hits: number; readonly misses: number }
  readonly usage: Usage | undefined
  readonly monitor: Monitor | undefined
  readonly process: {
    readonly residentBytes: number
    readonly startedAtSeconds: number
    readonly cpuSeconds: number
  }
  readonly version: string
}

export interface Metrics {
  /** A counter of one route's answers; worked out once, so that counting costs a look-up of two short keys. */
  route(route: string): (method: string, status: number) => void
  /** The exposition of all series. */
  render(figures: Figures): string
}

interface RequestCounter {
  readonly method: string
  readonly route: string
  readonly status: string
  count: number
}

export function createMetrics(): Metrics {
  const requests: RequestCounter[] = []
  return {
    route(route) {
      const byMethod = new Map<string, Map<number, RequestCounter>>()
      return (method, status) => {
        let counter = byMethod.get(method)?.get(status)
        if (counter === undefined) {
          if (requests.length >= MAXIMUM_SERIES) return
          counter = { method, route, status: String(status), count: 0 }
          requests.push(counter)
          const byStatus = byMethod.get(method) ?? new Map<number, RequestCounter>()
          byMethod.set(method, byStatus.set(status, counter))
        }
        counter.count += 1
      }
    },
    render: (figures) =>
      renderFamilies([
        {
          name: 'parley_http_requests_total',
          type: 'counter',
          help: 'HTTP requests answered.',
          series: requests.map(({ count, ...labels }) => ({ labels, value: count })),
        },
        ...usageFamilies(figures.usage),
        ...watchFamilies(figures.monitor),
        ...serverFamilies(figures),
      ]),
  }
}

function usageFamilies(usage: Usage | undefined): readonly Family[] {
  const versions = (usage?.versions() ?? []).map((one) => {
    const surfaces = [...one.surfaces]
    const total = (key: 'requests' | 'errors' | 'rows') =>
      surfaces.reduce((sum, [, counts]) => sum + counts[key], 0)
    return { ...one, surfaces, total, labels: { model: one.model, version: one.version } }
  })
  const bySurface = (pick: 'requests' | 'errors' | 'rows'): Series[] =>
    versions.flatMap(({ labels, surfaces }) =>
      surfaces.map(([surface, counts]) => ({
        labels: { ...labels, surface },
        value: counts[pick],
      })),
    )
  const byVersion = (value: (version: (typeof versions)[number]) => number): Series[] =>
    versions.map((version) => ({ labels: version.labels, value: value(version) }))
  const right = byVersion(({ total }) => total('requests') - total('errors'))
  const failed = byVersion(({ total }) => total('errors'))
  const counter = (name: string, help: string, series: readonly Series[]): Family => ({
    name,
    type: 'counter',
    help,
    series,
  })
  return [
    counter('parley_predictions_total', 'Prediction requests.', bySurface('requests')),
    counter(
      'parley_prediction_errors_total',
      'Prediction requests that failed.',
      bySurface('errors'),
    ),
    counter('parley_prediction_rows_total', 'Rows predicted.', bySurface('rows')),
    histogram(
      'parley_prediction_duration_seconds',
      'Validation and inference of a prediction request.',
      versions.map((one) => ({ ...one, count: one.total('requests') })),
    ),
    counter(
      'parley_operations_total',
      'Operations that ended.',
      (usage?.operations() ?? []).map(({ count, ...labels }) => ({ labels, value: count })),
    ),
    // The names of MLServer, Triton and KServe, so that a dashboard made for those shows this server too.
    counter('model_infer_request_success_total', 'As MLServer counts.', right),
    counter('model_infer_request_failure_total', 'As MLServer counts.', failed),
    counter('nv_inference_request_success', 'As Triton counts.', right),
    counter('nv_inference_request_failure', 'As Triton counts.', failed),
    counter(
      'nv_inference_count',
      'Rows predicted, as Triton counts.',
      byVersion(({ total }) => total('rows')),
    ),
    counter(
      'nv_inference_request_duration_us',
      'Microseconds spent on requests, as Triton counts.',
      byVersion(({ seconds }) => Math.round(seconds * 1e6)),
    ),
    histogram(
      'request_predict_seconds',
      'As KServe measures.',
      versions.map((one) => ({
        ...one,
        labels: { model_name: one.model, version: one.version },
        count: one.total('requests'),
      })),
    ),
  ]
}

function watchFamilies(monitor: Monitor | undefined): readonly Family[] {
  if (monitor === undefined) return []
  const { logged, skipped, dropped } = monitor.statistics()
  const one = (state: string, value: number): Series => ({ labels: { state }, value })
  const checks = monitor.checks()
  return [
    {
      name: 'parley_prediction_log_total',
      type: 'counter',
      help: 'Predictions that were logged, skipped by sampling, or dropped because they could not be written.',
      series: [one('logged', logged), one('skipped', skipped), one('dropped', dropped)],
    },
    {
      name: 'parley_drift_psi',
      type: 'gauge',
      help: 'PSI beyond chance of the column that moved most, at the last check of a version.',
      series: checks.map(({ psi, ...labels }) => ({ labels, value: psi })),
    },
  ]
}

function serverFamilies(figures: Figures): readonly Family[] {
  const single = (name: string, type: Family['type'], help: string, value: number): Family => ({
    name,
    type,
    help,
    series: [{ labels: {}, value }],
  })
  const { suggestions, process } = figures
  return [
    single('parley_models_loaded', 'gauge', 'Models in memory.', figures.modelsLoaded),
    single(
      'parley_models_failed',
      'gauge',
      'Deployed models that could not be loaded.',
      figures.modelsFailed,
    ),
    single(
      'parley_http_requests_in_flight',
      'gauge',
      'Requests being answered.',
      figures.requestsInFlight,
    ),
    single(
      'parley_suggestion_cache_hits_total',
      'counter',
      'Requests for words in a blank answered from memory.',
      suggestions.hits,
    ),
    single(
      'parley_suggestion_cache_misses_total',
      'counter',
      'Requests for words in a blank that ran the models.',
      suggestions.misses,
    ),
    single('process_resident_memory_bytes', 'gauge', 'Memory in use.', process.residentBytes),
    single(
      'process_start_time_seconds',
      'gauge',
      'When the process began, since 1970.',
      process.startedAtSeconds,
    ),
    single('process_cpu_seconds_total', 'counter', 'Processor time used.', process.cpuSeconds),
    {
      name: 'parley_build_info',
      type: 'gauge',
      help: 'The version that runs.',
      series: [{ labels: { version: figures.version }, value: 1 }],
    },
  ]
}
