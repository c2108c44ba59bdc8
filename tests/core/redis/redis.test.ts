// What replicas share in Redis, on a real server of the test's own: limits, confirmations, and going on without it.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createConfirmations } from '#core/operations/confirmations.ts'
import { createRateLimiter, RATE_LIMITS } from '#core/people/rate-limits.ts'
import { createRedis, type Redis } from '#core/redis/redis.ts'
import { createRedisConfirmations } from '#core/redis/redis-confirmations.ts'
import { createRedisLimiter } from '#core/redis/redis-rate-limits.ts'
import { type PrivateRedis, startPrivateRedis, whyNoRedis } from '../../support/private-redis.ts'
import { silentLogger } from '../../support/silent-logger.ts'
import { randomId } from '../registry/sample-version.ts'

const ANN = { id: 'key:ann' }
const REQUEST = {
  principal: ANN,
  operation: 'delete_model',
  input: { model: 'churn' },
  question: 'This deletes churn.',
} as const

describe.skipIf(whyNoRedis !== null)('Redis', () => {
  let server: PrivateRedis
  let clients: Redis[] = []
  let clockMs = 0

  /** As one replica sees it. */
  const open = () => {
    const redis = createRedis({
      url: server.url,
      monotonicMs: () => performance.now(),
      logger: silentLogger,
    })
    clients.push(redis)
    return redis
  }
  const limiter = (redis = open()) =>
    createRedisLimiter({
      redis,
      alone: createRateLimiter({ monotonicMs: () => clockMs }),
      limits: { ...RATE_LIMITS, change: { capacity: 3, perSecond: 0.001 } },
    })
  const confirmations = (redis = open()) =>
    createRedisConfirmations({
      redis,
      alone: createConfirmations({ now: Date.now, randomId }),
      now: Date.now,
      randomId,
    })

  beforeAll(async () => {
    server = await startPrivateRedis()
  })
  beforeEach(async () => {
    for (const client of clients) client.close()
    clients = []
    clockMs = 0
    await open().send('FLUSHALL', [])
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await server?.stop()
  })

  test('one bucket is shared by all replicas, and one person’s is not another’s', async () => {
    const [one, other] = [limiter(), limiter()]
    const taken = [
      await one.take(ANN, 'change'),
      await other.take(ANN, 'change'),
      await one.take(ANN, 'change'),
      await other.take(ANN, 'change'),
    ]
    expect(taken.map((decision) => decision?.isAllowed)).toEqual([true, true, true, false])
    expect(taken.map((decision) => decision?.remaining)).toEqual([2, 1, 0, 0])
    expect(taken[3]?.retryAfterSeconds).toBeGreaterThan(900)
    expect((await other.take({ id: 'key:bob' }, 'change'))?.isAllowed).toBe(true)
    expect(await one.take({ id: 'local' }, 'change')).toBe(null)
  })

  test('takers at once get no more than there is', async () => {
    const replicas = [limiter(), limiter(), limiter()]
    const decisions = await Promise.all(
      Array.from({ length: 30 }, async (_, at) => replicas[at % 3]?.take(ANN, 'change')),
    )
    expect(decisions.filter((decision) => decision?.isAllowed === true).length).toBe(3)
  })

  test('a bucket grows back by Redis’s own clock, and is forgotten when it is full', async () => {
    const redis = open()
    const fast = createRedisLimiter({
      redis,
      alone: createRateLimiter({ monotonicMs: () => 0 }),
      limits: { ...RATE_LIMITS, turn: { capacity: 1, perSecond: 20 } },
    })
    expect((await fast.take(ANN, 'turn'))?.isAllowed).toBe(true)
    await Bun.sleep(120)
    expect((await fast.take(ANN, 'turn'))?.isAllowed).toBe(true)
    const left = Number(await redis.send('PTTL', ['parley:rate:turn:key:ann']))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(1_050)
  })

  test('a confirmation is asked for on one replica and taken on another, once, by the same person', async () => {
    const [one, other] = [confirmations(), confirmations()]
    const { token } = await one.ask(REQUEST)
    expect(await other.take(token, { ...REQUEST, principal: { id: 'key:bob' } })).toBe(false)
    expect(await other.take(token, { ...REQUEST, input: { model: 'iris' } })).toBe(false)
    expect(await other.take('x y z', REQUEST)).toBe(false)
    const taken = await Promise.all([other.take(token, REQUEST), one.take(token, REQUEST)])
    expect(taken.toSorted()).toEqual([false, true])
    expect(await one.take(token, REQUEST)).toBe(false)
    const stored = await open().send('KEYS', ['*'])
    expect(stored).toEqual([])
  })

  test('nothing that a person typed is kept there, and what is kept ends', async () => {
    const redis = open()
    const { token } = await confirmations(redis).ask(REQUEST)
    const kept = String(await redis.send('GET', [`parley:confirmation:${token}`]))
    expect(kept).toMatch(/^[0-9a-f]{64}$/)
    const left = Number(await redis.send('PTTL', [`parley:confirmation:${token}`]))
    expect(left).toBeGreaterThan(590_000)
    expect(left).toBeLessThanOrEqual(600_000)
  })

  test('when it goes away each replica counts and asks by itself, and when it is back they do it together', async () => {
    const redis = open()
    const [limits, asking] = [limiter(redis), confirmations(redis)]
    expect(await redis.problem()).toBe(null)
    await server.stop()
    expect(await redis.problem()).toContain('Redis cannot be reached')
    expect((await limits.take(ANN, 'change'))?.isAllowed).toBe(true)
    const { token } = await asking.ask(REQUEST)
    expect(await asking.take(token, REQUEST)).toBe(true)
    await server.start()
    expect(await redis.problem()).toBe(null)
    await limits.take(ANN, 'change')
    expect(await redis.send('EXISTS', ['parley:rate:change:key:ann'])).toBe(1)
  })
})
