// Divides rows into parts to learn from and parts to test on, exactly the same for the same seed.

import { type Random, shuffledIndices } from './random.ts'

/** Row numbers. */
export interface Split {
  readonly train: Int32Array
  readonly test: Int32Array
}

/**
 * A shuffled hold-out. With `strata` (a class code each row) every class is divided in the same proportion, to the nearest
 * row, and each class with two rows or more has one on both sides. `testShare` is in (0, 1); both sides get a row.
 */
export function holdOut(
  rows: number,
  testShare: number,
  strata: Int32Array | null,
  random: Random,
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
    const size = sizes[index] ?? 0
    test.push(...group.subarray(0, size))
    train.push(...group.subarray(size))
  })
  return { train: mixed(train, random.split('train')), test: mixed(test, random.split('test')) }
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
