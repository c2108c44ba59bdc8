// Lays the trees of an artifact out for branchless evaluation: one comparison a level, siblings side by side.

import { MISSING_LEFT, MISSING_RIGHT, orderedBits } from './ordered-bits.ts'
import { BRANCH_EQ, LEAF, type TreeTable } from './tree-table.ts'
import { hasSharedChild, readChain, type Segment } from './value-segments.ts'

/** Every row walks every tree to its full depth here, so deep lopsided trees are better off in onnxruntime. */
const MAX_COMPILED_DEPTH = 64

/** 14 bytes each: 4 million slots are 56 MB, beside an artifact of some 200 MB. */
const MAX_COMPILED_SLOTS = 4_000_000

/** Slots name a feature by a 16-bit number, once for each direction of missing values. */
const MAX_COMPILED_FEATURES = 32_767

/** Trees that one step of the kernel walks side by side, to fill the time a load takes. */
export const TREES_A_STEP = 4

/** Numbers of a step in `steps`: four root slots, the depth to walk, the group to add to. */
export const STEP_SIZE = TREES_A_STEP + 2

/** Group of steps whose leaves add to several groups. */
export const VECTOR_GROUP = -1

/**
 * Slot s compares feature `features[s]` with `thresholds[s]` as ordered bits: the row goes to slot `children[s]` when it is
 * below, else to `children[s] + 1`. A leaf goes to itself for ever. Features from `featureCount` on are the same features
 * with missing values after every number instead of before.
 */
export interface CompiledTrees {
  readonly groups: number
  readonly featureCount: number
  readonly features: Uint16Array
  readonly thresholds: Int32Array
  readonly children: Int32Array
  /** What a leaf adds; in steps of VECTOR_GROUP, the row of `vectors` that it adds. */
  readonly leaves: Float32Array
  readonly vectors: Float32Array
  readonly steps: Int32Array
  readonly baseMargins: Float32Array
}

/** A tree's root slot, how deep it goes and what it adds to. */
interface PlacedTree {
  readonly root: number
  readonly depth: number
  readonly group: number
}

/** Null when the trees are too many, too deep or too wide for this layout; onnxruntime runs them then. */
export function lowerTrees(table: TreeTable, featureCount: number): CompiledTrees | null {
  if (featureCount > MAX_COMPILED_FEATURES) return null
  const slots = createSlots()
  const vectors = createVectors(table)
  const placed: PlacedTree[] = []
  const parents = countParents(table)
  for (let tree = 0; tree + 1 < table.starts.length; tree++) {
    const start = table.starts[tree] as number
    const group = commonGroup(table, start, table.starts[tree + 1] as number)
    const placer = createPlacer(table, slots, parents, featureCount, (row) =>
      group === VECTOR_GROUP ? vectors.add(row) : leafWeight(table, row),
    )
    const root = slots.add(1)
    const depth = placer.place(root, start, 0)
    if (depth > MAX_COMPILED_DEPTH || slots.size() > MAX_COMPILED_SLOTS) return null
    placed.push({ root, depth, group })
  }
  return {
    groups: table.groups,
    featureCount,
    baseMargins: table.baseMargins,
    steps: planSteps(placed, slots),
    vectors: vectors.finish(),
    ...slots.finish(),
  }
}

/** The one group that all leaves of a tree add to, or VECTOR_GROUP. */
function commonGroup(table: TreeTable, start: number, end: number): number {
  let group: number | null = null
  for (let row = start; row < end; row++) {
    if (table.modes[row] !== LEAF) continue
    const first = table.leafStarts[row] as number
    const count = (table.leafStarts[row + 1] as number) - first
    if (count > 1) return VECTOR_GROUP
    if (count === 0) continue
    const own = table.leafGroups[first] as number
    group ??= own
    if (group !== own) return VECTOR_GROUP
  }
  return group ?? 0
}

function leafWeight(table: TreeTable, row: number): number {
  const entry = table.leafStarts[row] as number
  return entry < (table.leafStarts[row + 1] as number) ? (table.leafWeights[entry] as number) : 0
}

/** How many nodes have this row as a child; more than one marks the end of a categorical chain. */
function countParents(table: TreeTable): Uint32Array {
  const parents = new Uint32Array(table.modes.length)
  for (let row = 0; row < table.modes.length; row++) {
    if (table.modes[row] === LEAF) continue
    const whenTrue = table.trueRows[row] as number
    const whenFalse = table.falseRows[row] as number
    parents[whenTrue] = (parents[whenTrue] as number) + 1
    parents[whenFalse] = (parents[whenFalse] as number) + 1
  }
  return parents
}

interface Slots {
  /** Adds empty slots side by side and gives the first. */
  add(count: number): number
  set(slot: number, feature: number, threshold: number, child: number): void
  setLeaf(slot: number, value: number): void
  /** Makes `slot` decide as `source` does, an inner node. */
  copy(slot: number, source: number): void
  size(): number
  finish(): Pick<CompiledTrees, 'features' | 'thresholds' | 'children' | 'leaves'>
}

