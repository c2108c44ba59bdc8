// model_metrics: how good a model is by its trainer's figures, and how it has been used since the start.

import { z } from 'zod'
import { fail, succeed } from '#core/errors.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { formatDuration, formatNumber } from '#core/presentation/numbers.ts'
import { countOf } from '#core/presentation/phrases.ts'
import { findModel, shownVersion } from './find-model.ts'
import { defineOperation } from './operation.ts'
import {
  latencySchema,
  toWireTraffic,
  trafficBlock,
  trafficSchema,
  trafficSentence,
} from './traffic-wire.ts'
import { modelField } from './wire.ts'

const output = z.object({
  model: z.string(),
  title: z.string(),
  version: z.int(),
  model_version: z.string(),
  deployed: z.boolean(),
  /** Figures the trainer gave, by name. */
  metrics: z.record(z.string(), z.number()),
  /** Since this server started. */
  requests: z.number(),
  rows: z.number(),
  errors: z.number(),
  latency_ms: latencySchema.nullable(),
  /** How requests are spread now, and what each version did since; null where the live one gets all. */
  traffic: trafficSchema.nullable(),
  /** The version that took itself out last, since the start. */
  rolled_back: z.object({ version: z.int(), reason: z.string(), at: z.string() }).nullable(),
})

export const modelMetrics = defineOperation({
  name: 'model_metrics',
  title: 'Figures of a model',
  description:
    'Shows how good a model was on held-out data, where its trainer said so, its requests, errors and latency since the server started, and how the versions of a split compare.',
  effect: 'read',
  cost: 'instant',
  input: z.strictObject({ model: modelField }),
  output,
  errors: ['not_found', 'conflict'],
  examples: [{ utterance: 'How good is the churn model?', input: { model: 'churn' } }],
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const model = found.value
    const version = await shownVersion(ports.registry, model)
    if (version === null) return fail('not_found', `${model.name} has no version.`)
    const { requests, rows, errors, latencyMs } = ports.serving.statistics(model.name)
    return succeed({
      model: model.name,
      title: model.title,
      version: version.number,
      model_version: version.modelVersion,
      deployed: model.liveVersion !== null,
      metrics: { ...version.metrics },
      requests,
      rows,
      errors,
      latency_ms: latencyMs === null ? null : { ...latencyMs },
      traffic: toWireTraffic(ports.serving.traffic(model.name)),
      rolled_back: ports.serving.rolledBack(model.name),
    })
  },
  present,
})

function present(figures: z.output<typeof output>): Presentation {
  const { model, version, requests, rows, errors, latency_ms } = figures
  const metrics = Object.entries(figures.metrics)
  const known =
    metrics.length === 0
      ? `Nobody has told me how good version ${version} of ${model} is: its file holds no figures.`
      : `On data it had not seen, version ${version} of ${model} reached ${metrics
          .map(([name, value]) => `${nameInWords(name)} ${formatNumber(value)}`)
          .join(', ')}.`
  const used =
    requests === 0
      ? ' It has answered no request since the server started.'
      : ` Since the server started it has answered ${countOf(requests, 'request')}.`
  const blocks: Block[] = []
  if (metrics.length > 0) {
    blocks.push({
      kind: 'fields',
      title: 'From training',
      items: metrics.map(([name, value]) => ({
        label: nameInWords(name),
        value: formatNumber(value),
      })),
    })
  }
  blocks.push({
    kind: 'fields',
    title: 'Since start',
    items: [
      { label: 'Requests', value: formatNumber(requests) },
      { label: 'Rows', value: formatNumber(rows) },
      { label: 'Errors', value: formatNumber(errors) },
      ...(latency_ms === null
        ? []
        : [
            {
              label: 'Latency',
              value: `${formatDuration(latency_ms.p50)} (median), ${formatDuration(latency_ms.p95)} (95%), ${formatDuration(latency_ms.p99)} (99%)`,
            },
          ]),
    ],
  })
  const traffic = trafficBlock(figures)
  if (traffic !== null) blocks.push(traffic)
  return { text: known + used + trafficSentence(figures), blocks }
}

/** `log_loss` → `log loss`, `auc` → `AUC`. */
function nameInWords(name: string): string {
  return ABBREVIATIONS.has(name) ? name.toUpperCase() : name.replaceAll('_', ' ')
}

const ABBREVIATIONS: ReadonlySet<string> = new Set(['auc', 'rmse', 'mae', 'mape', 'mse'])
