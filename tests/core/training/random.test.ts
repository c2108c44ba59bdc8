import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createRandom, shuffledIndices } from '#core/training/random.ts'

const draw = (count: number, make: () => number) => Array.from({ length: count }, make)

describe('a seeded stream', () => {
  test('gives numbers that never change between releases', () => {
    const random = createRandom(42)
    expect(draw(4, random.next)).toEqual(PINNED)
  })

  test('is the same for the same seed and another for another', () => {
    const [one, same, other] = [createRandom(1), createRandom(1), createRandom(2)]
    const first = draw(20, one.next)
    expect(draw(20, same.next)).toEqual(first)
    expect(draw(20, other.next)).not.toEqual(first)
  })

  test('splits into streams that depend on the name alone, not on what was drawn before', () => {
    const random = createRandom(7)
    const early = draw(5, random.split('trees').next)
    draw(1000, random.next)
    random.split('folds').next()
    expect(draw(5, random.split('trees').next)).toEqual(early)
    expect(draw(5, random.split('folds').next)).not.toEqual(early)
    expect(random.split('a').split('b').next()).not.toBe(random.split('b').split('a').next())
  })

  test('is even over [0, 1) and over whole numbers', () => {
    const random = createRandom('even')
    const counts = new Array<number>(10).fill(0)
    const wholes = new Array<number>(7).fill(0)
    for (let turn = 0; turn < 70_000; turn++) {
      const value = random.next()
      expect(value >= 0 && value < 1).toBe(true)
      counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1
      const whole = random.below(7)
      wholes[whole] = (wholes[whole] ?? 0) + 1
    }
    expect(chiSquare(counts)).toBeLessThan(27.9)
    expect(chiSquare(wholes)).toBeLessThan(22.5)
  })

  test('gives normal numbers with mean 0 and variance 1', () => {
    const random = createRandom(3)
    const values = draw(50_000, random.normal)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
    expect(values.filter((value) => Math.abs(value) > 1.96).length / values.length).toBeCloseTo(
      0.05,
      2,
    )
  })

  test('shuffles every number to somewhere', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, count) => {
        const order = shuffledIndices(count, createRandom(seed))
        expect([...order].sort((left, right) => left - right)).toEqual([...Array(count).keys()])
      }),
      { numRuns: 50 },
    )
  })
})

/** Against an even share; above about 3.1 standard deviations the generator is broken. */
function chiSquare(counts: readonly number[]): number {
  const share = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - share) ** 2 / share, 0)
}

const PINNED = [0.1835897955470338, 0.6925547814808306, 0.9842062445273624, 0.42597168094802695]
