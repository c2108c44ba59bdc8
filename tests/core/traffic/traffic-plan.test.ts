// Who gets which version: the shares that were asked for, and the same version for the same key.

import { describe, expect, test } from 'bun:test'
import { assignVersion, type TrafficPlan, versionsNamed } from '#core/traffic/traffic-plan.ts'

const PLAN: TrafficPlan = {
  startedAt: '2026-11-20T10:00:00.000Z',
  candidates: [
    { version: 2, percent: 10 },
    { version: 3, percent: 25 },
  ],
  shadows: [3, 4],
  rollBack: null,
}
const KEYS = Array.from({ length: 20_000 }, (_, index) => `customer-${index}`)

describe('a key', () => {
  test('gets a version in the shares that were asked for', () => {
    const counts = new Map<number | null, number>()
    for (const key of KEYS) {
      const version = assignVersion(PLAN, 'churn', key)
      counts.set(version, (counts.get(version) ?? 0) + 1)
    }
    // Three standard deviations of 20,000 draws are about one percent of them.
    const share = (version: number | null) => ((counts.get(version) ?? 0) / KEYS.length) * 100
    expect(Math.abs(share(2) - 10)).toBeLessThan(1)
    expect(Math.abs(share(3) - 25)).toBeLessThan(1)
    expect(Math.abs(share(null) - 65)).toBeLessThan(1.1)
  })

  test('is known again, also by another replica: the hash is fixed', () => {
    expect(KEYS.slice(0, 12).map((key) => assignVersion(PLAN, 'churn', key))).toEqual(FIRST_TWELVE)
  })

  test('keeps the new version when its share grows', () => {
    const more = { ...PLAN, candidates: [{ version: 2, percent: 30 }] }
    const kept = KEYS.filter((key) => assignVersion(PLAN, 'churn', key) === 2)
    expect(kept.every((key) => assignVersion(more, 'churn', key) === 2)).toBe(true)
  })

  test('is placed anew for every model', () => {
    const both = KEYS.filter(
      (key) => assignVersion(PLAN, 'churn', key) === 2 && assignVersion(PLAN, 'price', key) === 2,
    )
    expect(Math.abs((both.length / KEYS.length) * 100 - 1)).toBeLessThan(0.3)
  })
})

test('the versions that pointers name are each named once', () => {
  expect(versionsNamed(1, PLAN)).toEqual([1, 2, 3, 4])
  expect(versionsNamed(null, null)).toEqual([])
})

/** Written down from a run; a change would move everybody to another version. */
const FIRST_TWELVE = [null, null, null, null, null, 3, null, 3, null, 2, null, null]
