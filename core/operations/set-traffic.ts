// set_traffic: spreads a model's requests over its versions, runs others in their shadow, and says when to go back.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ModelRecord, VersionRecord } from '#core/registry/registry.ts'
import {
  DEFAULT_MINIMUM_REQUESTS,
  MAXIMUM_SHADOWS,
  type RollBackRule,
  type TrafficPlan,
} from '#core/traffic/traffic-plan.ts'
import { endpointOf } from './example-row.ts'
import { findModel, findVersion } from './find-model.ts'
import { defineOperation, type Ports } from './operation.ts'
import { rollBackSchema, toWireRule } from './roll-back-wire.ts'
import { presentTraffic } from './set-traffic-answer.ts'
import { sharesOf } from './traffic-shares.ts'
import { modelField } from './wire.ts'

const output = z.object({
  model: z.string(),
  title: z.string(),
  /** Gets what the others leave over; the largest share. */
  live_version: z.int(),
  previous_version: z.int().nullable(),
  shares: z.array(z.object({ version: z.int(), model_version: z.string(), percent: z.number() })),
  shadow: z.array(z.object({ version: z.int(), model_version: z.string() })),
  roll_back: rollBackSchema.nullable(),
  endpoint: z.string(),
})

export type TrafficOutput = z.output<typeof output>

const input = z.strictObject({
  model: modelField,
  shares: z
    .record(z.string(), z.number().min(0).max(100))
    .optional()
    .describe(
      'Percent of the requests by the number of a version ({"1": 90, "2": 10}); the live version gets what is left over, and all of it where this is left out',
    ),
  shadow: z
    .array(z.coerce.number().int().min(1))
    .max(MAXIMUM_SHADOWS)
    .optional()
    .describe(
      'Numbers of versions that are run beside the answering one, compared, and never returned',
    ),
  maximum_error_percent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe(
      'A version beside the live one that fails more than this, and more than the live one, takes itself out',
    ),
  maximum_latency_ms: z
    .number()
    .positive()
    .optional()
    .describe('A version beside the live one whose 95th percentile is above this takes itself out'),
  minimum_requests: z
    .int()
    .min(1)
    .optional()
    .describe(`No version is judged by fewer requests; ${DEFAULT_MINIMUM_REQUESTS} where left out`),
})

type TrafficInput = z.output<typeof input>

export const setTraffic = defineOperation({
  name: 'set_traffic',
  title: 'Split traffic',
  description:
    'Spreads the requests of a model over its versions (canary, A/B), runs versions in the shadow of the answering one, and sets limits at which a new version takes itself out. It says all: what is not named is off.',
  effect: 'write',
  cost: 'instant',
  input,
  output,
  errors: ['invalid_input', 'not_found', 'conflict', 'unreadable_model', 'unavailable'],
  examples: [
    {
      utterance: 'Send all of the traffic of price to version 1',
      input: { model: 'price', shares: { '1': 100 } },
    },
  ],
  async handle(wanted, { ports }) {
    const found = await findModel(ports.registry, wanted.model)
    if (!found.ok) return found
    const model = found.value
    const shares = sharesOf(wanted.shares ?? {}, model)
    if (!shares.ok) return shares
    const { live, candidates } = shares.value
    const shadows = [...new Set(wanted.shadow ?? [])]
    if (shadows.some((one) => one === live || candidates.some(({ version }) => version === one))) {
      return fail('invalid_input', 'A version that answers requests cannot be its own shadow.', [
        { path: 'shadow', message: 'names a version that gets a share' },
      ])
    }
    const numbers = [live, ...candidates.map(({ version }) => version), ...shadows]
    const versions = await tryVersions(ports, model, numbers)
    if (!versions.ok) return versions
    const isPlan = candidates.length + shadows.length > 0
    const rule = ruleOf(wanted)
    const traffic: TrafficPlan | undefined = isPlan
      ? { startedAt: new Date(ports.now()).toISOString(), candidates, shadows, rollBack: rule }
      : undefined
    const changed = await ports.registry.setLive(model.name, live, traffic ? { traffic } : {})
    if (!changed.ok) return changed
    await ports.serving.refresh([model.name])
    const broken = ports.serving.failures().get(model.name)
    if (broken !== undefined) return { ok: false, failure: broken }
    const named = (version: number) => ({
      version,
      model_version: versions.value.get(version)?.modelVersion ?? '',
    })
    const shared = candidates.reduce((sum, { percent }) => sum + percent, 0)
    return succeed({
      model: model.name,
      title: model.title,
      live_version: live,
      previous_version: model.liveVersion,
      shares: [
        { ...named(live), percent: 100 - shared },
        ...candidates.map(({ version, percent }) => ({ ...named(version), percent })),
      ].sort((left, right) => left.version - right.version),
      shadow: shadows.map(named),
      roll_back: traffic === undefined ? null : toWireRule(rule),
      endpoint: endpointOf(model.name),
    })
  },
  present: presentTraffic,
})

/** Loaded before anything changes: a version that cannot run must get no request. */
async function tryVersions(
  ports: Ports,
  model: ModelRecord,
  numbers: readonly number[],
): Promise<Outcome<ReadonlyMap<number, VersionRecord>>> {
  const versions = new Map<number, VersionRecord>()
  for (const number of numbers) {
    const version = await findVersion(ports.registry, model, number)
    if (!version.ok) return version
    const tried = await ports.serving.leaseVersion(model.name, number)
    if (!tried.ok) return tried
    tried.value.release()
    versions.set(number, version.value)
  }
  return succeed(versions)
}

function ruleOf(wanted: TrafficInput): RollBackRule | null {
  const { maximum_error_percent, maximum_latency_ms, minimum_requests } = wanted
  if (maximum_error_percent === undefined && maximum_latency_ms === undefined) return null
  return {
    maximumErrorRate: maximum_error_percent === undefined ? null : maximum_error_percent / 100,
    maximumLatencyMs: maximum_latency_ms ?? null,
    minimumRequests: minimum_requests ?? DEFAULT_MINIMUM_REQUESTS,
  }
}
