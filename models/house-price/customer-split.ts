// The customer's own split: what train_test_split of scikit-learn makes of a number of rows and a whole number as its seed.

import type { Split } from '#core/training/split.ts'

/** Words of the Mersenne twister's state (Matsumoto and Nishimura, 1998), and where it reads from. */
const SIZE = 624
const MIDDLE = 397
const MULTIPLIER = 1_812_433_253
const TWIST = 0x9908_b0df
const UPPER = 0x8000_0000
const LOWER = 0x7fff_ffff

/** The first rows of a permutation are tested on, rounded up; figures can be compared with the customer's row by row. */
export function customerSplit(rows: number, testShare: number, seed: number): Split {
  const order = permutation(rows, seed)
  const testRows = Math.ceil(rows * testShare)
  return { test: order.subarray(0, testRows), train: order.subarray(testRows) }
}

/** numpy's RandomState(seed).permutation(count). */
function permutation(count: number, seed: number): Int32Array {
  const next = mersenneTwister(seed)
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = below(next, last)
    const kept = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

/** Uniform in 0 … most: as many low bits as `most` has, drawn again while they are more. */
function below(next: () => number, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1
  for (;;) {
    const value = (next() & mask) >>> 0
    if (value <= most) return value
  }
}

/** 32 random bits at a time, as an unsigned number. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE)
  let word = seed >>> 0
  for (let place = 0; place < SIZE; place++) {
    state[place] = word
    word = (Math.imul(MULTIPLIER, word ^ (word >>> 30)) + place + 1) >>> 0
  }
  let place = SIZE
  return () => {
    if (place === SIZE) {
      twist(state)
      place = 0
    }
    let bits = state[place++] ?? 0
    bits ^= bits >>> 11
    bits ^= (bits << 7) & 0x9d2c_5680
    bits ^= (bits << 15) & 0xefc6_0000
    return (bits ^ (bits >>> 18)) >>> 0
  }
}

function twist(state: Uint32Array): void {
  for (let place = 0; place < SIZE; place++) {
    const next = state[(place + 1) % SIZE] ?? 0
    const joined = ((state[place] ?? 0) & UPPER) | (next & LOWER)
    const turned = (joined >>> 1) ^ ((joined & 1) === 0 ? 0 : TWIST)
    state[place] = (state[(place + MIDDLE) % SIZE] ?? 0) ^ turned
  }
}
