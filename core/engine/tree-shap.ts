// Exact Shapley values of one tree, path-dependent: what is not known is averaged by the training weight of each branch.

/** A tree in logical form: one node a split, whatever chain of comparisons stands for it in the artifact. */
export type ShapNode =
  | { readonly kind: 'leaf'; readonly value: number; readonly cover: number }
  | {
      readonly kind: 'split'
      readonly feature: number
      /** The child that a row takes, NaN being a missing value. */
      readonly choose: (value: number) => 0 | 1
      readonly children: readonly [ShapNode, ShapNode]
      readonly cover: number
    }

/** The mean of a tree over its training weight. */
export function expectedValue(node: ShapNode): number {
  if (node.kind === 'leaf') return node.value
  const [first, second] = node.children
  return shareOf(node, first) * expectedValue(first) + shareOf(node, second) * expectedValue(second)
}

/** The part of a node's training weight that went to a child. */
function shareOf(node: ShapNode, child: ShapNode): number {
  return node.cover > 0 ? child.cover / node.cover : 0
}

/**
 * The features on the way to a node, each once. `zeros` is the share of training weight that follows the way without
 * knowing the feature, `ones` is 1 where the row itself follows it, `weights` sums over the sizes of subsets.
 * Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2.
 */
interface Path {
  readonly features: number[]
  readonly zeros: number[]
  readonly ones: number[]
  readonly weights: number[]
}

/** Adds the tree's Shapley values for `row` to `contributions`, one a feature. */
export function addShapleyValues(
  root: ShapNode,
  row: ArrayLike<number>,
  contributions: Float64Array,
): void {
  const empty: Path = { features: [], zeros: [], ones: [], weights: [] }
  descend(root, row, extend(empty, -1, 1, 1), contributions)
}

function descend(
  node: ShapNode,
  row: ArrayLike<number>,
  path: Path,
  contributions: Float64Array,
): void {
  if (node.kind === 'leaf') {
    addLeaf(node.value, path, contributions)
    return
  }
  const { feature } = node
  const earlier = path.features.indexOf(feature)
  const known = earlier === -1 ? path : unwind(path, earlier)
  const zeroBefore = earlier === -1 ? 1 : (path.zeros[earlier] as number)
  const oneBefore = earlier === -1 ? 1 : (path.ones[earlier] as number)
  const chosen = node.choose(row[feature] as number)
  node.children.forEach((child, index) => {
    const zero = zeroBefore * shareOf(node, child)
    const one = index === chosen ? oneBefore : 0
    // No subset of features leads here: neither the row nor any training weight.
    if (zero === 0 && one === 0) return
    descend(child, row, extend(known, feature, zero, one), contributions)
  })
}

function addLeaf(value: number, path: Path, contributions: Float64Array): void {
  for (let index = 1; index < path.features.length; index++) {
    const feature = path.features[index] as number
    const difference = (path.ones[index] as number) - (path.zeros[index] as number)
    const share = sumWithout(path, index) * difference * value
    contributions[feature] = (contributions[feature] as number) + share
  }
}

function extend(path: Path, feature: number, zero: number, one: number): Path {
  const depth = path.features.length
  const weights = [...path.weights, depth === 0 ? 1 : 0]
  for (let index = depth - 1; index >= 0; index--) {
    const weight = weights[index] as number
    weights[index + 1] = (weights[index + 1] as number) + (one * weight * (index + 1)) / (depth + 1)
    weights[index] = (zero * weight * (depth - index)) / (depth + 1)
  }
  return {
    features: [...path.features, feature],
    zeros: [...path.zeros, zero],
    ones: [...path.ones, one],
    weights,
  }
}

/** The path as if the feature at `position` had never been added. */
function unwind(path: Path, position: number): Path {
  const others = (values: readonly number[]): number[] => values.toSpliced(position, 1)
  return {
    features: others(path.features),
    zeros: others(path.zeros),
    ones: others(path.ones),
    weights: weightsWithout(path, position),
  }
}

function sumWithout(path: Path, position: number): number {
  return weightsWithout(path, position).reduce((sum, weight) => sum + weight, 0)
}

function weightsWithout(path: Path, position: number): number[] {
  const depth = path.features.length - 1
  const one = path.ones[position] as number
  const zero = path.zeros[position] as number
  const weights = path.weights.slice(0, depth)
  let next = path.weights[depth] as number
  for (let index = depth - 1; index >= 0; index--) {
    const weight = path.weights[index] as number
    if (one === 0) {
      weights[index] = (weight * (depth + 1)) / (zero * (depth - index))
      continue
    }
    const own = (next * (depth + 1)) / ((index + 1) * one)
    weights[index] = own
    next = weight - (own * zero * (depth - index)) / (depth + 1)
  }
  return weights
}
