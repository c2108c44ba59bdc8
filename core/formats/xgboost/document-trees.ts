// Takes the trees of a JSON or UBJSON document, of every version since 1.0.

import type { Tree } from '../description.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'
import {
  type DocumentObject,
  integerAt,
  type NumericArray,
  numbersAt,
  objectAt,
  optionalNumbersAt,
} from './document.ts'
import { makeTree, type StoredNodes, type TreePlace, wrongTree } from './tree.ts'
import { sendsUnknownByDefault, withUnknownsByDefault } from './unknown-categories.ts'

/** XGBoost keeps a category in a float32, which counts exactly up to here. */
const MAX_CATEGORY = 2 ** 24

/** `split_type` of a categorical split. */
const CATEGORICAL = 1

/** Rough bytes that a kept node takes in the arrays of a `Tree` and while it is checked. */
const NODE_BYTES = 48

export function readDocumentTree(
  tree: DocumentObject,
  place: TreePlace,
  version: string | null,
  budget: Budget,
): Tree {
  const left = numbersAt(tree, 'left_children')
  const count = left.length
  chargeBytes(budget, count * NODE_BYTES, tree.offset)
  chargeWork(budget, count, tree.offset)
  const parameters = objectAt(tree, 'tree_param')
  if (integerAt(parameters, 'num_nodes', count) !== count) {
    throw wrongTree(place, `announces another number of nodes than the ${count} it has`)
  }
  const same = (key: string): NumericArray => sameLength(numbersAt(tree, key), count, key, place)
  const right = same('right_children')
  const vectorSize = integerAt(parameters, 'size_leaf_vector', 1)
  const nodes: StoredNodes = {
    left: childIndices(left, left, place),
    right: childIndices(right, left, place),
    feature: featureIndices(same('split_indices'), left, place),
    value: Float32Array.from(same('split_conditions')),
    defaultLeft: Uint8Array.from(same('default_left'), (value) => (value === 0 ? 0 : 1)),
    cover: readCover(tree, count, place),
    categories: readCategories(tree, count, place),
    leafVectors:
      vectorSize > 1 ? readLeafVectors(tree, left, right, vectorSize, place, budget) : null,
  }
  return makeTree(
    sendsUnknownByDefault(version) ? withUnknownsByDefault(nodes, place.offset, budget) : nodes,
    place,
  )
}

/** A node without a left child is a leaf, whose right one means nothing here. */
function childIndices(children: NumericArray, left: NumericArray, place: TreePlace): Int32Array {
  return Int32Array.from(children, (child, node) => {
    if (left[node] === -1) return -1
    if (Number.isInteger(child) && child >= 0 && child < left.length) return child
    throw wrongTree(
      place,
      `has a node ${node} that points at ${child}, outside of its ${left.length} nodes`,
    )
  })
}

/** A leaf's feature means nothing (a pruned node has 2^31-1 there); a split's must survive the way into 32 bits. */
function featureIndices(features: NumericArray, left: NumericArray, place: TreePlace): Int32Array {
  return Int32Array.from(features, (feature, node) => {
    if (left[node] === -1) return 0
    if (!Number.isInteger(feature) || feature < 0 || feature >= place.featureCount) {
      throw wrongTree(
        place,
        `splits on feature ${feature}, but the model has ${place.featureCount} features`,
      )
    }
    return feature
  })
}

function readCover(tree: DocumentObject, count: number, place: TreePlace): Float32Array | null {
  const stored = optionalNumbersAt(tree, 'sum_hessian')
  return stored === null ? null : Float32Array.from(sameLength(stored, count, 'sum_hessian', place))
}

/** Node → codes that go right. Files before 1.3 have no categorical splits and no such keys. */
function readCategories(
  tree: DocumentObject,
  count: number,
  place: TreePlace,
): ReadonlyMap<number, Int32Array> {
  const categories = new Map<number, Int32Array>()
  const types = optionalNumbersAt(tree, 'split_type')
  if (types === null) return categories
  sameLength(types, count, 'split_type', place)
  const nodes = numbersAt(tree, 'categories_nodes')
  const starts = sameLength(
    numbersAt(tree, 'categories_segments'),
    nodes.length,
    'categories_segments',
    place,
  )
  const sizes = sameLength(
    numbersAt(tree, 'categories_sizes'),
    nodes.length,
    'categories_sizes',
    place,
  )
  const codes = numbersAt(tree, 'categories')
  let used = 0
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] ?? -1
    const start = starts[index] ?? -1
    const size = sizes[index] ?? -1
    // Segments lie one after the other; overlapping ones could unfold to more than the file holds.
    if (start !== used || !Number.isInteger(size) || size < 1 || start + size > codes.length) {
      throw wrongTree(place, `has a category list at ${start} of ${size} codes, which does not fit`)
    }
    if (!Number.isInteger(node) || node < 0 || node >= count || categories.has(node)) {
      throw wrongTree(place, `has a category list for node ${node}`)
    }
    used += size
    categories.set(
      node,
      Int32Array.from(codes.subarray(start, start + size), (value) => category(value, place)),
    )
  }
  for (let node = 0; node < count; node++) {
    if ((types[node] === CATEGORICAL) !== categories.has(node)) {
      throw wrongTree(place, `has a node ${node} whose split type and category list disagree`)
    }
  }
  return categories
}

function category(value: number, place: TreePlace): number {
  if (Number.isInteger(value) && value >= 0 && value < MAX_CATEGORY) return value
  throw wrongTree(place, `has the category code ${value}`)
}

/**
 * A vector leaf's values. From 3.2 on they lie in `leaf_weights`, and a leaf's right child is its number there;
 * before that `base_weights` has a vector for every node.
 */
function readLeafVectors(
  tree: DocumentObject,
  left: NumericArray,
  right: NumericArray,
  size: number,
  place: TreePlace,
  budget: Budget,
): Float32Array {
  const count = left.length
  if (size !== place.groups) {
    throw wrongTree(
      place,
      `has leaves of ${size} values, but the model has ${place.groups} outputs`,
    )
  }
  const leafWeights = optionalNumbersAt(tree, 'leaf_weights')
  const stored = leafWeights ?? numbersAt(tree, 'base_weights')
  if (stored.length % size !== 0 || (leafWeights === null && stored.length !== count * size)) {
    throw wrongTree(place, `has ${stored.length} leaf values for ${count} nodes of ${size} outputs`)
  }
  chargeBytes(budget, count * size * Float32Array.BYTES_PER_ELEMENT * 2, place.offset)
  const vectors = new Float32Array(count * size)
  for (let node = 0; node < count; node++) {
    if (left[node] !== -1) continue
    const row = leafWeights === null ? node : (right[node] ?? -1)
    if (!Number.isInteger(row) || row < 0 || (row + 1) * size > stored.length) {
      throw wrongTree(place, `has a leaf ${node} whose values would lie outside of the file's`)
    }
    vectors.set(stored.subarray(row * size, (row + 1) * size), node * size)
  }
  return vectors
}

function sameLength<T extends NumericArray>(
  values: T,
  count: number,
  key: string,
  place: TreePlace,
): T {
  if (values.length === count) return values
  throw wrongTree(place, `has ${values.length} values in "${key}" where ${count} belong`)
}
