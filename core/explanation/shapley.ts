// Shapley values of any model by sampling: what each player adds, averaged over orders of joining, with its error.

import type { Random } from '#core/training/random.ts'
import { shuffledIndices } from '#core/training/random.ts'

/**
 * A game between the `players` of one row: `play` gives the model's answer for each coalition, players that are absent
 * taking the values of the background row with that number.
 */
export interface Game {
  readonly players: number
  readonly backgroundRows: number
  play(coalitions: readonly Coalition[], signal?: AbortSignal): Promise<ArrayLike<number>>
}

export interface Coalition {
  /** 1 for each player that is present. */
  readonly present: Uint8Array
  readonly background: number
}

export interface SampledShapley {
  /** The model's answer without any player, averaged over the background. Baseline and contributions add up to the answer. */
  readonly baseline: number
  /** The model's answer with every player. */
  readonly answer: number
  readonly contributions: Float64Array
  /** Standard error of each contribution; too large, never too small, where every background row has been taken. */
  readonly errors: Float64Array
  /** How often the model was asked. */
  readonly evaluations: number
}

export interface SamplingOptions {
  readonly random: Random
  /** Stops when no contribution's standard error is above this share of the span of all answers seen. */
  readonly precision?: number
  /** Rows that the model is asked at most. */
  readonly maximumEvaluations?: number
  readonly signal?: AbortSignal
}

/** Orders drawn between two looks at the errors. */
const ROUND = 8

/** Fewer draws than this say nothing about their own error. */
const MINIMUM_DRAWS = 24

const DEFAULT_PRECISION = 0.01

/** About half a second for a model that takes 20 µs a row. */
const DEFAULT_EVALUATIONS = 20_000

/**
 * Each draw takes one background row and one order, forwards and backwards, and lets the players join one by one; a pair of
 * opposite orders has a much smaller variance than two unrelated ones (Mitchell, Cooper, Frank, Holmes 2022, "Sampling
 * Permutations for Shapley Value Estimation", section 4.1).
 */
export async function sampleShapley(game: Game, options: SamplingOptions): Promise<SampledShapley> {
  const { random, precision = DEFAULT_PRECISION, signal } = options
  const budget = options.maximumEvaluations ?? DEFAULT_EVALUATIONS
  const { players } = game
  const moments = createMoments(players)
  const span = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }
  const costOfDraw = Math.max(2, 2 * players)
  const backgrounds = shuffledIndices(game.backgroundRows, random.split('background'))
  const orders = random.split('orders')
  let evaluations = 0
  let answer = 0
  for (let draw = 0; draw === 0 || evaluations + ROUND * costOfDraw <= budget; draw += ROUND) {
    signal?.throwIfAborted()
    const draws = Array.from({ length: ROUND }, (_, index) => ({
      order: shuffledIndices(players, orders),
      background: backgrounds[(draw + index) % backgrounds.length] ?? 0,
    }))
    const answers = await game.play(
      draws.flatMap(({ order, background }) => coalitionsOf(order, background)),
      signal,
    )
    evaluations += answers.length
    draws.forEach(({ order }, index) => {
      const path = readPath(answers, index * costOfDrawAnswers(players), players)
      answer = path.forward[players] ?? 0
      for (const value of [...path.forward, ...path.backward]) {
        span.low = Math.min(span.low, value)
        span.high = Math.max(span.high, value)
      }
      moments.add(marginals(order, path))
    })
    const worst = Math.max(0, ...moments.errors())
    if (moments.count() >= MINIMUM_DRAWS && worst <= precision * (span.high - span.low)) break
  }
  const contributions = moments.means()
  const total = contributions.reduce((sum, value) => sum + value, 0)
  return {
    baseline: answer - total,
    answer,
    contributions,
    errors: moments.errors(),
    evaluations,
  }
}

/** Empty and full are shared by both directions. */
function costOfDrawAnswers(players: number): number {
  return players === 0 ? 1 : 2 * players
}

/** None; the order's first, first two, …; all; then the last, last two, … without all. */
function coalitionsOf(order: Int32Array, background: number): readonly Coalition[] {
  const coalitions: Coalition[] = [{ present: new Uint8Array(order.length), background }]
  const forward = new Uint8Array(order.length)
  for (const player of order) {
    forward[player] = 1
    coalitions.push({ present: forward.slice(), background })
  }
  const backward = new Uint8Array(order.length)
  for (let at = order.length - 1; at >= 1; at--) {
    backward[order[at] ?? 0] = 1
    coalitions.push({ present: backward.slice(), background })
  }
  return coalitions
}

interface DrawnPath {
  /** Answers with the order's first 0, 1, … players. */
  readonly forward: readonly number[]
  /** Answers with the order's last 0, 1, … players. */
  readonly backward: readonly number[]
}

function readPath(answers: ArrayLike<number>, start: number, players: number): DrawnPath {
  const at = (index: number) => answers[start + index] ?? Number.NaN
  const forward = Array.from({ length: players + 1 }, (_, index) => at(index))
  const backward = [at(0)]
  for (let index = 1; index < players; index++) backward.push(at(players + index))
  if (players > 0) backward.push(at(players))
  return { forward, backward }
}

/** What each player added, the mean of both directions. */
function marginals(order: Int32Array, { forward, backward }: DrawnPath): Float64Array {
  const players = order.length
  const added = new Float64Array(players)
  order.forEach((player, at) => {
    const first = (forward[at + 1] ?? 0) - (forward[at] ?? 0)
    const second = (backward[players - at] ?? 0) - (backward[players - at - 1] ?? 0)
    added[player] = (first + second) / 2
  })
  return added
}

/** Means and their standard errors, one number a player (Welford). */
function createMoments(players: number) {
  const mean = new Float64Array(players)
  const squares = new Float64Array(players)
  let count = 0
  return {
    add(values: Float64Array): void {
      count++
      for (let player = 0; player < players; player++) {
        const value = values[player] ?? 0
        const before = value - (mean[player] ?? 0)
        mean[player] = (mean[player] ?? 0) + before / count
        squares[player] = (squares[player] ?? 0) + before * (value - (mean[player] ?? 0))
      }
    },
    count: () => count,
    means: () => mean.slice(),
    errors: () =>
      squares.map((sum) =>
        count < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(sum / (count - 1) / count),
      ),
  }
}
