// Sorts the ranks of a node's samples without allocating: counting where ranks are few, radix or insertion where not.

/** Below this, insertion is faster than clearing a radix sort's counters. */
const INSERTION_LIMIT = 40

/** Nodes of at least this many samples pay for 2,048 counters a pass, smaller ones for 256. */
const WIDE_DIGIT_SAMPLES = 2048
const WIDE_DIGIT_BITS = 11
const DIGIT_BITS = 8

/** Keys are 32-bit integers, and stay positive so that they compare as they are. */
const KEY_BITS = 31

/** Room for the largest node; `sortRanks` reads `ranks` and leaves the order in `keys`. */
export interface SortSpace {
  /** Ranks of the node's samples by their position in the node. */
  readonly ranks: Int32Array
  /** After sorting, position `keys[i] & mask` is the i-th in order of rank. */
  keys: Int32Array
  spare: Int32Array
  mask: number
  readonly counters: Int32Array
  /** For tables too large for 32-bit keys. */
  readonly wide: Float64Array
}

/** `largestRank`: no rank of any column is larger. */
export function createSortSpace(samples: number, largestRank: number): SortSpace {
  const fits = bitLength(largestRank) + bitLength(samples - 1) <= KEY_BITS
  return {
    ranks: new Int32Array(samples),
    keys: new Int32Array(samples),
    spare: new Int32Array(samples),
    mask: 0,
    counters: new Int32Array(Math.max(2 * samples, 1 << WIDE_DIGIT_BITS) + 1),
    wide: new Float64Array(fits ? 0 : samples),
  }
}

/** Sorts positions 0 … length - 1 by rank; ranks lie between `lowest` and `highest`. */
export function sortRanks(space: SortSpace, length: number, lowest: number, highest: number): void {
  const range = highest - lowest
  const positionBits = bitLength(length - 1)
  space.mask = (1 << positionBits) - 1
  if (bitLength(range) + positionBits > KEY_BITS) sortWide(space, length, lowest)
  else if (length <= INSERTION_LIMIT) sortByInsertion(space, length, lowest, positionBits)
  else if (range < 2 * length) sortByCounting(space, length, lowest, range)
  else sortByRadix(space, length, lowest, range, positionBits)
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value)
}

function sortByInsertion(
  { ranks, keys }: SortSpace,
  length: number,
  lowest: number,
  positionBits: number,
): void {
  for (let index = 0; index < length; index++) {
    const key = (((ranks[index] as number) - lowest) << positionBits) | index
    let place = index
    while (place > 0 && (keys[place - 1] as number) > key) {
      keys[place] = keys[place - 1] as number
      place--
    }
    keys[place] = key
  }
}

function sortByCounting(
  { ranks, keys, counters }: SortSpace,
  length: number,
  lowest: number,
  range: number,
): void {
  counters.fill(0, 0, range + 2)
  const shift = 1 - lowest
  for (let index = 0; index < length; index++) {
    const counter = (ranks[index] as number) + shift
    counters[counter] = (counters[counter] as number) + 1
  }
  for (let rank = 1; rank <= range; rank++) {
    counters[rank] = (counters[rank] as number) + (counters[rank - 1] as number)
  }
  for (let index = 0; index < length; index++) {
    const counter = (ranks[index] as number) - lowest
    const place = counters[counter] as number
    counters[counter] = place + 1
    keys[place] = index
  }
}

function sortByRadix(
  space: SortSpace,
  length: number,
  lowest: number,
  range: number,
  positionBits: number,
): void {
  const { ranks } = space
  let from = space.spare
  for (let index = 0; index < length; index++) {
    from[index] = (((ranks[index] as number) - lowest) << positionBits) | index
  }
  const widest = length >= WIDE_DIGIT_SAMPLES ? WIDE_DIGIT_BITS : DIGIT_BITS
  const bits = bitLength(range)
  const passes = Math.ceil(bits / widest)
  const digitBits = Math.ceil(bits / passes)
  let to = space.keys
  for (let pass = 0; pass < passes; pass++) {
    sortDigit(from, to, space.counters, length, positionBits + pass * digitBits, digitBits)
    const swapped = from
    from = to
    to = swapped
  }
  space.keys = from
  space.spare = to
}

function sortDigit(
  from: Int32Array,
  to: Int32Array,
  counters: Int32Array,
  length: number,
  shift: number,
  digitBits: number,
): void {
  const digits = 1 << digitBits
  const mask = digits - 1
  counters.fill(0, 0, digits)
  for (let index = 0; index < length; index++) {
    const digit = ((from[index] as number) >>> shift) & mask
    counters[digit] = (counters[digit] as number) + 1
  }
  let place = 0
  for (let digit = 0; digit < digits; digit++) {
    const count = counters[digit] as number
    counters[digit] = place
    place += count
  }
  for (let index = 0; index < length; index++) {
    const key = from[index] as number
    const digit = (key >>> shift) & mask
    const target = counters[digit] as number
    counters[digit] = target + 1
    to[target] = key
  }
}

function sortWide({ ranks, keys, wide }: SortSpace, length: number, lowest: number): void {
  for (let index = 0; index < length; index++) {
    wide[index] = ((ranks[index] as number) - lowest) * length + index
  }
  wide.subarray(0, length).sort()
  for (let index = 0; index < length; index++) keys[index] = (wide[index] as number) % length
}
