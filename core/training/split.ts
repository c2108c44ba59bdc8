// Divides rows into parts to learn from and parts to test on, exactly the same for the same seed.

import { type Random, shuffledIndices } from './random.ts'
import { type Column, rowKey } from './table.ts'

/** Row numbers. */
export interface Split {
  readonly train: Int32Array
  readonly test: Int32Array
}

/**
 * A shuffled hold-out. With `strata` (a class code each row) every class is divided in the same proportion, to the nearest
 * row, and each class with two rows or more has one on both sides. With `spread` (a number each row) the rows of a class
 * are put in that order and every stretch of them gives its share to the test: each row is as likely to be tested as
 * before, and the test is like the whole. `testShare` is in (0, 1); both sides get a row.
 */
export function holdOut(
  rows: number,
  testShare: number,
  strata: Int32Array | null,
  random: Random,
  spread: Float64Array | null = null,
): Split {
  const testRows = Math.min(rows - 1, Math.max(1, Math.round(rows * testShare)))
  const groups = groupRows(rows, strata, random.split('hold-out'))
  const sizes = shareOut(
    groups.map((group) => group.length),
    testRows,
    rows,
  )
  const train: number[] = []
  const test: number[] = []
  groups.forEach((group, index) => {
    const order = spread === null ? group : orderBySpread(group, sizes[index] ?? 0, spread, random)
    const size = sizes[index] ?? 0
    test.push(...order.subarray(0, size))
    train.push(...order.subarray(size))
  })
  return { train: mixed(train, random.split('train')), test: mixed(test, random.split('test')) }
}

/** The group with `count` rows first, one drawn from each of as many stretches along `spread`. */
function orderBySpread(
  group: Int32Array,
  count: number,
  spread: Float64Array,
  random: Random,
): Int32Array {
  const draws = random.split(`spread ${group[0]}`)
  const sorted = Int32Array.from(group).sort((left, right) => {
    return (spread[left] as number) - (spread[right] as number)
  })
  const drawn = new Set<number>()
  for (let stretch = 0; stretch < count; stretch++) {
    const start = Math.floor((stretch * group.length) / count)
    const end = Math.floor(((stretch + 1) * group.length) / count)
    drawn.add(sorted[start + draws.below(end - start)] as number)
  }
  return Int32Array.from([...drawn, ...group.filter((row) => !drawn.has(row))])
}

/** `count` folds of nearly equal size; each row is tested once. With `strata` every class is spread over the folds. */
export function folds(
  rows: number,
  count: number,
  strata: Int32Array | null,
  random: Random,
): readonly Split[] {
  const foldOf = new Int32Array(rows)
  let dealt = 0
  // Dealt out like cards, going on where the class before stopped: no fold gets all the left-over rows.
  for (const group of groupRows(rows, strata, random.split('folds'))) {
    for (const row of group) foldOf[row] = dealt++ % count
  }
  const order = shuffledIndices(rows, random.split('order'))
  return Array.from({ length: count }, (_, fold) => ({
    train: order.filter((row) => foldOf[row] !== fold),
    test: order.filter((row) => foldOf[row] === fold),
  }))
}

/** The rows of each class in random order, classes by their codes; all rows together where there are none. */
function groupRows(rows: number, strata: Int32Array | null, random: Random): readonly Int32Array[] {
  const order = shuffledIndices(rows, random)
  if (strata === null) return [order]
  const groups = new Map<number, number[]>()
  for (const row of order) {
    const code = strata[row] ?? 0
    const known = groups.get(code)
    if (known === undefined) groups.set(code, [row])
    else known.push(row)
  }
  return [...groups]
    .sort(([left], [right]) => left - right)
    .map(([, members]) => Int32Array.from(members))
}

/** Divides `wanted` rows over groups in proportion to their size: the largest remainders are rounded up. */
function shareOut(sizes: readonly number[], wanted: number, rows: number): readonly number[] {
  const exact = sizes.map((size) => (size * wanted) / rows)
  const shares = exact.map((share, index) => {
    const size = sizes[index] ?? 0
    return size < 2 ? 0 : Math.min(size - 1, Math.max(1, Math.floor(share)))
  })
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((left, right) => right.remainder - left.remainder || left.index - right.index)
  let missing = wanted - shares.reduce((sum, share) => sum + share, 0)
  for (const { index } of byRemainder) {
    const share = shares[index] ?? 0
    if (missing <= 0) break
    if (share >= (sizes[index] ?? 0) - 1) continue
    shares[index] = share + 1
    missing--
  }
  return shares
}

function mixed(rows: readonly number[], random: Random): Int32Array {
  const order = shuffledIndices(rows.length, random)
  return order.map((place) => rows[place] ?? 0)
}

/** Test rows that hold the same as a training row. */
export function countRepeated(columns: readonly Column[], { train, test }: Split): number {
  const known = new Set(Array.from(train, (row) => rowKey(columns, row)))
  return test.filter((row) => known.has(rowKey(columns, row))).length
}
