// A tree ensemble as one TreeEnsembleRegressor: nodes renumbered from the root, categories as chains of comparisons.

import type { Tree, TreeEnsemble } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { type ChainLink, categoryChain } from './category-chain.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { ML_DOMAIN } from './onnx-writer.ts'

/** onnxruntime builds a tree by native recursion, one frame a level; deeper trees than this are no honest model. */
export const MAX_TREE_DEPTH = 2048

/** A node takes about 35 bytes of the artifact: 8 million are 280 MB, under what protobuf can hold. */
export const MAX_GRAPH_NODES = 8_000_000

/** The columns of a TreeEnsembleRegressor, filled node by node. */
interface NodeTable {
  readonly treeIds: Int32Array
  readonly nodeIds: Int32Array
  readonly features: Int32Array
  readonly modes: string[]
  readonly values: Float32Array
  readonly trueIds: Int32Array
  readonly falseIds: Int32Array
  readonly missingTracksTrue: Uint8Array
  readonly covers: Float32Array
}

/** A tree's reachable nodes in preorder, with the first id that each of them has in the graph. */
interface TreePlan {
  readonly tree: Tree
  readonly order: Int32Array
  readonly firstIds: Int32Array
  readonly chains: ReadonlyMap<number, readonly ChainLink[]>
  readonly nodeCount: number
  readonly leafCount: number
}

/** Adds the ensemble over `values` [rows, features] and gives the name of its margins [rows, groups]. */
export function addTrees(graph: GraphBuilder, values: string, ensemble: TreeEnsemble): string {
  const trees = [...ensemble.trees, ...standIns(ensemble)]
  const plans = trees.map(planTree)
  const nodeCount = plans.reduce((sum, plan) => sum + plan.nodeCount, 0)
  if (nodeCount > MAX_GRAPH_NODES) {
    throw new FormatError(
      `The model has ${nodeCount} tree nodes; at most ${MAX_GRAPH_NODES} can be served.`,
      0,
      'too_large',
    )
  }
  const nodes = createNodeTable(nodeCount)
  const targets = createTargets(plans, ensemble.groups)
  let offset = 0
  plans.forEach((plan, treeIndex) => {
    fillNodes(nodes, offset, plan, treeIndex)
    offset += plan.nodeCount
  })
  const hasCovers = trees.every((tree) => tree.cover !== null)
  return graph.apply('TreeEnsembleRegressor', [values], {
    domain: ML_DOMAIN,
    attributes: [
      { kind: 'ints', name: 'nodes_treeids', values: nodes.treeIds },
      { kind: 'ints', name: 'nodes_nodeids', values: nodes.nodeIds },
      { kind: 'ints', name: 'nodes_featureids', values: nodes.features },
      { kind: 'strings', name: 'nodes_modes', values: nodes.modes },
      { kind: 'floats', name: 'nodes_values', values: nodes.values },
      { kind: 'ints', name: 'nodes_truenodeids', values: nodes.trueIds },
      { kind: 'ints', name: 'nodes_falsenodeids', values: nodes.falseIds },
      { kind: 'ints', name: 'nodes_missing_value_tracks_true', values: nodes.missingTracksTrue },
      // The training weight that reached a node: ignored by inference, read back for exact explanations.
      ...(hasCovers
        ? [{ kind: 'floats', name: 'nodes_hitrates', values: nodes.covers } as const]
        : []),
      { kind: 'ints', name: 'target_treeids', values: targets.treeIds },
      { kind: 'ints', name: 'target_nodeids', values: targets.nodeIds },
      { kind: 'ints', name: 'target_ids', values: targets.groups },
      { kind: 'floats', name: 'target_weights', values: targets.weights },
      { kind: 'floats', name: 'base_values', values: ensemble.baseMargins },
      { kind: 'int', name: 'n_targets', value: ensemble.groups },
      { kind: 'string', name: 'aggregate_function', value: 'SUM' },
      { kind: 'string', name: 'post_transform', value: 'NONE' },
    ],
  })
}

/** 1 for each feature that a categorical split looks at. */
export function categoricalFeatures(ensemble: TreeEnsemble): Uint8Array {
  const isCategorical = new Uint8Array(ensemble.featureCount)
  for (const tree of ensemble.trees) {
    for (const node of tree.categories.keys()) {
      if (tree.left[node] !== -1) isCategorical[tree.feature[node] as number] = 1
    }
  }
  return isCategorical
}

/** One leaf of 0 for each group without a tree: onnxruntime drops the base value of a group that no leaf adds to. */
function standIns({ trees, groups }: TreeEnsemble): readonly Tree[] {
  if (trees.some((tree) => tree.leafVectors !== null)) return []
  const used = new Set(trees.map((tree) => tree.group))
  return Array.from({ length: groups }, (_, group) => group)
    .filter((group) => !used.has(group))
    .map((group) => ({ ...EMPTY_TREE, group }))
}

