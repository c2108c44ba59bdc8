// What every era's model file says, in one shape: the learner's parameters and its trees or weights.

import type { Tree } from '../description.ts'
import { FormatError } from '../format-error.ts'

export interface Booster {
  /** `1.7.6`; null for files from before 1.0, which do not name their version. */
  readonly version: string | null
  readonly objective: string
  readonly featureCount: number
  /** 0 unless the objective is a multi-class one. */
  readonly classCount: number
  /** Columns of the label; 1 for most models. */
  readonly targetCount: number
  /** Margins a row: the larger of classes, targets and 1. */
  readonly groups: number
  /** One value for all groups, or one a group. */
  readonly baseScores: Float32Array
  /** Before 1.0 the file holds the margin itself; since then the value before the link function. */
  readonly baseScoreIsMargin: boolean
  readonly featureNames: readonly string[] | null
  readonly featureTypes: readonly string[] | null
  /** What the library or the person wrote beside the model: `best_iteration`, `scikit_learn`… */
  readonly attributes: ReadonlyMap<string, string>
  /** The levels of a quantile or expectile objective. */
  readonly levels: readonly number[] | null
  readonly learner: TreeLearner | LinearLearner
}

export interface TreeLearner {
  readonly kind: 'trees'
  /** As stored: DART weights not yet multiplied in. */
  readonly trees: readonly Tree[]
  /** DART's weight of each tree (shorter lists leave the rest at 1); null for plain trees. */
  readonly treeWeights: Float32Array | null
  /** Index of each round's first tree, and the count of trees at the end; null in files from before 2.0. */
  readonly roundStarts: Int32Array | null
  /** Trees a round and group; null where the file does not say. */
  readonly parallelTrees: number | null
  /** Feature → names of its categories in the order of their codes; from 3.1 on. */
  readonly categoryNames: ReadonlyMap<number, readonly string[]>
}

export interface LinearLearner {
  readonly kind: 'linear'
  /** [(featureCount + 1) * groups], the biases last. */
  readonly weights: Float32Array
}

/** Shape that a document or binary file announces; readers check trees against it. */
export interface LearnerShape {
  readonly featureCount: number
  readonly groups: number
}

/** A form for more fields helps nobody, and names, types and checks are made for each. */
const MAX_FEATURES = 100_000

/** Classes or targets; each takes a column in every answer. */
const MAX_GROUPS = 10_000

/** Refuses counts that no real model has before anything is allocated for them. */
export function checkShape(shape: LearnerShape, offset: number): void {
  if (shape.featureCount < 0 || shape.groups < 1) {
    throw new FormatError(
      `This XGBoost model is damaged: it announces ${shape.featureCount} features and ${shape.groups} outputs.`,
      offset,
    )
  }
  if (shape.featureCount > MAX_FEATURES || shape.groups > MAX_GROUPS) {
    throw new FormatError(
      `This XGBoost model announces ${shape.featureCount} features and ${shape.groups} outputs; Parley takes up to ${MAX_FEATURES} and ${MAX_GROUPS}.`,
      offset,
      'too_large',
    )
  }
}

/** The output that a tree adds to, checked. */
export function checkGroup(group: number, shape: LearnerShape, offset: number): number {
  if (Number.isInteger(group) && group >= 0 && group < shape.groups) return group
  throw new FormatError(
    `This XGBoost model is damaged: a tree adds to output ${group} of ${shape.groups}.`,
    offset,
  )
}

/** A linear booster has a weight a feature and output, and a bias an output. */
export function checkWeights(weights: Float32Array, shape: LearnerShape, offset: number): void {
  const expected = (shape.featureCount + 1) * shape.groups
  if (weights.length !== expected) {
    throw new FormatError(
      `This XGBoost model is damaged: it has ${weights.length} weights for ${shape.featureCount} features and ${shape.groups} outputs, which need ${expected}.`,
      offset,
    )
  }
  if (!weights.every(Number.isFinite)) {
    throw new FormatError('This XGBoost model has a weight that is no finite number.', offset)
  }
}
