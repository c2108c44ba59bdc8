import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createRandom } from '#core/training/random.ts'
import { folds, holdOut } from '#core/training/split.ts'

const sorted = (rows: Iterable<number>) => [...rows].sort((left, right) => left - right)
const all = (count: number) => [...Array(count).keys()]
const classCounts = (rows: Int32Array, strata: Int32Array) => {
  const counts: Record<number, number> = {}
  for (const row of rows) counts[strata[row] ?? -1] = (counts[strata[row] ?? -1] ?? 0) + 1
  return counts
}

describe('a hold-out', () => {
  test('of Iris takes ten flowers of each species, mixed', () => {
    const strata = Int32Array.from({ length: 150 }, (_, row) => Math.floor(row / 50))
    const { train, test } = holdOut(150, 0.2, strata, createRandom(42))
    expect(classCounts(test, strata)).toEqual({ 0: 10, 1: 10, 2: 10 })
    expect([...test]).not.toEqual(sorted(test))
    expect([...train.subarray(0, 20)].every((row) => strata[row] === 0)).toBe(false)
  })

  test('is the same for the same seed and another for another', () => {
    const once = (seed: number) => holdOut(100, 0.25, null, createRandom(seed))
    expect(once(1)).toEqual(once(1))
    expect(sorted(once(1).test)).not.toEqual(sorted(once(2).test))
  })

  test('never loses or repeats a row, keeps proportions and gives both sides of every class a row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 30, maxLength: 200 }),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        fc.integer(),
        fc.boolean(),
        (codes, share, seed, isSpread) => {
          const strata = Int32Array.from(codes)
          const spread = isSpread ? Float64Array.from(codes, (_, row) => (row * 7) % 11) : null
          const { train, test } = holdOut(codes.length, share, strata, createRandom(seed), spread)
          expect(sorted([...train, ...test])).toEqual(all(codes.length))
          for (const code of new Set(codes)) {
            const size = codes.filter((one) => one === code).length
            const tested = classCounts(test, strata)[code] ?? 0
            if (size >= 2) expect(tested >= 1 && tested < size).toBe(true)
            expect(Math.abs(tested - size * share)).toBeLessThan(2.5)
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a hold-out spread over a number', () => {
  const spread = Float64Array.from({ length: 100 }, (_, row) => (row * 37) % 100)

  test('takes one row from every stretch', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { test } = holdOut(100, 0.2, null, createRandom(seed), spread)
      const stretches = Array.from(test, (row) => Math.floor((spread[row] ?? 0) / 5))
      expect(sorted(stretches)).toEqual(all(20))
    }
  })

  test('gives every row the same chance', () => {
    const tested = new Int32Array(100)
    for (let seed = 0; seed < 2_000; seed++) {
      for (const row of holdOut(100, 0.2, null, createRandom(seed), spread).test) {
        tested[row] = (tested[row] ?? 0) + 1
      }
    }
    // 400 on the average, a standard deviation of 18.
    expect(Math.min(...tested)).toBeGreaterThan(320)
    expect(Math.max(...tested)).toBeLessThan(480)
  })
})

describe('folds', () => {
  test('test every row once, learn from all others and spread the classes evenly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 20, maxLength: 120 }),
        fc.integer({ min: 2, max: 7 }),
        fc.integer(),
        (codes, count, seed) => {
          const strata = Int32Array.from(codes)
          const splits = folds(codes.length, count, strata, createRandom(seed))
          expect(sorted(splits.flatMap(({ test }) => [...test]))).toEqual(all(codes.length))
          const sizes = splits.map(({ test }) => test.length)
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
          for (const { train, test } of splits) {
            expect(sorted([...train, ...test])).toEqual(all(codes.length))
          }
          for (const code of new Set(codes)) {
            const counts = splits.map(({ test }) => classCounts(test, strata)[code] ?? 0)
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('are the same for the same seed', () => {
    expect(folds(50, 5, null, createRandom('a'))).toEqual(folds(50, 5, null, createRandom('a')))
  })
})
