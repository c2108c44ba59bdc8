// Which trees a prediction uses, as the object that was saved would use them, with DART's weights multiplied in.

import type { Tree } from '../description.ts'
import { FormatError } from '../format-error.ts'
import type { Booster, TreeLearner } from './booster.ts'
import { isAtLeast } from './version.ts'
import type { Wrapper } from './wrapper.ts'

export interface UsedTrees {
  readonly trees: readonly Tree[]
  readonly warnings: readonly string[]
}

export function usedTrees(booster: Booster, learner: TreeLearner, wrapper: Wrapper): UsedTrees {
  const total = learner.trees.length
  const stopped = Math.min(total, Math.max(0, treesUntilBest(booster, learner, wrapper) ?? total))
  const isBare = wrapper.className === 'Booster'
  const count = isBare ? total : stopped
  return {
    trees: weighted(learner, count),
    warnings:
      stopped === total
        ? []
        : [
            isBare
              ? `Training stopped early and was best with the first ${stopped} of ${total} trees; like Booster.predict, Parley uses all of them.`
              : `Training stopped early: like ${wrapper.className}.predict, Parley uses the first ${stopped} of ${total} trees.`,
          ],
  }
}

/** Trees up to the best round, or null where none was recorded or the version did not heed it. */
function treesUntilBest(booster: Booster, learner: TreeLearner, wrapper: Wrapper): number | null {
  if (!isAtLeast(booster.version, 1, 4)) {
    const isOldest = booster.version === null && !wrapper.namesBooster
    if (wrapper.bestTreeLimit === null || isOldest) return null
    // Counted in trees a group, parallel ones included.
    return wholeNumber(wrapper.bestTreeLimit) * booster.groups
  }
  const recorded = attributeNumber(booster, 'best_iteration') ?? wrapper.bestIteration
  if (recorded === null) return null
  const rounds = wholeNumber(recorded) + 1
  if (learner.roundStarts !== null) {
    return learner.roundStarts[Math.min(rounds, learner.roundStarts.length - 1)] ?? null
  }
  const limit = attributeNumber(booster, 'best_ntree_limit')
  const parallel =
    learner.parallelTrees ?? (limit === null ? null : limit / rounds) ?? wrapper.parallelTrees ?? 1
  return rounds * Math.max(1, wholeNumber(parallel)) * booster.groups
}

/** Attributes are texts that anyone can set; one that is no number counts as not there. */
function attributeNumber(booster: Booster, name: string): number | null {
  const text = booster.attributes.get(name)
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : null
}

function wholeNumber(value: number): number {
  return Math.max(0, Math.floor(value))
}

/** DART multiplies each tree's output by its weight; doing so in float32 here gives the same bits. */
function weighted(learner: TreeLearner, count: number): readonly Tree[] {
  const { trees, treeWeights } = learner
  if (treeWeights === null) return trees.slice(0, count)
  if (treeWeights.length > trees.length || !treeWeights.every(Number.isFinite)) {
    throw new FormatError(
      `This XGBoost model is damaged: it has ${treeWeights.length} tree weights for ${trees.length} trees, or one that is no number.`,
      0,
    )
  }
  return trees.slice(0, count).map((tree, index) => scale(tree, treeWeights[index] ?? 1))
}

function scale(tree: Tree, weight: number): Tree {
  if (weight === 1) return tree
  return {
    ...tree,
    value: tree.value.map((value, node) => (tree.left[node] === -1 ? value * weight : value)),
    leafVectors: tree.leafVectors?.map((value) => value * weight) ?? null,
  }
}
