// Brings the trees of a graph to one operator: a file names one version of ai.onnx.ml, and TreeEnsemble ended the older ones.

import { FormatError } from '#core/formats/format-error.ts'
import type { OnnxAttribute, OnnxInitializer, OnnxNode } from '../onnx-writer.ts'
import type { PrunedGraph } from './prune.ts'

const NEW_OPERATOR = 'TreeEnsemble'
const OLD_OPERATOR = 'TreeEnsembleRegressor'

/** Comparisons by the numbers that TreeEnsemble gives them. */
const MODES: Readonly<Record<string, number>> = {
  BRANCH_LEQ: 0,
  BRANCH_LT: 1,
  BRANCH_GTE: 2,
  BRANCH_GT: 3,
  BRANCH_EQ: 4,
  BRANCH_NEQ: 5,
}

/** Where both are there, each TreeEnsembleRegressor becomes a TreeEnsemble over the same float32, and an Add of its base. */
export function unifyTreeOperators(graph: PrunedGraph): PrunedGraph {
  const used = new Set(graph.nodes.map(({ operator }) => operator))
  if (!used.has(NEW_OPERATOR) || !used.has(OLD_OPERATOR)) return graph
  const initializers: OnnxInitializer[] = [...graph.initializers]
  const nodes = graph.nodes.flatMap((node): readonly OnnxNode[] => {
    if (node.operator !== OLD_OPERATOR) return [node]
    const [result = ''] = node.outputs
    const values = attributeOf(node, 'base_values', 'floats').values
    const base = { name: `${result}_base`, shape: [1, values.length], values }
    const sum = `${result}_sum`
    initializers.push(base)
    return [
      { ...node, operator: NEW_OPERATOR, outputs: [sum], attributes: renewAttributes(node) },
      { operator: 'Add', inputs: [sum, base.name], outputs: [result] },
    ]
  })
  return { nodes, initializers }
}

/** Rows of the old table lie tree by tree in the order of their ids; the new one has inner nodes and leaves apart. */
function renewAttributes(node: OnnxNode): readonly OnnxAttribute[] {
  const ints = (name: string) => attributeOf(node, name, 'ints').values
  const modes = attributeOf(node, 'nodes_modes', 'strings').values
  const starts = startsOf(ints('nodes_treeids'))
  const places = placeRows(modes, starts)
  const sides = [
    { name: 'true', children: ints('nodes_truenodeids') },
    { name: 'false', children: ints('nodes_falsenodeids') },
  ]
  const { inner } = places
  const treeIds = ints('nodes_treeids')
  const features = ints('nodes_featureids')
  const tracks = ints('nodes_missing_value_tracks_true')
  const splits = attributeOf(node, 'nodes_values', 'floats').values
  // The operator knows no tree without a comparison: one whose both ends are the only leaf.
  const isStump = (row: number) => modes[row] === 'LEAF'
  const list = (name: string, values: ArrayLike<number>) =>
    ({ kind: 'ints', name, values }) as const
  const branches = sides.flatMap(({ name, children }) => {
    const rows = Int32Array.from(inner, (row) =>
      isStump(row) ? row : (starts[treeIds[row] ?? 0] ?? 0) + (children[row] ?? 0),
    )
    const areLeaves = Uint8Array.from(rows, (row) => (isStump(row) ? 1 : 0))
    const ids = Int32Array.from(
      rows,
      (row) => (isStump(row) ? places.leafIds[row] : places.innerIds[row]) ?? 0,
    )
    return [list(`nodes_${name}nodeids`, ids), list(`nodes_${name}leafs`, areLeaves)]
  })
  const newModes = Uint8Array.from(inner, (row) => MODES[modes[row] ?? ''] ?? 0)
  const newSplits = Float32Array.from(inner, (row) => (isStump(row) ? 0 : (splits[row] ?? 0)))
  return [
    { kind: 'int', name: 'aggregate_function', value: 1 },
    { kind: 'int', name: 'post_transform', value: 0 },
    attributeOf(node, 'n_targets', 'int'),
    list(
      'tree_roots',
      Int32Array.from(starts, (row) => places.innerIds[row] ?? 0),
    ),
    list(
      'nodes_featureids',
      Int32Array.from(inner, (row) => features[row] ?? 0),
    ),
    {
      kind: 'tensor',
      name: 'nodes_modes',
      tensor: { shape: [inner.length], values: newModes, areBytes: true },
    },
    { kind: 'tensor', name: 'nodes_splits', tensor: { shape: [inner.length], values: newSplits } },
    ...branches,
    list(
      'nodes_missing_value_tracks_true',
      Uint8Array.from(inner, (row) => tracks[row] ?? 0),
    ),
    ...leafAttributes(node, starts, places),
  ]
}

