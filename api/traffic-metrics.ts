// The splits in force and their shadows in Prometheus' text format.

import type { TrafficFigures, VersionTraffic } from '#core/traffic/traffic-figures.ts'
import { escapeLabel, family } from './metrics-text.ts'

interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /** Null where a version has no such figure. */
  readonly value: (version: VersionTraffic) => number | null
}

const FAMILIES: readonly Family[] = [
  {
    name: 'parley_traffic_share_percent',
    type: 'gauge',
    help: 'Share of the requests that a version of a split gets.',
    value: ({ role, percent }) => (role === 'shadow' ? null : percent),
  },
  {
    name: 'parley_traffic_errors_total',
    type: 'counter',
    help: 'Requests that a version failed since its split began.',
    value: ({ errors }) => errors,
  },
  {
    name: 'parley_traffic_requests_total',
    type: 'counter',
    help: 'Requests that a version answered, or ran in the shadow, since its split began.',
    value: ({ requests }) => requests,
  },
  {
    name: 'parley_shadow_rows_total',
    type: 'counter',
    help: 'Rows that a shadow was compared on.',
    value: ({ shadow }) => shadow?.rows ?? null,
  },
  {
    name: 'parley_shadow_agreements_total',
    type: 'counter',
    help: 'Rows on which a shadow gave the same label, or a number within a hundredth.',
    value: ({ shadow }) => shadow?.agreements ?? null,
  },
  {
    name: 'parley_shadow_mean_difference',
    type: 'gauge',
    help: 'Mean absolute difference of a shadow from the answers.',
    value: ({ shadow }) => shadow?.meanDifference ?? null,
  },
  {
    name: 'parley_shadow_skipped_total',
    type: 'counter',
    help: 'Requests that were not run in the shadow because too many were waiting.',
    value: ({ shadow }) => shadow?.skipped ?? null,
  },
]

/** '' where no model's requests are spread, so that nobody else pays for these series. */
export function renderTraffic(plans: ReadonlyMap<string, TrafficFigures>): string {
  if (plans.size === 0) return ''
  const lines = FAMILIES.flatMap(({ name, type, help, value }) => [
    ...family(name, type, help),
    ...[...plans].flatMap(([model, { versions }]) =>
      versions.flatMap((version) => {
        const figure = value(version)
        const labels = `model="${escapeLabel(model)}",version="${escapeLabel(version.modelVersion ?? String(version.number))}",role="${version.role}"`
        return figure === null ? [] : [`${name}{${labels}} ${figure}`]
      }),
    ),
  ])
  return `${lines.join('\n')}\n`
}
