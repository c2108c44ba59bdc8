// How fast one person may go on: a token bucket for each person and kind of thing, in this process.

import { type Failure, type Outcome, succeed } from '#core/errors.ts'

/**
 * `request` any HTTP request, `turn` a turn of talk, `change` an operation that writes or deletes. `capacity` may be
 * spent at once; it grows back by `perSecond`.
 */
export const RATE_LIMITS = {
  // A program that predicts one row at a time; whole tables go to the batch address, which counts once.
  request: { capacity: 200, perSecond: 100 },
  // Nobody types faster, and each turn may cost a call of a language model.
  turn: { capacity: 20, perSecond: 0.5 },
  // Each may read a large file in a worker: a pipeline that deploys a dozen models gets through at once.
  change: { capacity: 30, perSecond: 0.5 },
} as const

export type RateKind = keyof typeof RATE_LIMITS

export interface RateLimit {
  readonly capacity: number
  readonly perSecond: number
}

export interface RateDecision {
  readonly isAllowed: boolean
  /** As in the RateLimit headers: what fits into a full bucket, what is left, and seconds until it is full again. */
  readonly limit: number
  readonly remaining: number
  readonly resetSeconds: number
  /** Whole seconds until one more fits; 0 where it was allowed. */
  readonly retryAfterSeconds: number
}

/** A port: this one counts in the process, one for several replicas counts elsewhere and may answer later. */
export interface RateLimiter {
  /** null for who has no limit. */
  take(principal: { readonly id: string }, kind: RateKind): RateTaken | Promise<RateTaken>
}

export type RateTaken = RateDecision | null

/** Answers at once. */
export interface InProcessLimiter extends RateLimiter {
  take(principal: { readonly id: string }, kind: RateKind): RateTaken
}

/** The person at the machine: stopping them would only keep them from their own computer. */
const LOCAL_ID = 'local'

/** People remembered before full buckets, which say nothing, are thrown away: some megabytes. */
const MAX_BUCKETS = 20_000

interface Bucket {
  tokens: number
  atMs: number
  readonly limit: RateLimit
}

export function createRateLimiter(options: {
  /** A clock in milliseconds that never goes back. */
  readonly monotonicMs: () => number
  readonly limits?: Readonly<Record<RateKind, RateLimit>>
}): InProcessLimiter {
  const { monotonicMs, limits = RATE_LIMITS } = options
  const buckets = new Map<string, Bucket>()
  return {
    take({ id }, kind) {
      if (id === LOCAL_ID) return null
      const nowMs = monotonicMs()
      const key = `${kind} ${id}`
      const limit = limits[kind]
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        if (buckets.size >= MAX_BUCKETS) dropFull(buckets, nowMs)
        bucket = { tokens: limit.capacity, atMs: nowMs, limit }
        buckets.set(key, bucket)
      }
      refill(bucket, nowMs)
      const isAllowed = bucket.tokens >= 1
      if (isAllowed) bucket.tokens -= 1
      return {
        isAllowed,
        limit: limit.capacity,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: Math.ceil((limit.capacity - bucket.tokens) / limit.perSecond),
        retryAfterSeconds: isAllowed ? 0 : Math.ceil((1 - bucket.tokens) / limit.perSecond),
      }
    },
  }
}

function refill(bucket: Bucket, nowMs: number): void {
  const { capacity, perSecond } = bucket.limit
  bucket.tokens = Math.min(
    capacity,
    bucket.tokens + ((nowMs - bucket.atMs) / MS_PER_SECOND) * perSecond,
  )
  bucket.atMs = nowMs
}

const MS_PER_SECOND = 1000

function dropFull(buckets: Map<string, Bucket>, nowMs: number): void {
  for (const [key, bucket] of buckets) {
    refill(bucket, nowMs)
    if (bucket.tokens >= bucket.limit.capacity) buckets.delete(key)
  }
}

const WORDS = {
  request: 'requests',
  turn: 'messages',
  change: 'changes',
} as const satisfies Record<RateKind, string>

export function tooFast(kind: RateKind, { retryAfterSeconds }: RateDecision): Failure {
  const seconds = retryAfterSeconds === 1 ? 'a second' : `${retryAfterSeconds} seconds`
  return {
    code: 'rate_limited',
    message: `Too many ${WORDS[kind]} at once. Try again in ${seconds}.`,
    details: [],
    retryAfterSeconds,
  }
}

/** `rate_limited` where the person has to wait; succeeds where nobody counts. */
export async function takeOne(
  limiter: RateLimiter | undefined,
  principal: { readonly id: string },
  kind: RateKind,
): Promise<Outcome<void>> {
  const decision = limiter === undefined ? null : await limiter.take(principal, kind)
  if (decision === null || decision.isAllowed) return succeed(undefined)
  return { ok: false, failure: tooFast(kind, decision) }
}
