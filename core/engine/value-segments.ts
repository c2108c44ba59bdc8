// A chain of comparisons on one feature as segments of the number line, each with one target.

import { orderedBits } from './ordered-bits.ts'
import { BRANCH_EQ, type TreeTable } from './tree-table.ts'

/** Values from `from` (as ordered bits) up to the next segment go to row `target`. */
export interface Segment {
  readonly from: number
  readonly target: number
}

export interface Chain {
  readonly feature: number
  /** From the lowest value up; neighbours have different targets. */
  readonly segments: readonly Segment[]
  readonly whenMissing: number
}

/** Ordered bits of minus infinity. */
const LOWEST = orderedBits(Number.NEGATIVE_INFINITY)

/**
 * The chain that begins in `row` and goes on through false children of the same kind on the same feature. A child that
 * several rows share begins no link, it is where a chain leads.
 */
export function readChain(table: TreeTable, row: number, parents: Uint32Array): Chain {
  const links = [row]
  let last = table.falseRows[row] as number
  while ((parents[last] as number) === 1 && continuesChain(table, row, last, parents)) {
    links.push(last)
    last = table.falseRows[last] as number
  }
  const segments =
    table.modes[row] === BRANCH_EQ
      ? equalitySegments(table, links, last)
      : boundSegments(table, links, last)
  const missing = links.find((link) => table.missingTracksTrue[link] === 1)
  const whenMissing = missing === undefined ? last : (table.trueRows[missing] as number)
  return { feature: table.features[row] as number, segments, whenMissing }
}

/** True for the links of one categorical split; the split below it begins a chain of its own. */
function continuesChain(
  table: TreeTable,
  first: number,
  row: number,
  parents: Uint32Array,
): boolean {
  const mode = table.modes[first]
  if (table.modes[row] !== mode || table.features[row] !== table.features[first]) return false
  return mode === BRANCH_EQ
    ? table.trueRows[row] === table.trueRows[first]
    : hasSharedChild(table, row, parents)
}

/** Several links of one chain lead to the same child; the children of an ordinary split are its own. */
export function hasSharedChild(table: TreeTable, row: number, parents: Uint32Array): boolean {
  return (
    (parents[table.trueRows[row] as number] as number) > 1 ||
    (parents[table.falseRows[row] as number] as number) > 1
  )
}

/** All links lead to one target: each code is a segment of its own value alone. */
function equalitySegments(
  table: TreeTable,
  links: readonly number[],
  last: number,
): readonly Segment[] {
  const target = table.trueRows[links[0] as number] as number
  const codes = links.map((link) => orderedBits(table.thresholds[link] as number))
  const segments: Segment[] = []
  addSegment(segments, LOWEST, last)
  for (const code of codes.sort((a, b) => a - b)) {
    addSegment(segments, code, target)
    addSegment(segments, code + 1, last)
  }
  return segments
}

/** A link takes what lies below its bound and has not been taken by a link before it. */
function boundSegments(
  table: TreeTable,
  links: readonly number[],
  last: number,
): readonly Segment[] {
  const segments: Segment[] = []
  let taken = LOWEST
  for (const link of links) {
    const bound = orderedBits(table.thresholds[link] as number)
    if (bound <= taken) continue
    addSegment(segments, taken, table.trueRows[link] as number)
    taken = bound
  }
  addSegment(segments, taken, last)
  return segments
}

function addSegment(segments: Segment[], from: number, target: number): void {
  const previous = segments.at(-1)
  if (previous?.from === from) segments.pop()
  if (segments.at(-1)?.target !== target) segments.push({ from, target })
}