function createSlots(): Slots {
  const features: number[] = []
  const thresholds: number[] = []
  const children: number[] = []
  const leaves: number[] = []
  return {
    add(count) {
      const first = features.length
      for (let index = 0; index < count; index++) {
        features.push(0)
        // No value of a feature in the first half reaches this, so an unset slot or a leaf stays where it is.
        thresholds.push(MISSING_RIGHT)
        children.push(first + index)
        leaves.push(0)
      }
      return first
    },
    set(slot, feature, threshold, child) {
      features[slot] = feature
      thresholds[slot] = threshold
      children[slot] = child
    },
    setLeaf(slot, value) {
      leaves[slot] = value
    },
    copy(slot, source) {
      features[slot] = features[source] as number
      thresholds[slot] = thresholds[source] as number
      children[slot] = children[source] as number
    },
    size: () => features.length,
    finish: () => ({
      features: Uint16Array.from(features),
      thresholds: Int32Array.from(thresholds),
      children: Int32Array.from(children),
      leaves: Float32Array.from(leaves),
    }),
  }
}

interface Placer {
  /** Writes what `row` decides into `slot`, its children into new slots, and gives the levels below. */
  place(slot: number, row: number, level: number): number
}

function createPlacer(
  table: TreeTable,
  slots: Slots,
  parents: Uint32Array,
  featureCount: number,
  leafValue: (row: number) => number,
): Placer {
  /** Rows that a chain leads to, once they have a slot; further ways to them copy the slot, not what lies below. */
  const placed = new Map<number, { slot: number; depth: number }>()

  function place(slot: number, row: number, level: number): number {
    if (level > MAX_COMPILED_DEPTH) return level
    if (table.modes[row] === LEAF) {
      slots.setLeaf(slot, leafValue(row))
      return 0
    }
    return startsChain(row) ? placeChain(slot, row, level) : placeSplit(slot, row, level)
  }

  function placeTarget(slot: number, row: number, level: number): number {
    if (table.modes[row] === LEAF) return place(slot, row, level)
    const earlier = placed.get(row)
    if (earlier !== undefined) {
      slots.copy(slot, earlier.slot)
      return earlier.depth
    }
    const depth = place(slot, row, level)
    placed.set(row, { slot, depth })
    return depth
  }

  function startsChain(row: number): boolean {
    return table.modes[row] === BRANCH_EQ || hasSharedChild(table, row, parents)
  }

  function placeSplit(slot: number, row: number, level: number): number {
    const pair = slots.add(2)
    const direction = table.missingTracksTrue[row] === 1 ? 0 : featureCount
    const threshold = orderedBits(table.thresholds[row] as number)
    slots.set(slot, (table.features[row] as number) + direction, threshold, pair)
    const below = place(pair, table.trueRows[row] as number, level + 1)
    const above = place(pair + 1, table.falseRows[row] as number, level + 1)
    return 1 + Math.max(below, above)
  }

  function placeChain(slot: number, row: number, level: number): number {
    const { feature, segments, whenMissing } = readChain(table, row, parents)
    if (segments[0]?.target === whenMissing) return halve(slot, feature, segments, level)
    if (segments.at(-1)?.target === whenMissing) {
      return halve(slot, feature + featureCount, segments, level)
    }
    // Neither end of the number line has the missing values' target, so they are told apart first.
    const pair = slots.add(2)
    slots.set(slot, feature + featureCount, MISSING_RIGHT, pair)
    const known = halve(pair, feature, segments, level + 1)
    const missing = placeTarget(pair + 1, whenMissing, level + 1)
    return 1 + Math.max(known, missing)
  }

  /** A balanced search for the segment that holds the value. */
  function halve(
    slot: number,
    feature: number,
    segments: readonly Segment[],
    level: number,
  ): number {
    const [only] = segments
    if (only === undefined) return 0
    if (segments.length === 1) return placeTarget(slot, only.target, level)
    const middle = segments.length >> 1
    const pair = slots.add(2)
    slots.set(slot, feature, segments[middle]?.from ?? MISSING_LEFT, pair)
    const below = halve(pair, feature, segments.slice(0, middle), level + 1)
    const above = halve(pair + 1, feature, segments.slice(middle), level + 1)
    return 1 + Math.max(below, above)
  }

  return { place }
}

interface Vectors {
  /** Adds the weights of the leaf in `row`, one a group, and gives their place. */
  add(row: number): number
  finish(): Float32Array
}

/** Row 0 is all zeros, for slots that stand in where a step has fewer than four trees. */
function createVectors(table: TreeTable): Vectors {
  const { groups } = table
  const values: number[] = new Array<number>(groups).fill(0)
  return {
    add(row) {
      const place = values.length / groups
      const vector = new Array<number>(groups).fill(0)
      const end = table.leafStarts[row + 1] as number
      for (let entry = table.leafStarts[row] as number; entry < end; entry++) {
        vector[table.leafGroups[entry] as number] = table.leafWeights[entry] as number
      }
      values.push(...vector)
      return place
    },
    finish: () => Float32Array.from(values),
  }
}

/** Four trees of one group a step, trees of like depth together, as the deepest sets the pace. */
function planSteps(trees: readonly PlacedTree[], slots: Slots): Int32Array {
  const sorted = trees.toSorted((a, b) => a.group - b.group || a.depth - b.depth)
  const steps: number[] = []
  const filler = slots.add(1)
  let index = 0
  while (index < sorted.length) {
    const group = sorted[index]?.group ?? 0
    const step = sorted.slice(index, index + TREES_A_STEP).filter((tree) => tree.group === group)
    const roots = step.map((tree) => tree.root)
    while (roots.length < TREES_A_STEP) roots.push(filler)
    steps.push(...roots, Math.max(...step.map((tree) => tree.depth)), group)
    index += step.length
  }
  return Int32Array.from(steps)
}
