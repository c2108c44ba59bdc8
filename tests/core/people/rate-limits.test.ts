// The token bucket: what fits at once, how it grows back, and that people do not share one.

import { describe, expect, test } from 'bun:test'
import { createRateLimiter, RATE_LIMITS, takeOne } from '#core/people/rate-limits.ts'

const LIMITS = {
  request: { capacity: 3, perSecond: 2 },
  turn: { capacity: 1, perSecond: 0.1 },
  change: { capacity: 1, perSecond: 1 },
}

function limiterAt() {
  const clock = { ms: 0 }
  return { clock, limiter: createRateLimiter({ monotonicMs: () => clock.ms, limits: LIMITS }) }
}

const ANN = { id: 'key:ann' }

describe('a bucket', () => {
  test('gives what it holds, then one at a time as it grows back, and never more than it holds', () => {
    const { clock, limiter } = limiterAt()
    const take = () => limiter.take(ANN, 'request')
    expect([take(), take(), take()].map((one) => one?.remaining)).toEqual([2, 1, 0])
    expect(take()).toEqual({
      isAllowed: false,
      limit: 3,
      remaining: 0,
      resetSeconds: 2,
      retryAfterSeconds: 1,
    })
    clock.ms = 499
    expect(take()?.isAllowed).toBe(false)
    clock.ms = 500
    expect(take()?.isAllowed).toBe(true)
    expect(take()?.isAllowed).toBe(false)
    clock.ms = 1_000_000
    expect([take(), take(), take(), take()].map((one) => one?.isAllowed)).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('is one for each person and kind', () => {
    const { limiter } = limiterAt()
    expect(limiter.take(ANN, 'turn')?.isAllowed).toBe(true)
    expect(limiter.take(ANN, 'turn')).toMatchObject({ isAllowed: false, retryAfterSeconds: 10 })
    expect(limiter.take(ANN, 'change')?.isAllowed).toBe(true)
    expect(limiter.take({ id: 'key:bob' }, 'turn')?.isAllowed).toBe(true)
  })

  test('is none for the person at the machine', () => {
    const { limiter } = limiterAt()
    for (let count = 0; count < 10; count += 1) {
      expect(limiter.take({ id: 'local' }, 'turn')).toBeNull()
    }
  })

  test('of thousands of strangers is forgotten once it is full, and never before', () => {
    const { clock, limiter } = limiterAt()
    limiter.take(ANN, 'turn')
    for (let stranger = 0; stranger < 25_000; stranger += 1) {
      clock.ms += 0.1
      limiter.take({ id: `key:${stranger}` }, 'change')
    }
    expect(limiter.take(ANN, 'turn')?.isAllowed).toBe(false)
  })
})

test('a refusal says how long to wait', async () => {
  const { limiter } = limiterAt()
  expect(await takeOne(limiter, ANN, 'change')).toEqual({ ok: true, value: undefined })
  expect(await takeOne(limiter, ANN, 'change')).toEqual({
    ok: false,
    failure: {
      code: 'rate_limited',
      message: 'Too many changes at once. Try again in a second.',
      details: [],
      retryAfterSeconds: 1,
    },
  })
  expect(await takeOne(undefined, ANN, 'change')).toEqual({ ok: true, value: undefined })
})

test('the limits are these', () => {
  expect(RATE_LIMITS).toEqual({
    request: { capacity: 200, perSecond: 100 },
    turn: { capacity: 20, perSecond: 0.5 },
    change: { capacity: 30, perSecond: 0.5 },
  })
})
