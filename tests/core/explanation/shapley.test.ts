// Sampled Shapley values against those of the definition: every coalition counted.

import { describe, expect, test } from 'bun:test'
import { type Game, sampleShapley } from '#core/explanation/shapley.ts'
import { createRandom } from '#core/training/random.ts'

type Model = (row: readonly number[]) => number

function gameOf(
  model: Model,
  row: readonly number[],
  background: readonly (readonly number[])[],
): Game {
  return {
    players: row.length,
    backgroundRows: background.length,
    async play(coalitions) {
      return coalitions.map(({ present, background: at }) =>
        model(
          row.map((value, player) =>
            present[player] === 1 ? value : (background[at]?.[player] ?? 0),
          ),
        ),
      )
    },
  }
}

/** By the definition: for each player, over all coalitions of the others, weighted by their size. */
function exactShapley(
  model: Model,
  row: readonly number[],
  background: readonly (readonly number[])[],
) {
  const players = row.length
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const worthOf = (mask: number) =>
    background.reduce(
      (sum, other) =>
        sum +
        model(row.map((value, player) => ((mask >> player) & 1 ? value : (other[player] ?? 0)))),
      0,
    ) / background.length
  return row.map((_, player) => {
    let sum = 0
    for (let mask = 0; mask < 1 << players; mask++) {
      if ((mask >> player) & 1) continue
      const size = mask.toString(2).split('1').length - 1
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players)
      sum += weight * (worthOf(mask | (1 << player)) - worthOf(mask))
    }
    return sum
  })
}

const crooked: Model = ([a = 0, b = 0, c = 0, d = 0]) => a * b + Math.max(c, d) - 0.5 * a * c * d
const background = [
  [0, 1, 2, 3],
  [1, 0, -1, 2],
  [2, 2, 0, 0],
  [-1, 3, 1, 1],
]

describe('sampled Shapley values', () => {
  test('come to those of the definition within a few of their own errors', async () => {
    const row = [3, 2, -1, 4]
    const exact = exactShapley(crooked, row, background)
    const sampled = await sampleShapley(gameOf(crooked, row, background), {
      random: createRandom(1),
      precision: 0.002,
      maximumEvaluations: 200_000,
    })
    exact.forEach((value, player) => {
      const error = sampled.errors[player] ?? 0
      expect(error).toBeGreaterThan(0)
      expect(error).toBeLessThan(0.1)
      expect(Math.abs((sampled.contributions[player] ?? 0) - value)).toBeLessThan(5 * error)
    })
  })

  test('add up with the baseline to the answer', async () => {
    const row = [1, 5, 2, 0.5]
    const { baseline, contributions, answer } = await sampleShapley(
      gameOf(crooked, row, background),
      { random: createRandom(2) },
    )
    expect(answer).toBe(crooked(row))
    expect(contributions.reduce((sum, value) => sum + value, baseline)).toBeCloseTo(answer, 10)
  })

  test('of an additive model are exact over one background row, and their errors are zero', async () => {
    const additive: Model = ([a = 0, b = 0]) => 2 * a - 3 * b
    const sampled = await sampleShapley(gameOf(additive, [1, 1], [[0, 0]]), {
      random: createRandom(3),
    })
    expect([...sampled.contributions]).toEqual([2, -3])
    expect([...sampled.errors]).toEqual([0, 0])
    expect(sampled.baseline).toBe(0)
  })

  test('of a row without players are nothing but the answer', async () => {
    const sampled = await sampleShapley(
      gameOf(() => 7, [], [[]]),
      { random: createRandom(4) },
    )
    expect(sampled.baseline).toBe(7)
    expect(sampled.contributions).toHaveLength(0)
  })

  test('stay within their budget of questions and stop when told to', async () => {
    const wide: Model = (row) => Math.sin(row.reduce((sum, value) => sum + value * value, 0))
    const row = Array.from({ length: 30 }, (_, index) => index / 7)
    const game = gameOf(wide, row, [row.map(() => 0), row.map(() => 1)])
    const { evaluations } = await sampleShapley(game, {
      random: createRandom(5),
      precision: 1e-9,
      maximumEvaluations: 2_000,
    })
    expect(evaluations).toBeLessThanOrEqual(2_000)
    const stopped = sampleShapley(game, { random: createRandom(5), signal: AbortSignal.abort() })
    expect(stopped).rejects.toThrow()
  })

  test('lie within two of their own errors nineteen times of twenty, and more often where the background is small', async () => {
    for (const [size, least] of [
      [500, 0.92],
      [40, 0.95],
    ] as const) {
      const random = createRandom(`background of ${size}`)
      const rows = Array.from({ length: size }, () => [0, 1, 2, 3].map(() => random.normal()))
      const row = [2, 1, 2, -1]
      const exact = exactShapley(crooked, row, rows)
      let inside = 0
      const games = 60
      for (let seed = 0; seed < games; seed++) {
        const { contributions, errors } = await sampleShapley(gameOf(crooked, row, rows), {
          random: createRandom(seed),
          maximumEvaluations: 1_000,
        })
        exact.forEach((value, player) => {
          const error = errors[player] ?? 0
          if (Math.abs((contributions[player] ?? 0) - value) <= 1.96 * error) inside++
        })
      }
      const share = inside / (games * row.length)
      expect(share).toBeGreaterThan(least)
      if (size === 500) expect(share).toBeLessThan(0.99)
    }
  })
})
