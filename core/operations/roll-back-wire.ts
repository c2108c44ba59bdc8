// The limits at which a version takes itself out, as operations give them out.

import { z } from 'zod'
import type { RollBackRule } from '#core/traffic/traffic-plan.ts'

export const rollBackSchema = z.object({
  maximum_error_percent: z.number().nullable(),
  maximum_latency_ms: z.number().nullable(),
  minimum_requests: z.int(),
})

export function toWireRule(rule: RollBackRule | null): z.output<typeof rollBackSchema> | null {
  if (rule === null) return null
  const { maximumErrorRate, maximumLatencyMs, minimumRequests } = rule
  return {
    maximum_error_percent:
      maximumErrorRate === null ? null : Number((maximumErrorRate * 100).toPrecision(12)),
    maximum_latency_ms: maximumLatencyMs,
    minimum_requests: minimumRequests,
  }
}
