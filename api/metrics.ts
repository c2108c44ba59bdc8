// Counts requests and predictions in memory and writes them in Prometheus' text format.

/** Upper bounds in seconds: a prediction takes microseconds, a batch or a deploy seconds. */
const DURATION_BUCKETS_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5]
/** Label values come from routes, statuses and registered versions; a bound keeps even their product small. */
const MAXIMUM_SERIES = 5_000
const ESCAPED = /[\\"\n]/g

interface Histogram {
  readonly labels: string
  readonly counts: number[]
  sumSeconds: number
  count: number
  errors: number
}

/** What is counted elsewhere. */
export interface Figures {
  readonly modelsLoaded: number
  readonly requestsInFlight: number
  readonly suggestions: { readonly hits: number; readonly misses: number }
}

export interface Metrics {
  /** A counter of one route's answers; worked out once, so that counting costs a look-up of two short keys. */
  route(route: string): (method: string, status: number) => void
  /** `ms` of one prediction request, whatever its number of rows. */
  prediction(model: string, modelVersion: string, ms: number, ok: boolean): void
  /** The exposition of all series. */
  render(figures: Figures): string
}

export function createMetrics(): Metrics {
  const requests: { labels: string; count: number }[] = []
  const predictions = new Map<string, Map<string, Histogram>>()
  let series = 0

  const histogramOf = (model: string, modelVersion: string): Histogram | null => {
    const known = predictions.get(model)?.get(modelVersion)
    if (known !== undefined) return known
    if (series >= MAXIMUM_SERIES) return null
    series += 1
    const histogram: Histogram = {
      labels: `model="${escapeLabel(model)}",version="${escapeLabel(modelVersion)}"`,
      counts: new Array<number>(DURATION_BUCKETS_S.length).fill(0),
      sumSeconds: 0,
      count: 0,
      errors: 0,
    }
    const byVersion = predictions.get(model) ?? new Map<string, Histogram>()
    byVersion.set(modelVersion, histogram)
    predictions.set(model, byVersion)
    return histogram
  }

  return {
    route(route) {
      const byMethod = new Map<string, Map<number, { labels: string; count: number }>>()
      return (method, status) => {
        let counter = byMethod.get(method)?.get(status)
        if (counter === undefined) {
          if (requests.length >= MAXIMUM_SERIES) return
          counter = { labels: `method="${method}",route="${route}",status="${status}"`, count: 0 }
          requests.push(counter)
          const byStatus = byMethod.get(method) ?? new Map<number, typeof counter>()
          byMethod.set(method, byStatus.set(status, counter))
        }
        counter.count += 1
      }
    },
    prediction(model, modelVersion, ms, ok) {
      const histogram = histogramOf(model, modelVersion)
      if (histogram === null) return
      const seconds = ms / 1000
      histogram.count += 1
      histogram.sumSeconds += seconds
      if (!ok) histogram.errors += 1
      const bucket = DURATION_BUCKETS_S.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1
    },
    render({ modelsLoaded, requestsInFlight, suggestions }) {
      const histograms = [...predictions.values()].flatMap((byVersion) => [...byVersion.values()])
      return [
        ...family('parley_http_requests_total', 'counter', 'HTTP requests answered.'),
        ...requests.map(({ labels, count }) => `parley_http_requests_total{${labels}} ${count}`),
        ...family('parley_prediction_errors_total', 'counter', 'Prediction requests that failed.'),
        ...histograms.map(
          ({ labels, errors }) => `parley_prediction_errors_total{${labels}} ${errors}`,
        ),
        ...family(
          'parley_prediction_duration_seconds',
          'histogram',
          'Validation and inference of a prediction request.',
        ),
        ...histograms.flatMap(renderHistogram),
        ...family('parley_models_loaded', 'gauge', 'Models in memory.'),
        `parley_models_loaded ${modelsLoaded}`,
        ...family('parley_http_requests_in_flight', 'gauge', 'Requests being answered.'),
        `parley_http_requests_in_flight ${requestsInFlight}`,
        ...family(
          'parley_suggestion_cache_hits_total',
          'counter',
          'Requests for words in a blank answered from memory.',
        ),
        `parley_suggestion_cache_hits_total ${suggestions.hits}`,
        ...family(
          'parley_suggestion_cache_misses_total',
          'counter',
          'Requests for words in a blank that ran the models.',
        ),
        `parley_suggestion_cache_misses_total ${suggestions.misses}`,
        '',
      ].join('\n')
    },
  }
}

export function family(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function renderHistogram(histogram: Histogram): readonly string[] {
  const name = 'parley_prediction_duration_seconds'
  let below = 0
  const buckets = DURATION_BUCKETS_S.map((bound, index) => {
    below += histogram.counts[index] ?? 0
    return `${name}_bucket{${histogram.labels},le="${bound}"} ${below}`
  })
  return [
    ...buckets,
    `${name}_bucket{${histogram.labels},le="+Inf"} ${histogram.count}`,
    `${name}_sum{${histogram.labels}} ${histogram.sumSeconds}`,
    `${name}_count{${histogram.labels}} ${histogram.count}`,
  ]
}

export function escapeLabel(value: string): string {
  return value.replace(ESCAPED, (found) => (found === '\n' ? '\\n' : `\\${found}`))
}
