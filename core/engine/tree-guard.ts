// Looks over the trees of any graph before onnxruntime builds them: it recurses once a level and follows circles for ever.

import type { OnnxAttribute, OnnxFile, OnnxNode } from '#core/formats/onnx/graph.ts'
import { tensorNumbers } from '#core/formats/onnx/graph.ts'
import { forEachNode } from '#core/formats/onnx/operators.ts'
import { MAX_TREE_DEPTH } from '#core/graph/trees.ts'
import { findStarts } from './tree-table.ts'

/** Operators that hold trees, by the names of their two lists of children. */
const TREE_OPERATORS: ReadonlySet<string> = new Set([
  'TreeEnsembleRegressor',
  'TreeEnsembleClassifier',
  'TreeEnsemble',
])

/** BRANCH_MEMBER of TreeEnsemble. */
const MEMBER_MODE = 6

/** Measured on onnxruntime 1.30: it survives half as many levels of sets as of other nodes, however long the sets are. */
const MEMBER_LEVELS = 2

/** Children of each node by position; a leaf has none, and a child outside is left for onnxruntime to refuse. */
interface Links {
  readonly count: number
  readonly whenTrue: Int32Array
  readonly whenFalse: Int32Array
  /** Levels that a node takes in onnxruntime's recursion. */
  readonly levels: (node: number) => number
}

/** What is wrong with a graph's trees, in words for the person who uploaded it; null when nothing is. */
export function findTreeProblem(file: OnnxFile): string | null {
  let problem: string | null = null
  forEachNode(file, (node) => {
    if (problem === null && TREE_OPERATORS.has(node.operator)) problem = checkLinks(readLinks(node))
  })
  return problem
}

function readLinks(node: OnnxNode): Links {
  return node.operator === 'TreeEnsemble' ? readNewLinks(node) : readOldLinks(node)
}

/** TreeEnsembleRegressor and TreeEnsembleClassifier name children by their number in the tree. */
function readOldLinks(node: OnnxNode): Links {
  const treeIds = numbersOf(node, 'nodes_treeids')
  const nodeIds = numbersOf(node, 'nodes_nodeids')
  const modes = node.attributes.get('nodes_modes')
  const trueIds = numbersOf(node, 'nodes_truenodeids')
  const falseIds = numbersOf(node, 'nodes_falsenodeids')
  const count = treeIds.length
  const find = createFinder(treeIds, nodeIds)
  const whenTrue = new Int32Array(count).fill(-1)
  const whenFalse = new Int32Array(count).fill(-1)
  for (let position = 0; position < count; position++) {
    if (modes?.kind === 'strings' && modes.values[position] === 'LEAF') continue
    const tree = treeIds[position] ?? 0
    whenTrue[position] = find(tree, trueIds[position] ?? -1)
    whenFalse[position] = find(tree, falseIds[position] ?? -1)
  }
  return { count, whenTrue, whenFalse, levels: () => 1 }
}

/** Where a node of a tree stands in the lists, or -1. */
function createFinder(
  treeIds: ArrayLike<number>,
  nodeIds: ArrayLike<number>,
): (tree: number, node: number) => number {
  const starts = findStarts(treeIds, nodeIds)
  if (starts !== null) {
    return (tree, node) => {
      const position = (starts[tree] ?? 0) + node
      return node >= 0 && position < (starts[tree + 1] ?? 0) ? position : -1
    }
  }
  const positions = new Map<number, Map<number, number>>()
  for (let position = 0; position < treeIds.length; position++) {
    const tree = treeIds[position] ?? 0
    const known = positions.get(tree) ?? new Map<number, number>()
    positions.set(tree, known.set(nodeIds[position] ?? -1, position))
  }
  return (tree, node) => positions.get(tree)?.get(node) ?? -1
}

/** TreeEnsemble (ai.onnx.ml 5) names children by position and says which of them are leaves. */
function readNewLinks(node: OnnxNode): Links {
  const children = (side: 'true' | 'false'): Int32Array => {
    const ids = numbersOf(node, `nodes_${side}nodeids`)
    const areLeaves = numbersOf(node, `nodes_${side}leafs`)
    return Int32Array.from(ids, (id, position) => (areLeaves[position] === 1 ? -1 : id))
  }
  const whenTrue = children('true')
  const modes = numbersOf(node, 'nodes_modes')
  return {
    count: whenTrue.length,
    whenTrue,
    whenFalse: children('false'),
    levels: (position) => (modes[position] === MEMBER_MODE ? MEMBER_LEVELS : 1),
  }
}

const NOTHING: ArrayLike<number> = []

function numbersOf(node: OnnxNode, name: string): ArrayLike<number> {
  const attribute: OnnxAttribute | undefined = node.attributes.get(name)
  if (attribute?.kind === 'integers') return attribute.values
  return attribute?.kind === 'tensor' ? (tensorNumbers(attribute.value) ?? NOTHING) : NOTHING
}

const TOO_DEEP = `One of its trees is more than ${MAX_TREE_DEPTH} levels deep.`

function checkLinks(links: Links): string | null {
  const problem = checkInOrder(links) ?? checkInAnyOrder(links)
  return problem === '' ? null : problem
}

/** The usual order has every child behind its parent: one pass finds the depths. Null where the order is another, '' where all is well. */
function checkInOrder({ count, whenTrue, whenFalse, levels }: Links): string | null {
  const depths = new Int32Array(count)
  let deepest = 0
  for (let node = 0; node < count; node++) {
    const depth = (depths[node] as number) + levels(node)
    deepest = Math.max(deepest, depth)
    const first = whenTrue[node] as number
    const second = whenFalse[node] as number
    if ((first >= 0 && first <= node) || (second >= 0 && second <= node)) return null
    if (first >= 0 && first < count) depths[first] = Math.max(depths[first] as number, depth)
    if (second >= 0 && second < count) depths[second] = Math.max(depths[second] as number, depth)
  }
  return deepest > MAX_TREE_DEPTH ? TOO_DEEP : ''
}

const OPEN = -1

/** Walks every node once, children first, without recursion of its own. */
function checkInAnyOrder({ count, whenTrue, whenFalse, levels }: Links): string {
  /** 0 before a node is seen, OPEN while it is on the way, then the levels from it down. */
  const depths = new Int32Array(count)
  const stack: number[] = []
  for (let root = 0; root < count; root++) {
    if (depths[root] === 0) stack.push(root)
    while (stack.length > 0) {
      const node = stack.at(-1) as number
      if ((depths[node] as number) > 0) {
        stack.pop()
        continue
      }
      const children = [whenTrue[node] ?? -1, whenFalse[node] ?? -1].filter(
        (child) => child >= 0 && child < count,
      )
      if (depths[node] === 0) {
        depths[node] = OPEN
        if (children.some((child) => depths[child] === OPEN)) {
          return 'One of its trees runs in a circle.'
        }
        stack.push(...children.filter((child) => depths[child] === 0))
        continue
      }
      stack.pop()
      const below = children.map((child) => depths[child] as number)
      const depth = levels(node) + Math.max(0, ...below)
      if (depth > MAX_TREE_DEPTH) return TOO_DEEP
      depths[node] = depth
    }
  }
  return ''
}
