// Ensembles of single trees and forests as one forest: one operator answers for all members.

import type { BoostedClassifier, Member } from './combined.ts'
import type { DecisionTree, GroupedTree, TreePredictor } from './trees.ts'

/** The mean of forests as a forest; null where a member is something else, or where the members differ in more than trees. */
export function meanOfForests(
  members: readonly Member[],
  weights: Float64Array,
): TreePredictor | null {
  const forests = plainForests(members)
  const [first] = forests ?? []
  const [weight = 1] = weights
  if (forests === null || first === undefined) return null
  if (members.some(({ classes }) => classes !== null)) return null
  if (weights.some((other) => other !== weight)) return null
  if (forests.some(({ scale }) => scale !== first.scale)) return null
  return {
    ...first,
    scale: first.scale / members.length,
    trees: forests.flatMap(({ trees }) => trees),
  }
}

/**
 * Boosted trees as a forest whose values are their scores, not yet divided by the sum of weights; null where a member is no
 * single tree, or where the members' own probabilities are asked for.
 */
export function scoresOfTrees(boosted: BoostedClassifier): TreePredictor | null {
  const { members, weights, classCount } = boosted
  const forests = plainForests(members)
  const [first] = forests ?? []
  if (forests === null || first === undefined || boosted.probabilities !== 'scores') return null
  if (forests.some(({ trees, link }) => trees.length !== 1 || link.kind !== 'probabilities')) {
    return null
  }
  const trees = forests.flatMap((forest, index) => {
    const places = members[index]?.classes ?? null
    return forest.trees.map((tree) => ({
      ...tree,
      values: scoreLeaves(tree, forest.outputs, places, boosted, weights[index] ?? 0),
    }))
  })
  const base = new Float64Array(classCount)
  return { ...first, outputs: classCount, base, scale: 1, trees, link: { kind: 'identity' } }
}

/** Members that are forests with one value an output at each leaf, and nothing around their trees; null for any others. */
function plainForests(members: readonly Member[]): readonly TreePredictor[] | null {
  const forests: TreePredictor[] = []
  for (const { predictor, columns } of members) {
    if (predictor.kind !== 'forest' || predictor.start !== undefined) return null
    if (predictor.zeroMissing !== undefined || predictor.base.some((value) => value !== 0)) {
      return null
    }
    if (predictor.link.kind !== 'probabilities' && predictor.link.kind !== 'identity') return null
    if (predictor.trees.some(({ group }) => group >= 0 && predictor.outputs > 1)) return null
    if (predictor.trees.some(({ linear }) => linear !== undefined)) return null
    forests.push(
      columns === null
        ? predictor
        : { ...predictor, trees: predictor.trees.map((tree) => overAll(tree, columns)) },
    )
  }
  const [first] = forests
  const isAlike = forests.every(
    (forest) =>
      forest.outputs === first?.outputs &&
      forest.precision === first.precision &&
      forest.takesMissing === first.takesMissing &&
      forest.link.kind === first.link.kind,
  )
  return isAlike ? forests : null
}

/** A tree over some columns as a tree over the table that they are taken from. */
function overAll(tree: GroupedTree, columns: readonly number[]): GroupedTree {
  return { ...tree, feature: tree.feature.map((feature) => columns[feature] ?? feature) }
}

/** The smallest difference from 1 that a double has; below it scikit-learn takes no logarithm. */
const EPSILON = 2 ** -52

function scoreLeaves(
  { values, left }: DecisionTree,
  outputs: number,
  places: readonly number[] | null,
  { rule, classCount }: BoostedClassifier,
  weight: number,
): Float64Array {
  const scores = new Float64Array(left.length * classCount)
  const miss = rule === 'balanced-votes' ? -weight / (classCount - 1) : 0
  const probabilities = new Float64Array(classCount)
  for (let node = 0; node < left.length; node++) {
    probabilities.fill(0)
    let best = 0
    for (let output = 0; output < outputs; output++) {
      const value = values[node * outputs + output] ?? 0
      probabilities[places?.[output] ?? output] = value
      if (value > (values[node * outputs + best] ?? 0)) best = output
    }
    const row = scores.subarray(node * classCount, (node + 1) * classCount)
    if (rule === 'log-probabilities') {
      centreLogarithms(probabilities, row)
    } else {
      row.fill(miss)
      row[places?.[best] ?? best] = weight
    }
  }
  return scores
}

/** (classes - 1) * (log p - mean of log p). */
function centreLogarithms(probabilities: Float64Array, target: Float64Array): void {
  let sum = 0
  probabilities.forEach((probability, index) => {
    const logarithm = Math.log(Math.max(probability, EPSILON))
    target[index] = logarithm
    sum += logarithm
  })
  const count = probabilities.length
  target.forEach((logarithm, index) => {
    target[index] = (count - 1) * (logarithm - sum / count)
  })
}
