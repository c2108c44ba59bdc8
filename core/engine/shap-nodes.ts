// Turns an artifact's rows of nodes back into the splits that they came from.

import { orderedBits } from './ordered-bits.ts'
import type { ShapNode } from './tree-shap.ts'
import { BRANCH_EQ, LEAF, leafWeight, type TreeTable } from './tree-table.ts'
import { type Chain, hasSharedChild, readChain } from './value-segments.ts'

/** The cost of an explanation grows with the square of the depth, and its recursion with the depth. */
const MAX_EXPLAINED_DEPTH = 64

/** The tree that begins in row `start`, as far as it adds to `group`; null when it is too deep or no tree of two-way splits. */
export function readShapTree(
  table: TreeTable,
  covers: Float32Array,
  start: number,
  group: number,
  parents: Uint32Array,
): ShapNode | null {
  function read(row: number, depth: number): ShapNode | null {
    if (depth > MAX_EXPLAINED_DEPTH) return null
    const cover = covers[row] as number
    if (table.modes[row] === LEAF) {
      return { kind: 'leaf', value: leafWeight(table, row, group), cover }
    }
    const split = readSplit(table, row, parents)
    if (split === null) return null
    const first = read(split.targets[0], depth + 1)
    const second = read(split.targets[1], depth + 1)
    if (first === null || second === null) return null
    const { feature, choose } = split
    return { kind: 'split', feature, choose, children: [first, second], cover }
  }
  return read(start, 0)
}

interface Split {
  readonly feature: number
  readonly targets: readonly [number, number]
  readonly choose: (value: number) => 0 | 1
}

function readSplit(table: TreeTable, row: number, parents: Uint32Array): Split | null {
  const feature = table.features[row] as number
  const whenTrue = table.trueRows[row] as number
  const whenFalse = table.falseRows[row] as number
  if (table.modes[row] !== BRANCH_EQ && !hasSharedChild(table, row, parents)) {
    const threshold = table.thresholds[row] as number
    const whenMissing = table.missingTracksTrue[row] === 1 ? 0 : 1
    return {
      feature,
      targets: [whenTrue, whenFalse],
      choose: (value) => (Number.isNaN(value) ? whenMissing : value < threshold ? 0 : 1),
    }
  }
  const chain = readChain(table, row, parents)
  const [first, second, ...more] = new Set([
    chain.whenMissing,
    ...chain.segments.map((segment) => segment.target),
  ])
  if (first === undefined || second === undefined || more.length > 0) return null
  return {
    feature,
    targets: [first, second],
    choose: (value) => (followChain(chain, value) === first ? 0 : 1),
  }
}

function followChain({ segments, whenMissing }: Chain, value: number): number {
  if (Number.isNaN(value)) return whenMissing
  const bits = orderedBits(value)
  return segments.findLast((segment) => segment.from <= bits)?.target ?? whenMissing
}
