// Turns an artifact's rows of float32 nodes back into the splits that they came from.

import { orderedBits } from './ordered-bits.ts'
import type { ShapForest } from './tree-shap.ts'
import { BRANCH_EQ, countParents, LEAF, leafWeight, type TreeTable } from './tree-table.ts'
import { type Chain, hasSharedChild, readChain } from './value-segments.ts'

/** A split as it stands in the artifact: its own row, and the rows of its children. */
interface Split {
  readonly row: number
  readonly targets: readonly [number, number]
  /** Null where the row alone decides. */
  readonly chain: Chain | null
}

/** Null without training weights, and where a tree has other splits than two-way ones. Leaf i is row `leafRows[i]`. */
export function readFloatForest(
  table: TreeTable,
): { readonly forest: ShapForest; readonly leafRows: Int32Array } | null {
  const { covers } = table
  if (covers === null) return null
  const parents = countParents(table)
  const splits: Split[] = []
  const leafRows: number[] = []
  const place = new Map<number, number>()
  for (let tree = 0; tree + 1 < table.starts.length; tree++) {
    const waiting = [table.starts[tree] as number]
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      if (place.has(row)) return null
      if (table.modes[row] === LEAF) {
        place.set(row, ~leafRows.length)
        leafRows.push(row)
        continue
      }
      const split = readSplit(table, row, parents)
      if (split === null) return null
      place.set(row, splits.length)
      splits.push(split)
      waiting.push(split.targets[1], split.targets[0])
    }
  }
  const nodeOf = (row: number | undefined) => place.get(row ?? -1) ?? 0
  const shares = (child: 0 | 1) =>
    Float64Array.from(splits, ({ row, targets }) => {
      const cover = covers[row] as number
      return cover > 0 ? (covers[targets[child]] as number) / cover : 0
    })
  const forest: ShapForest = {
    roots: Int32Array.from(table.starts.subarray(0, -1), nodeOf),
    features: Int32Array.from(splits, ({ row }) => table.features[row] as number),
    first: Int32Array.from(splits, ({ targets }) => nodeOf(targets[0])),
    second: Int32Array.from(splits, ({ targets }) => nodeOf(targets[1])),
    firstShares: shares(0),
    secondShares: shares(1),
    leafCount: leafRows.length,
    choose: (split, value) => choose(table, splits[split] as Split, value),
  }
  return { forest, leafRows: Int32Array.from(leafRows) }
}

/** What each leaf adds to a group. */
export function floatLeafValues(
  table: TreeTable,
  leafRows: Int32Array,
  group: number,
): Float64Array {
  return Float64Array.from(leafRows, (row) => leafWeight(table, row, group))
}

function readSplit(table: TreeTable, row: number, parents: Uint32Array): Split | null {
  if (table.modes[row] !== BRANCH_EQ && !hasSharedChild(table, row, parents)) {
    const targets = [table.trueRows[row] as number, table.falseRows[row] as number] as const
    return { row, targets, chain: null }
  }
  const chain = readChain(table, row, parents)
  const [first, second, ...more] = new Set([
    chain.whenMissing,
    ...chain.segments.map((segment) => segment.target),
  ])
  if (first === undefined || second === undefined || more.length > 0) return null
  return { row, targets: [first, second], chain }
}

function choose(table: TreeTable, { row, targets, chain }: Split, value: number): 0 | 1 {
  if (chain !== null) return followChain(chain, value) === targets[0] ? 0 : 1
  if (Number.isNaN(value)) return table.missingTracksTrue[row] === 1 ? 0 : 1
  return value < (table.thresholds[row] as number) ? 0 : 1
}

function followChain({ segments, whenMissing }: Chain, value: number): number {
  if (Number.isNaN(value)) return whenMissing
  const bits = orderedBits(value)
  return segments.findLast((segment) => segment.from <= bits)?.target ?? whenMissing
}
