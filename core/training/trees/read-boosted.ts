// A grown tree of a boosting as the arrays that predicting needs.

import type { DecisionTree } from '#core/pipeline/trees.ts'
import type { BinnedColumn } from './bin-columns.ts'
import type { BinSplit } from './bin-splits.ts'
import type { GrowingNode } from './grow-boosted.ts'

/** What is known of each node beyond what predicting needs. Arrays are indexed by node. */
export interface BoostedStatistics {
  /** What the node's split took from the loss; 0 for leaves. */
  readonly gain: Float64Array
  readonly samples: Int32Array
}

/** The grown tree with its nodes in preorder; values are times `learningRate`, inner nodes' too. */
export function readBoosted(
  root: GrowingNode,
  columns: readonly BinnedColumn[],
  learningRate: number,
): { readonly tree: DecisionTree; readonly statistics: BoostedStatistics } {
  const nodes = listNodes(root)
  const places = new Map(nodes.map((node, place) => [node, place]))
  const categories = new Map<number, Int32Array>()
  const tree = {
    left: new Int32Array(nodes.length).fill(-1),
    right: new Int32Array(nodes.length).fill(-1),
    feature: new Int32Array(nodes.length),
    threshold: new Float64Array(nodes.length),
    missingLeft: new Uint8Array(nodes.length),
    values: Float64Array.from(nodes, ({ value }) => value * learningRate),
    cover: Float64Array.from(nodes, ({ rows }) => rows),
    categories,
  }
  nodes.forEach(({ split, children }, node) => {
    if (split === null || children === null) return
    const column = columns[split.column] as BinnedColumn
    const missingLeft = sendsMissingLeft(split, column, children)
    // A categorical split lists the codes of the side that missing values do not take, so that codes never seen take theirs.
    const isSwapped = split.leftBins !== null && missingLeft
    tree.left[node] = places.get(children[isSwapped ? 1 : 0]) as number
    tree.right[node] = places.get(children[isSwapped ? 0 : 1]) as number
    tree.feature[node] = split.column
    tree.missingLeft[node] = missingLeft && !isSwapped ? 1 : 0
    if (split.leftBins === null || column.codes === null) {
      tree.threshold[node] = column.thresholds[split.bin] ?? Number.POSITIVE_INFINITY
    } else {
      const listed = isSwapped ? 0 : 1
      const { leftBins } = split
      categories.set(
        node,
        column.codes.filter((_, bin) => leftBins[bin] === listed),
      )
    }
  })
  const statistics = {
    gain: Float64Array.from(nodes, ({ split, children }) => (children && split ? split.gain : 0)),
    samples: Int32Array.from(nodes, ({ rows }) => rows),
  }
  return { tree, statistics }
}

/** As learned, or, where no value was missing, to the larger child. */
function sendsMissingLeft(
  split: BinSplit,
  { hasMissing }: BinnedColumn,
  [left, right]: readonly [GrowingNode, GrowingNode],
): boolean {
  return hasMissing ? split.missingLeft : left.rows > right.rows
}

/** All nodes, parents first and left before right. */
function listNodes(root: GrowingNode): readonly GrowingNode[] {
  const nodes: GrowingNode[] = []
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.pop() as GrowingNode
    nodes.push(node)
    if (node.children !== null) stack.push(node.children[1], node.children[0])
  }
  return nodes
}
