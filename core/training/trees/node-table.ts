// The nodes of a tree while it grows, in room that is used again for the next tree.

import type { DecisionTree } from '#core/pipeline/trees.ts'

/** What is known of each node beyond what predicting needs: scikit-learn's files hold it. Arrays are indexed by node. */
export interface NodeStatistics {
  /** Gini impurity or variance of the samples that reached the node. */
  readonly impurity: Float64Array
  /** Distinct training rows that reached the node. */
  readonly samples: Int32Array
  /** Rows that reached the node, counted as often as each was drawn. */
  readonly weightedSamples: Float64Array
}

export interface NodeTable {
  count: number
  readonly left: Int32Array
  readonly right: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly missingLeft: Uint8Array
  /** `outputs` numbers a node. */
  readonly values: Float64Array
  readonly impurity: Float64Array
  readonly samples: Int32Array
  readonly weightedSamples: Float64Array
}

export function createNodeTable(capacity: number, outputs: number): NodeTable {
  return {
    count: 0,
    left: new Int32Array(capacity),
    right: new Int32Array(capacity),
    feature: new Int32Array(capacity),
    threshold: new Float64Array(capacity),
    missingLeft: new Uint8Array(capacity),
    values: new Float64Array(capacity * outputs),
    impurity: new Float64Array(capacity),
    samples: new Int32Array(capacity),
    weightedSamples: new Float64Array(capacity),
  }
}

/** Adds a leaf and gives its number; nodes come in preorder, as scikit-learn numbers them. */
export function addLeaf(table: NodeTable): number {
  const node = table.count++
  table.left[node] = -1
  table.right[node] = -1
  // What scikit-learn writes for a leaf.
  table.feature[node] = -2
  table.threshold[node] = -2
  table.missingLeft[node] = 0
  return node
}

/** Copies of the nodes in use. */
export function readNodeTable(
  table: NodeTable,
  outputs: number,
): { readonly tree: DecisionTree; readonly statistics: NodeStatistics } {
  const { count } = table
  const weightedSamples = table.weightedSamples.slice(0, count)
  return {
    tree: {
      left: table.left.slice(0, count),
      right: table.right.slice(0, count),
      feature: table.feature.slice(0, count),
      threshold: table.threshold.slice(0, count),
      missingLeft: table.missingLeft.slice(0, count),
      values: table.values.slice(0, count * outputs),
      cover: weightedSamples,
      categories: new Map(),
    },
    statistics: {
      impurity: table.impurity.slice(0, count),
      samples: table.samples.slice(0, count),
      weightedSamples,
    },
  }
}
