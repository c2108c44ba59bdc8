// Token buckets that all replicas take from, in Redis; each replica's own where Redis is away.

import {
  type InProcessLimiter,
  RATE_LIMITS,
  type RateDecision,
  type RateKind,
  type RateLimit,
  type RateLimiter,
} from '#core/people/rate-limits.ts'
import type { Redis } from './redis.ts'

/**
 * One round trip, by Redis's own clock, so that replicas need not agree on the time. KEYS[1] the bucket; ARGV capacity and
 * growth a second. Answers whether one could be taken, and the tokens left as text, for Redis cuts numbers off.
 */
const TAKE = `
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1]) or capacity
local at = tonumber(kept[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate)
local taken = 0
if tokens >= 1 then
  tokens = tokens - 1
  taken = 1
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / rate * 1000) + 1000)
return { taken, tostring(tokens) }`

export function createRedisLimiter(options: {
  readonly redis: Redis
  /** Decides where Redis is away, and whom nobody counts. */
  readonly alone: InProcessLimiter
  readonly limits?: Readonly<Record<RateKind, RateLimit>>
}): RateLimiter {
  const { redis, alone, limits = RATE_LIMITS } = options
  return {
    take(principal, kind) {
      const own = alone.take(principal, kind)
      // The person at the machine has no limit.
      if (own === null) return null
      return askRedis(redis, `parley:rate:${kind}:${principal.id}`, limits[kind]).then(
        (decision) => decision ?? own,
      )
    },
  }
}

async function askRedis(
  redis: Redis,
  key: string,
  { capacity, perSecond }: RateLimit,
): Promise<RateDecision | null> {
  const answer = await redis.send('EVAL', [TAKE, '1', key, String(capacity), String(perSecond)])
  if (!Array.isArray(answer)) return null
  const isAllowed = Number(answer[0]) === 1
  const tokens = Number(answer[1])
  return {
    isAllowed,
    limit: capacity,
    remaining: Math.floor(tokens),
    resetSeconds: Math.ceil((capacity - tokens) / perSecond),
    retryAfterSeconds: isAllowed ? 0 : Math.ceil((1 - tokens) / perSecond),
  }
}