interface Places {
  /** Rows of inner nodes in order, a tree of one leaf among them. */
  readonly inner: Int32Array
  readonly innerIds: Int32Array
  readonly leafIds: Int32Array
  readonly leafCount: number
}

function placeRows(modes: readonly string[], starts: Int32Array): Places {
  const roots = new Set(starts)
  const inner = new Int32Array(modes.length)
  const innerIds = new Int32Array(modes.length)
  const leafIds = new Int32Array(modes.length)
  let innerCount = 0
  let leafCount = 0
  modes.forEach((mode, row) => {
    const isLeaf = mode === 'LEAF'
    if (isLeaf) leafIds[row] = leafCount++
    if (isLeaf && !roots.has(row)) return
    inner[innerCount] = row
    innerIds[row] = innerCount++
  })
  return { inner: inner.subarray(0, innerCount), innerIds, leafIds, leafCount }
}

/** Throws FormatError where a leaf holds several numbers, for which the new operator has no place. */
function leafAttributes(
  node: OnnxNode,
  starts: Int32Array,
  { leafIds, leafCount }: Places,
): readonly OnnxAttribute[] {
  const treeIds = attributeOf(node, 'target_treeids', 'ints').values
  const nodeIds = attributeOf(node, 'target_nodeids', 'ints').values
  const groups = attributeOf(node, 'target_ids', 'ints').values
  const given = attributeOf(node, 'target_weights', 'floats').values
  if (given.length !== leafCount) {
    throw new FormatError(
      'This model has an XGBoost model with vectors in its leaves (multi_strategy="multi_output_tree") beside other trees, which Parley does not combine. Use one_output_per_tree.',
      0,
    )
  }
  const targets = new Int32Array(leafCount)
  const weights = new Float32Array(leafCount)
  for (let index = 0; index < given.length; index++) {
    const row = (starts[treeIds[index] ?? 0] ?? 0) + (nodeIds[index] ?? 0)
    const leaf = leafIds[row] ?? 0
    targets[leaf] = groups[index] ?? 0
    weights[leaf] = given[index] ?? 0
  }
  return [
    { kind: 'ints', name: 'leaf_targetids', values: targets },
    { kind: 'tensor', name: 'leaf_weights', tensor: { shape: [leafCount], values: weights } },
  ]
}

/** The first row of each tree. */
function startsOf(treeIds: ArrayLike<number>): Int32Array {
  const starts: number[] = []
  for (let row = 0; row < treeIds.length; row++) {
    if (row === 0 || treeIds[row] !== treeIds[row - 1]) starts.push(row)
  }
  return Int32Array.from(starts)
}

/** Throws where our own converter wrote none of this name and kind. */
function attributeOf<Kind extends OnnxAttribute['kind']>(
  node: OnnxNode,
  name: string,
  kind: Kind,
): Extract<OnnxAttribute, { kind: Kind }> {
  const found = node.attributes?.find((attribute) => attribute.name === name)
  if (found?.kind === kind) return found as Extract<OnnxAttribute, { kind: Kind }>
  throw new Error(`a tree operator without ${name}`)
}
