// The figures of a split as operations give them out, and how they are told.

import { z } from 'zod'
import type { Block } from '#core/presentation/blocks.ts'
import { formatDuration, formatNumber } from '#core/presentation/numbers.ts'
import type { TrafficFigures, VersionTraffic } from '#core/traffic/traffic-figures.ts'
import { rollBackSchema, toWireRule } from './roll-back-wire.ts'

export const latencySchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number() })

const shadowSchema = z.object({
  /** Rows that both versions answered. */
  rows: z.number(),
  /** Share of them with the same label, or numbers within a hundredth. */
  agreement: z.number().nullable(),
  /** Mean absolute difference of the values, or of the probability of the answered label. */
  mean_difference: z.number().nullable(),
  /** Requests that were not run again because too many were waiting. */
  skipped: z.number(),
})

export const trafficSchema = z.object({
  since: z.string(),
  roll_back: rollBackSchema.nullable(),
  versions: z.array(
    z.object({
      version: z.int(),
      model_version: z.string().nullable(),
      role: z.enum(['live', 'candidate', 'shadow']),
      percent: z.number(),
      requests: z.number(),
      errors: z.number(),
      latency_ms: latencySchema.nullable(),
      shadow: shadowSchema.nullable(),
    }),
  ),
})

type WireTraffic = z.output<typeof trafficSchema>

export function toWireTraffic(figures: TrafficFigures | null): WireTraffic | null {
  if (figures === null) return null
  return {
    since: figures.plan.startedAt,
    roll_back: toWireRule(figures.plan.rollBack),
    versions: figures.versions.map(toWireVersionTraffic),
  }
}

function toWireVersionTraffic(one: VersionTraffic): WireTraffic['versions'][number] {
  const { shadow } = one
  return {
    version: one.number,
    model_version: one.modelVersion,
    role: one.role,
    percent: one.percent,
    requests: one.requests,
    errors: one.errors,
    latency_ms: one.latencyMs === null ? null : { ...one.latencyMs },
    shadow:
      shadow === null
        ? null
        : {
            rows: shadow.rows,
            agreement: shadow.rows === 0 ? null : shadow.agreements / shadow.rows,
            mean_difference: shadow.meanDifference,
            skipped: shadow.skipped,
          },
  }
}

interface Told {
  readonly traffic: WireTraffic | null
  readonly rolled_back: { readonly version: number; readonly reason: string } | null
}

export function trafficSentence({ traffic, rolled_back }: Told): string {
  const back =
    rolled_back === null
      ? ''
      : ` Version ${rolled_back.version} was rolled back by itself: it ${rolled_back.reason}.`
  const shadows = traffic?.versions.flatMap(shadowSentence) ?? []
  return `${back}${shadows.join('')}`
}

function shadowSentence({ version, shadow }: WireTraffic['versions'][number]): readonly string[] {
  if (shadow?.agreement == null) return []
  return [
    ` In the shadow, version ${version} agreed on ${percentOf(shadow.agreement)} of ${formatNumber(shadow.rows)} rows.`,
  ]
}

export function trafficBlock({ traffic }: Told): Block | null {
  if (traffic === null) return null
  return {
    kind: 'table',
    columns: [
      { label: 'Version', align: 'right' },
      { label: 'Gets' },
      { label: 'Requests', align: 'right' },
      { label: 'Errors', align: 'right' },
      { label: '95% within', align: 'right' },
      { label: 'Agrees', align: 'right' },
      { label: 'Mean difference', align: 'right' },
    ],
    rows: traffic.versions.map((one) => [
      one.version,
      one.role === 'shadow' ? 'shadow' : `${formatNumber(one.percent)} %`,
      one.requests,
      one.errors,
      one.latency_ms === null ? '' : formatDuration(one.latency_ms.p95),
      one.shadow?.agreement == null ? '' : percentOf(one.shadow.agreement),
      one.shadow?.mean_difference == null ? '' : formatNumber(one.shadow.mean_difference),
    ]),
  }
}

function percentOf(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
