// The trees of a LightGBM model as a predictor over doubles.

import type { GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'
import { FormatError } from '../format-error.ts'
import type { Budget } from '../limits.ts'
import { type Objective, readObjective } from './objectives.ts'
import type { TextModel } from './text-model.ts'
import { MISSING_NAN, MISSING_UNUSED, MISSING_ZERO, readTreeBlock } from './tree.ts'

export interface LightgbmForest {
  readonly predictor: TreePredictor
  readonly objective: Objective
  readonly featureCount: number
  /** 1 for each feature that training saw missing. */
  readonly sawMissing: Uint8Array
  /** 1 for each feature with a split by categories. */
  readonly isCategorical: Uint8Array
}

/** More features than this are no table. */
const MAX_FEATURES = 1_000_000

/**
 * Uses the trees of the first `bestIteration` rounds, or all where it is null or not positive. Throws FormatError for trees
 * that Parley cannot serve truly.
 */
export function buildForest(
  model: TextModel,
  bestIteration: number | null,
  budget: Budget,
): LightgbmForest {
  const { header } = model
  const featureCount = countOf(header, 'max_feature_idx') + 1
  const groups = countOf(header, 'num_tree_per_iteration')
  if (!(featureCount >= 1 && featureCount <= MAX_FEATURES && groups >= 1)) {
    throw new FormatError('This LightGBM model has no features or no trees a round.', 0)
  }
  const objective = readObjective(header.get('objective') ?? null)
  checkGroups(header, objective, groups)
  const rounds =
    bestIteration !== null && bestIteration > 0 ? bestIteration : Number.POSITIVE_INFINITY
  const blocks = model.trees.slice(0, Math.min(model.trees.length, rounds * groups))
  if (blocks.length === 0) {
    throw new FormatError('This LightGBM model has no trees: it was never trained.', 0)
  }
  const missing = new Uint8Array(featureCount).fill(MISSING_UNUSED)
  const trees = blocks.map((block, index) => {
    const read = readTreeBlock(block, { index, group: index % groups, featureCount }, budget)
    noteMissing(missing, read.tree, read.missing)
    return read.tree
  })
  const isAverage = header.has('average_output')
  const zeroMissing = [...missing.keys()].filter((feature) => missing[feature] === MISSING_ZERO)
  return {
    predictor: {
      kind: 'forest',
      outputs: groups,
      base: new Float64Array(groups),
      scale: isAverage ? 1 / Math.ceil(blocks.length / groups) : 1,
      trees,
      precision: 'float64',
      takesMissing: true,
      ...(zeroMissing.length > 0 && { zeroMissing }),
      link: objective.link,
    },
    objective,
    featureCount,
    sawMissing: missing.map((kind) => (kind === MISSING_NAN ? 1 : 0)),
    isCategorical: categoricalFeatures(trees, featureCount),
  }
}

/** One tree a round for two classes or a value, one a class for more. */
function checkGroups(
  header: ReadonlyMap<string, string>,
  objective: Objective,
  groups: number,
): void {
  const classes = objective.isClassifier ? countOf(header, 'num_class') : groups
  const expected = objective.link.kind === 'sigmoid' ? 1 : classes
  if (groups === expected) return
  throw new FormatError(
    `This LightGBM model has ${groups} trees a round for ${expected} outputs.`,
    0,
  )
}

/** What counts as missing is the same at all splits of a feature, for it comes from the feature's bins. */
function noteMissing(missing: Uint8Array, { feature }: GroupedTree, kinds: Uint8Array): void {
  for (let node = 0; node < kinds.length; node++) {
    const kind = kinds[node] as number
    if (kind === MISSING_UNUSED) continue
    const column = feature[node] as number
    const known = missing[column] as number
    const isMixed = known !== MISSING_UNUSED && known !== kind
    if (isMixed && (known === MISSING_ZERO || kind === MISSING_ZERO)) {
      throw new FormatError(
        `Zeros count as missing values at some splits on feature ${column} of this LightGBM model and not at others, which Parley does not do. Train it in one go.`,
        0,
      )
    }
    if (!isMixed || kind === MISSING_NAN) missing[column] = kind
  }
}

function categoricalFeatures(trees: readonly GroupedTree[], count: number): Uint8Array {
  const isCategorical = new Uint8Array(count)
  for (const { categories, feature } of trees) {
    for (const node of categories.keys()) isCategorical[feature[node] as number] = 1
  }
  return isCategorical
}

function countOf(header: ReadonlyMap<string, string>, name: string): number {
  const value = Number(header.get(name))
  if (Number.isInteger(value) && value >= 0) return value
  throw new FormatError(`The header of this LightGBM model does not say its ${name}.`, 0)
}
