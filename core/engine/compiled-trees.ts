// The branchless kernel: walks four trees side by side for each row of a block.

import { isMissingBits, MISSING_LEFT, MISSING_RIGHT, orderBits } from './ordered-bits.ts'
import { type CompiledTrees, STEP_SIZE, VECTOR_GROUP } from './tree-lowering.ts'

/**
 * Rows of a block in the form that the kernel reads: 2 * featureCount ordered bits a row, missing values before every
 * number in the first half and after every number in the second.
 */
export type OrderedRows = Int32Array

/** Writes `count` float32 rows, given by their bits, into `ordered`. */
export function orderRows(
  bits: Int32Array,
  start: number,
  count: number,
  featureCount: number,
  ordered: OrderedRows,
): void {
  for (let row = 0; row < count; row++) {
    const source = start + row * featureCount
    const below = row * 2 * featureCount
    const above = below + featureCount
    for (let feature = 0; feature < featureCount; feature++) {
      const raw = bits[source + feature] as number
      if (isMissingBits(raw)) {
        ordered[below + feature] = MISSING_LEFT
        ordered[above + feature] = MISSING_RIGHT
      } else {
        const value = orderBits(raw)
        ordered[below + feature] = value
        ordered[above + feature] = value
      }
    }
  }
}

/** Adds what the trees give for `count` rows to `margins` [count, groups]. */
export function addTreeMargins(
  trees: CompiledTrees,
  ordered: OrderedRows,
  count: number,
  margins: Float64Array,
): void {
  const { steps, groups } = trees
  for (let step = 0; step < steps.length; step += STEP_SIZE) {
    if (steps[step + STEP_SIZE - 1] === VECTOR_GROUP) {
      addVectorStep(trees, step, ordered, count, margins, groups)
    } else {
      addStep(trees, step, ordered, count, margins, groups)
    }
  }
}

/**
 * `+(a >= b)` compiles to a flag without a jump, where a conditional expression would be a branch that random rows
 * mispredict half of the time. The four walks are spelled out because an inner loop over them would not be unrolled.
 */
function addStep(
  { features, thresholds, children, leaves, featureCount, steps }: CompiledTrees,
  step: number,
  ordered: OrderedRows,
  count: number,
  margins: Float64Array,
  groups: number,
): void {
  const first = steps[step] as number
  const second = steps[step + 1] as number
  const third = steps[step + 2] as number
  const fourth = steps[step + 3] as number
  const depth = steps[step + 4] as number
  const group = steps[step + 5] as number
  const width = 2 * featureCount
  for (let row = 0; row < count; row++) {
    const base = row * width
    let a = first
    let b = second
    let c = third
    let d = fourth
    for (let level = 0; level < depth; level++) {
      a =
        ((children[a] as number) +
          +((ordered[base + (features[a] as number)] as number) >= (thresholds[a] as number))) |
        0
      b =
        ((children[b] as number) +
          +((ordered[base + (features[b] as number)] as number) >= (thresholds[b] as number))) |
        0
      c =
        ((children[c] as number) +
          +((ordered[base + (features[c] as number)] as number) >= (thresholds[c] as number))) |
        0
      d =
        ((children[d] as number) +
          +((ordered[base + (features[d] as number)] as number) >= (thresholds[d] as number))) |
        0
    }
    const target = row * groups + group
    margins[target] =
      (margins[target] as number) +
      (leaves[a] as number) +
      (leaves[b] as number) +
      (leaves[c] as number) +
      (leaves[d] as number)
  }
}

/** The same for leaves that hold one value a group; one tree at a time, as adding the vectors outweighs the walk. */
function addVectorStep(
  { features, thresholds, children, leaves, vectors, featureCount, steps }: CompiledTrees,
  step: number,
  ordered: OrderedRows,
  count: number,
  margins: Float64Array,
  groups: number,
): void {
  const depth = steps[step + 4] as number
  for (let row = 0; row < count; row++) {
    const base = row * 2 * featureCount
    for (let tree = step; tree < step + 4; tree++) {
      let slot = steps[tree] as number
      for (let level = 0; level < depth; level++) {
        slot =
          ((children[slot] as number) +
            +(
              (ordered[base + (features[slot] as number)] as number) >= (thresholds[slot] as number)
            )) |
          0
      }
      const vector = (leaves[slot] as number) * groups
      for (let group = 0; group < groups; group++) {
        const target = row * groups + group
        margins[target] = (margins[target] as number) + (vectors[vector + group] as number)
      }
    }
  }
}
