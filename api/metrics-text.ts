// Prometheus' text format 0.0.4 from families of series.

import { DURATION_BUCKETS_S } from '#core/monitoring/usage.ts'

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Behind the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
}

export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly series: readonly Series[]
}

const ESCAPED = /[\\"\n]/g

export function renderFamilies(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, help, series }) => [
    ...family(name, type, help),
    ...series.map(
      ({ labels, value, suffix = '' }) => `${name}${suffix}${labelText(labels)} ${value}`,
    ),
  ])
  return [...lines, ''].join('\n')
}

export function family(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

/** Buckets are cumulative on the wire. */
export function histogram(
  name: string,
  help: string,
  measured: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly buckets: readonly number[]
    readonly seconds: number
    readonly count: number
  }[],
): Family {
  const series = measured.flatMap(({ labels, buckets, seconds, count }): Series[] => {
    let below = 0
    return [
      ...DURATION_BUCKETS_S.map((bound, index) => {
        below += buckets[index] ?? 0
        return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below }
      }),
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: seconds },
      { suffix: '_count', labels, value: count },
    ]
  })
  return { name, type: 'histogram', help, series }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

export function escapeLabel(value: string): string {
  return value.replace(ESCAPED, (found) => (found === '\n' ? '\\n' : `\\${found}`))
}
