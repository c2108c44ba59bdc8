// How a model's requests are spread over its versions, and which version a request gets.

import { fail, type Outcome } from '#core/errors.ts'

/** Fewer say too little: of 100 requests to a version that fails one in a hundred, five fail by chance once in 300 times. */
export const DEFAULT_MINIMUM_REQUESTS = 100
/** Rates and percentiles are of the last this many requests of a version, so that a late fault is not lost in a long good time. */
export const FIGURES_WINDOW = 1_000
/** Each doubles the work of a request; more than a few is a batch comparison. */
export const MAXIMUM_SHADOWS = 3

/** When a version takes itself out; at least one limit is set. */
export interface RollBackRule {
  /** Share of failed requests, 0 to 1, that is still allowed; invalid rows count as failed. */
  readonly maximumErrorRate: number | null
  /** Milliseconds that the slowest five of a hundred predictions may take. */
  readonly maximumLatencyMs: number | null
  /** Nothing is judged by fewer requests of a version. */
  readonly minimumRequests: number
}

/** The live version gets what `candidates` leave over. */
export interface TrafficPlan {
  /** ISO 8601, UTC; tells one plan of a model from the next. */
  readonly startedAt: string
  /** In the order of their numbers; percent above 0, together under 100. */
  readonly candidates: readonly { readonly version: number; readonly percent: number }[]
  /** Versions that are run beside the answering one, compared and never returned. */
  readonly shadows: readonly number[]
  readonly rollBack: RollBackRule | null
}

const HASHES = 2 ** 32

/**
 * The version that a key gets, the same every time and on every replica; null for the live one. More percent for a
 * version keeps the keys that it has. The model's name is hashed too, so that nobody tests the new version of everything.
 */
export function assignVersion(plan: TrafficPlan, model: string, key: string): number | null {
  const point = (Bun.hash.xxHash32(`${model}:${key}`) / HASHES) * 100
  let below = 0
  for (const { version, percent } of plan.candidates) {
    below += percent
    if (point < below) return version
  }
  return null
}

/** Every version that a model's pointers name, once. */
export function versionsNamed(live: number | null, plan: TrafficPlan | null): readonly number[] {
  const candidates = plan?.candidates.map(({ version }) => version) ?? []
  const numbers = [live, ...candidates, ...(plan?.shadows ?? [])]
  return [...new Set(numbers.filter((number) => number !== null))]
}

/** What a change is told that meant a plan which is no longer in force. */
export function replaced(model: string): Outcome<never> {
  return fail('conflict', `The traffic of ${model} was changed meanwhile.`)
}