const EMPTY_TREE: Tree = {
  group: 0,
  left: Int32Array.of(-1),
  right: Int32Array.of(-1),
  feature: Int32Array.of(0),
  value: Float32Array.of(0),
  defaultLeft: Uint8Array.of(0),
  categories: new Map(),
  cover: Float32Array.of(0),
  leafVectors: null,
}

function planTree(tree: Tree, treeIndex: number): TreePlan {
  const size = tree.left.length
  const order = new Int32Array(size)
  const firstIds = new Int32Array(size).fill(-1)
  const chains = new Map<number, readonly ChainLink[]>()
  const stack = [0]
  const depths = [1]
  let visited = 0
  let nodeCount = 0
  let leafCount = 0
  while (stack.length > 0) {
    const node = stack.pop() as number
    const depth = depths.pop() as number
    if (node < 0 || node >= size || firstIds[node] !== -1) {
      throw new FormatError(
        `Tree ${treeIndex} is no tree: node ${node} is outside or reached twice.`,
        0,
      )
    }
    firstIds[node] = nodeCount
    order[visited++] = node
    if (tree.left[node] === -1) {
      leafCount++
      nodeCount++
      continue
    }
    const codes = tree.categories.get(node)
    const chain = codes === undefined ? null : categoryChain(codes, tree.defaultLeft[node] === 1)
    if (chain !== null) chains.set(node, chain)
    const levels = chain === null ? 1 : chain.length
    nodeCount += levels
    if (depth + levels > MAX_TREE_DEPTH) {
      throw new FormatError(
        `Tree ${treeIndex} is more than ${MAX_TREE_DEPTH} levels deep.`,
        0,
        'too_large',
      )
    }
    stack.push(tree.right[node] as number, tree.left[node] as number)
    depths.push(depth + levels, depth + levels)
  }
  return { tree, order: order.subarray(0, visited), firstIds, chains, nodeCount, leafCount }
}

function createNodeTable(count: number): NodeTable {
  return {
    treeIds: new Int32Array(count),
    nodeIds: new Int32Array(count),
    features: new Int32Array(count),
    modes: new Array<string>(count).fill('LEAF'),
    values: new Float32Array(count),
    trueIds: new Int32Array(count),
    falseIds: new Int32Array(count),
    missingTracksTrue: new Uint8Array(count),
    covers: new Float32Array(count),
  }
}

function fillNodes(nodes: NodeTable, offset: number, plan: TreePlan, treeIndex: number): void {
  const { tree, firstIds } = plan
  for (const node of plan.order) {
    const id = firstIds[node] as number
    const chain = plan.chains.get(node)
    for (let link = 0; link < (chain?.length ?? 1); link++) {
      const row = offset + id + link
      nodes.treeIds[row] = treeIndex
      nodes.nodeIds[row] = id + link
      nodes.covers[row] = tree.cover?.[node] ?? 0
    }
    if (tree.left[node] === -1) continue
    const left = firstIds[tree.left[node] as number] as number
    const right = firstIds[tree.right[node] as number] as number
    if (chain === undefined) {
      const row = offset + id
      nodes.features[row] = tree.feature[node] as number
      nodes.modes[row] = 'BRANCH_LT'
      nodes.values[row] = tree.value[node] as number
      nodes.trueIds[row] = left
      nodes.falseIds[row] = right
      nodes.missingTracksTrue[row] = tree.defaultLeft[node] as number
    } else {
      chain.forEach((link, index) => {
        const row = offset + id + index
        const isLast = index === chain.length - 1
        nodes.features[row] = tree.feature[node] as number
        nodes.modes[row] = link.mode
        nodes.values[row] = link.value
        nodes.trueIds[row] = link.trueGoesRight ? right : left
        nodes.falseIds[row] = isLast ? (link.lastGoesRight ? right : left) : id + index + 1
        nodes.missingTracksTrue[row] = link.missingTracksTrue ? 1 : 0
      })
    }
  }
}

function createTargets(plans: readonly TreePlan[], groups: number) {
  let count = 0
  for (const { tree, leafCount } of plans) {
    count += tree.leafVectors === null ? leafCount : leafCount * groups
  }
  const targets = {
    treeIds: new Int32Array(count),
    nodeIds: new Int32Array(count),
    groups: new Int32Array(count),
    weights: new Float32Array(count),
  }
  let next = 0
  const add = (treeIndex: number, nodeId: number, group: number, weight: number): void => {
    targets.treeIds[next] = treeIndex
    targets.nodeIds[next] = nodeId
    targets.groups[next] = group
    targets.weights[next] = weight
    next++
  }
  plans.forEach(({ tree, order, firstIds }, treeIndex) => {
    for (const node of order) {
      if (tree.left[node] !== -1) continue
      const id = firstIds[node] as number
      if (tree.leafVectors === null) {
        add(treeIndex, id, tree.group, tree.value[node] as number)
      } else {
        for (let group = 0; group < groups; group++) {
          add(treeIndex, id, group, tree.leafVectors[node * groups + group] as number)
        }
      }
    }
  })
  return targets
}
