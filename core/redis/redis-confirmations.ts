// Confirmations that any replica may take, in Redis: asked on one, answered on another.

import {
  CONFIRMATION_LIFETIME_MS,
  type Confirmations,
  confirmationKey,
} from '#core/operations/confirmations.ts'
import type { Redis } from './redis.ts'

/** Spent only by the right request, and by one of them: a comparison and a deletion in one step. */
const TAKE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 1
end
return 0`

export function createRedisConfirmations(options: {
  readonly redis: Redis
  /** Keeps what is asked while Redis is away; a question put there can be answered on this replica alone. */
  readonly alone: Confirmations
  readonly now: () => number
  readonly randomId: () => string
}): Confirmations {
  const { redis, alone, now, randomId } = options
  const nameOf = (token: string) => `parley:confirmation:${token}`
  return {
    async ask(request) {
      const token = randomId()
      const lifetime = String(CONFIRMATION_LIFETIME_MS)
      const written = await redis.send('SET', [
        nameOf(token),
        confirmationKey(request),
        'PX',
        lifetime,
      ])
      if (written === null) return alone.ask(request)
      return { token, expiresAtMs: now() + CONFIRMATION_LIFETIME_MS }
    },
    async take(token, request) {
      if (await alone.take(token, request)) return true
      if (!TOKEN.test(token)) return false
      const taken = await redis.send('EVAL', [TAKE, '1', nameOf(token), confirmationKey(request)])
      return Number(taken) === 1
    },
  }
}

/** Nothing else is asked for: a person's text never becomes the name of a key. */
const TOKEN = /^[0-9a-f]{32}$/
