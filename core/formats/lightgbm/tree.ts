// One tree of a LightGBM text model: splits by number, bits of decisions, sets of categories.

import type { GroupedTree } from '#core/pipeline/trees.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes } from '../limits.ts'
import { readLinearLeaves } from './linear-leaves.ts'

/** Bits of `decision_type`. */
const CATEGORICAL_BIT = 1
const DEFAULT_LEFT_BIT = 2
const MISSING_SHIFT = 2

/** What counts as missing at a split; missing values are zeros where nothing does. */
export const MISSING_NONE = 0
export const MISSING_ZERO = 1
export const MISSING_NAN = 2

/** A node as a part of `DecisionTree`, and its texts while they are read. */
const NODE_BYTES = 128

/** Categories are stored as bits of 32-bit words. */
const WORD_BITS = 32

export interface LightgbmTree {
  readonly tree: GroupedTree
  /** What counts as missing at each inner numeric node (`MISSING_…`); 255 at categorical nodes and leaves. */
  readonly missing: Uint8Array
}

/** Of a node that asks nothing about missing values. */
export const MISSING_UNUSED = 255

/** Inner nodes come first, then leaves. Throws FormatError for lists that do not fit each other. */
export function readTreeBlock(
  block: ReadonlyMap<string, string>,
  facts: { readonly index: number; readonly group: number; readonly featureCount: number },
  budget: Budget,
): LightgbmTree {
  const leaves = Number(block.get('num_leaves'))
  if (!(Number.isInteger(leaves) && leaves >= 1)) throw damaged(facts.index, 'has no leaves')
  const splits = leaves - 1
  chargeBytes(budget, (splits + leaves) * NODE_BYTES, 0)
  const list = (name: string, size: number) => readList(block, name, size, facts.index)
  const leafValues = list('leaf_value', leaves)
  if (!leafValues.every(Number.isFinite)) throw damaged(facts.index, 'has a leaf of no number')
  const count = splits + leaves
  const linear = readLinearLeaves(
    block,
    { splits, leaves, ...facts, damaged: (what) => damaged(facts.index, what) },
    budget,
  )
  const tree = {
    left: new Int32Array(count).fill(-1),
    right: new Int32Array(count).fill(-1),
    feature: new Int32Array(count),
    threshold: new Float64Array(count),
    missingLeft: new Uint8Array(count),
    values: new Float64Array(count),
    cover: readCover(block, splits, leaves),
    categories: new Map<number, Int32Array>(),
    group: facts.group,
    ...(linear !== null && { linear }),
  }
  tree.values.set(leafValues, splits)
  const missing = new Uint8Array(count).fill(MISSING_UNUSED)
  if (splits === 0) return { tree, missing }
  tree.left.set(readChildren(list('left_child', splits), splits, facts.index))
  tree.right.set(readChildren(list('right_child', splits), splits, facts.index))
  tree.feature.set(list('split_feature', splits))
  tree.threshold.set(list('threshold', splits))
  fillDecisions({ tree, missing }, list('decision_type', splits), readSets(block, facts), facts)
  return { tree, missing }
}

type Facts = Parameters<typeof readTreeBlock>[1]

function fillDecisions(
  { tree, missing }: LightgbmTree & { readonly tree: { readonly categories: CategoryMap } },
  decisions: Float64Array,
  sets: CategorySets,
  { index, featureCount }: Facts,
): void {
  for (let node = 0; node < decisions.length; node++) {
    const feature = tree.feature[node] as number
    if (!(feature >= 0 && feature < featureCount)) {
      throw damaged(index, `splits on feature ${feature} of ${featureCount}`)
    }
    const decision = decisions[node] as number
    if ((decision & CATEGORICAL_BIT) !== 0) {
      // Missing values, like codes that the set does not hold, go right.
      tree.categories.set(node, readSet(sets, tree.threshold[node] as number, index))
      continue
    }
    const kind = (decision >> MISSING_SHIFT) & 3
    missing[node] = kind
    const goesLeft =
      kind === MISSING_NONE
        ? 0 <= (tree.threshold[node] as number)
        : (decision & DEFAULT_LEFT_BIT) !== 0
    tree.missingLeft[node] = goesLeft ? 1 : 0
  }
}

type CategoryMap = Map<number, Int32Array>

/** Negative children are leaves: ~0 is the first. */
function readChildren(children: Float64Array, splits: number, index: number): Int32Array {
  return Int32Array.from(children, (child) => {
    const node = child < 0 ? splits + (-child - 1) : child
    if (Number.isInteger(node) && node > 0 && node <= 2 * splits) return node
    throw damaged(index, `has a child ${child} that is none of its nodes`)
  })
}

/** Training rows of each node; null where the file has none. */
function readCover(
  block: ReadonlyMap<string, string>,
  splits: number,
  leaves: number,
): Float64Array | null {
  const inner = splits === 0 ? new Float64Array(0) : numbersOf(block.get('internal_count'))
  const outer = numbersOf(block.get('leaf_count'))
  if (inner?.length !== splits || outer?.length !== leaves) {
    return splits === 0 ? new Float64Array(leaves) : null
  }
  const cover = new Float64Array(splits + leaves)
  cover.set(inner)
  cover.set(outer, splits)
  return cover
}

interface CategorySets {
  readonly bounds: Float64Array
  readonly words: Float64Array
}

function readSets(block: ReadonlyMap<string, string>, { index }: Facts): CategorySets {
  const count = Number(block.get('num_cat') ?? 0)
  if (count === 0) return { bounds: new Float64Array(0), words: new Float64Array(0) }
  const bounds = readList(block, 'cat_boundaries', count + 1, index)
  const words = numbersOf(block.get('cat_threshold')) ?? new Float64Array(0)
  return { bounds, words }
}

function readSet({ bounds, words }: CategorySets, at: number, index: number): Int32Array {
  const start = bounds[at]
  const end = bounds[at + 1]
  if (start === undefined || end === undefined || !(start >= 0 && end >= start)) {
    throw damaged(index, 'has a split by categories without a set of them')
  }
  if (end > words.length) throw damaged(index, 'has a set of categories that breaks off')
  const codes: number[] = []
  for (let place = start; place < end; place++) {
    const word = words[place] as number
    for (let bit = 0; bit < WORD_BITS; bit++) {
      if (((word >>> bit) & 1) === 1) codes.push((place - start) * WORD_BITS + bit)
    }
  }
  return Int32Array.from(codes)
}

function readList(
  block: ReadonlyMap<string, string>,
  name: string,
  size: number,
  index: number,
): Float64Array {
  const numbers = numbersOf(block.get(name))
  if (numbers?.length === size) return numbers
  throw damaged(index, `has ${numbers?.length ?? 'no'} entries of ${name} where ${size} belong`)
}

/** Words that are no JavaScript numbers. */
const NUMBER_WORDS: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

function numbersOf(text: string | undefined): Float64Array | null {
  if (text === undefined) return null
  const trimmed = text.trim()
  if (trimmed === '') return new Float64Array(0)
  const words = trimmed.split(' ')
  const numbers = new Float64Array(words.length)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    numbers[index] = NUMBER_WORDS[word] ?? Number(word)
  }
  return numbers
}

function damaged(index: number, what: string): FormatError {
  return new FormatError(
    `Tree ${index} of this LightGBM model ${what}: the file is damaged. Save the model again, and upload that.`,
    0,
  )
}
