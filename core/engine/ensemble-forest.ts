// Reads a TreeEnsemble of doubles, and the training weights noted beside it, back from an artifact.

import { type OnnxGraph, type OnnxNode, tensorNumbers } from '#core/formats/onnx/graph.ts'
import { TRUE_SHARES } from '#core/graph/pipeline/trees.ts'
import type { ShapForest } from './tree-shap.ts'

/** Comparisons by the numbers that the operator gives them. */
const LEQ_MODE = 0
const MEMBER_MODE = 6

export interface EnsembleForest {
  readonly forest: ShapForest
  /** What each leaf adds, and to which target. */
  readonly leafWeights: Float64Array
  readonly leafTargets: Float64Array
}

/** Null without training weights, and where the operator holds something that our own writer does not. */
export function readEnsembleForest(graph: OnnxGraph, node: OnnxNode): EnsembleForest | null {
  const shares = graph.initializers.find(
    ({ name }) => name === `${node.outputs[0] ?? ''}${TRUE_SHARES}`,
  )
  const firstShares = shares === undefined ? null : tensorNumbers(shares)
  const modes = numbersOf(node, 'nodes_modes')
  const thresholds = numbersOf(node, 'nodes_splits')
  const features = numbersOf(node, 'nodes_featureids')
  const roots = numbersOf(node, 'tree_roots')
  const leafWeights = numbersOf(node, 'leaf_weights')
  const leafTargets = numbersOf(node, 'leaf_targetids')
  if (!firstShares || !modes || !thresholds || !features || !roots) return null
  if (!leafWeights || !leafTargets || leafWeights.length !== leafTargets.length) return null
  const count = modes.length
  const first = childrenOf(node, 'true', count, leafWeights.length)
  const second = childrenOf(node, 'false', count, leafWeights.length)
  if (first === null || second === null) return null
  if ([thresholds, features, firstShares].some((column) => column.length !== count)) return null
  if (!roots.every((root) => root >= 0 && root < count)) return null
  const members = readMembers(modes, numbersOf(node, 'membership_values') ?? new Float64Array(0))
  if (members === null) return null
  const missing = numbersOf(node, 'nodes_missing_value_tracks_true') ?? new Float64Array(count)
  return {
    forest: {
      roots: Int32Array.from(roots),
      features: Int32Array.from(features),
      first,
      second,
      firstShares,
      secondShares: firstShares.map((share) => 1 - share),
      leafCount: leafWeights.length,
      choose(split, value) {
        if (Number.isNaN(value)) return missing[split] === 1 ? 0 : 1
        const codes = members.get(split)
        const isTrue =
          codes === undefined ? value <= (thresholds[split] as number) : codes.has(value)
        return isTrue ? 0 : 1
      },
    },
    leafWeights,
    leafTargets,
  }
}

function numbersOf(node: OnnxNode, name: string): Float64Array | null {
  const attribute = node.attributes.get(name)
  if (attribute?.kind === 'integers') return attribute.values
  return attribute?.kind === 'tensor' ? tensorNumbers(attribute.value) : null
}

/** Children as splits, or leaves as `~leaf`; null where one is none. Splits come in preorder, so that there are no circles. */
function childrenOf(
  node: OnnxNode,
  side: 'true' | 'false',
  splits: number,
  leaves: number,
): Int32Array | null {
  const ids = numbersOf(node, `nodes_${side}nodeids`)
  const areLeaves = numbersOf(node, `nodes_${side}leafs`)
  if (ids?.length !== splits || areLeaves?.length !== splits) return null
  const children = new Int32Array(splits)
  for (let split = 0; split < splits; split++) {
    const id = ids[split] as number
    const isLeaf = areLeaves[split] === 1
    if (!(id >= 0 && id < (isLeaf ? leaves : splits)) || (!isLeaf && id <= split)) return null
    children[split] = isLeaf ? ~id : id
  }
  return children
}

/** The sets of the categorical splits, in their order, a NaN behind each; null where they are not as many as the splits. */
function readMembers(
  modes: Float64Array,
  values: Float64Array,
): ReadonlyMap<number, ReadonlySet<number>> | null {
  const sets = new Map<number, ReadonlySet<number>>()
  let start = 0
  for (let split = 0; split < modes.length; split++) {
    if (modes[split] === LEQ_MODE) continue
    let end = start
    while (end < values.length && !Number.isNaN(values[end])) end++
    if (modes[split] !== MEMBER_MODE || end === values.length) return null
    sets.set(split, new Set(values.subarray(start, end)))
    start = end + 1
  }
  return sets
}
