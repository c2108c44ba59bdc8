// Random numbers that a seed fixes: every use takes its own stream by name, so that a new use does not shift the others.

/** A stream of random numbers. The same seed and names give the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number
  /** Uniform whole number in [0, limit); `limit` is at least 1 and at most 2^32. */
  below(limit: number): number
  /** Standard normal. */
  normal(): number
  /** A stream of its own that depends on this one's seed and the name alone, not on what was drawn before. */
  split(name: string | number): Random
}

const TWO_32 = 0x1_0000_0000
const TWO_NEGATIVE_53 = 2 ** -53
/** Numbers thrown away at the start: seeds that differ in one bit give unlike streams after so many. */
const WARM_UP = 12

export function createRandom(seed: number | string): Random {
  return createStream(`seed ${seed}`)
}

/** sfc32, a generator of 128 bits of state that passes PractRand; the state comes from a hash of the stream's name. */
function createStream(name: string): Random {
  const state = hashName(name)
  let [a, b, c, counter] = state
  let spare: number | null = null

  const nextBits = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let turn = 0; turn < WARM_UP; turn++) nextBits()

  const next = () => ((nextBits() >>> 5) * 0x400_0000 + (nextBits() >>> 6)) * TWO_NEGATIVE_53
  return {
    next,
    below(limit) {
      // Numbers beyond the last whole multiple of the limit are drawn anew, or small results would come more often.
      const bound = TWO_32 - (TWO_32 % limit)
      let bits = nextBits()
      while (bits >= bound) bits = nextBits()
      return bits % limit
    },
    normal() {
      if (spare !== null) {
        const kept = spare
        spare = null
        return kept
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    split: (child) => createStream(`${name}\u0000${child}`),
  }
}

/** 128 bits of a name: FNV-1a over its UTF-16 units in four lanes, each finished as MurmurHash3 does. */
function hashName(name: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index)
    lanes[0] = Math.imul(lanes[0] ^ unit, 0x01000193)
    lanes[1] = Math.imul(lanes[1] ^ unit, 0x85ebca6b) + lanes[0]
    lanes[2] = Math.imul(lanes[2] ^ unit, 0xc2b2ae35) + lanes[1]
    lanes[3] = Math.imul(lanes[3] ^ unit, 0x27d4eb2f) + lanes[2]
  }
  return [finish(lanes[0]), finish(lanes[1]), finish(lanes[2]), finish(lanes[3])]
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** The numbers 0 … count - 1 in random order, every order as likely as any other. */
export function shuffledIndices(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  shuffle(order, random)
  return order
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle(values: Int32Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const kept = values[last] ?? 0
    values[last] = values[other] ?? 0
    values[other] = kept
  }
}
