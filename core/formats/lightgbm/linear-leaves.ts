// The linear models in the leaves of a LightGBM tree (linear_tree=True), out of the lines of its block.

import type { LinearLeaves } from '#core/pipeline/trees.ts'
import { type Budget, chargeBytes } from '../limits.ts'

interface Facts {
  /** Inner nodes come before the leaves. */
  readonly splits: number
  readonly leaves: number
  readonly featureCount: number
  /** An error that names the tree. */
  readonly damaged: (what: string) => Error
}

/** A column and a coefficient. */
const TERM_BYTES = 12

const SPACES = / +/

/** Null for a tree without them. Throws FormatError for lists that do not fit each other. */
export function readLinearLeaves(
  block: ReadonlyMap<string, string>,
  { splits, leaves, featureCount, damaged }: Facts,
  budget: Budget,
): LinearLeaves | null {
  if (block.get('is_linear') !== '1') return null
  const numbers = (name: string, size: number): Float64Array => {
    const words = (block.get(name) ?? '').split(SPACES).filter((word) => word !== '')
    if (words.length !== size) {
      throw damaged(`has ${words.length} entries of ${name} where ${size} belong`)
    }
    const list = Float64Array.from(words, Number)
    if (!list.every(Number.isFinite)) throw damaged(`has an entry of ${name} that is no number`)
    return list
  }
  const constants = new Float64Array(splits + leaves)
  constants.set(numbers('leaf_const', leaves), splits)
  const starts = new Int32Array(splits + leaves + 1)
  let count = 0
  numbers('num_features', leaves).forEach((own, leaf) => {
    if (!(Number.isInteger(own) && own >= 0 && own <= featureCount)) {
      throw damaged(`has a leaf of ${own} features`)
    }
    count += own
    starts[splits + leaf + 1] = count
  })
  chargeBytes(budget, count * TERM_BYTES, 0)
  const columns = numbers('leaf_features', count)
  const outside = columns.find((column) => !(column >= 0 && column < featureCount))
  if (outside !== undefined) throw damaged(`has a leaf that reads feature ${outside}`)
  return {
    constants,
    starts,
    columns: Int32Array.from(columns),
    coefficients: numbers('leaf_coeff', count),
  }
}
