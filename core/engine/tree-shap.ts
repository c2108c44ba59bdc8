// Exact Shapley values of trees, path-dependent: what is not known is averaged by the training weight of each branch.

/** Trees in logical form: one entry a split, whatever chain of comparisons stands for it in the artifact. */
export interface ShapForest {
  /** Where each tree begins: a split, or a leaf as `~leaf`. */
  readonly roots: Int32Array
  readonly features: Int32Array
  /** The children of each split: splits, or leaves as `~leaf`. */
  readonly first: Int32Array
  readonly second: Int32Array
  /** Part of a split's training weight that went to each child. */
  readonly firstShares: Float64Array
  readonly secondShares: Float64Array
  readonly leafCount: number
  /** The child that a row with this value takes, NaN being a missing value. */
  readonly choose: (split: number, value: number) => 0 | 1
}

/** Levels below the root, and how much work an explanation of the whole forest is. */
export interface ForestSize {
  readonly depth: number
  /** Sum over leaves of the square of their depth. */
  readonly work: number
}

/** Null where some tree is deeper than `maximumDepth`, and where a node is reached twice. */
export function measureForest(forest: ShapForest, maximumDepth: number): ForestSize | null {
  const { roots, first, second } = forest
  let left = first.length + forest.leafCount
  let deepest = 0
  let work = 0
  for (const root of roots) {
    const nodes = [root]
    const depths = [0]
    while (nodes.length > 0) {
      const node = nodes.pop() as number
      const depth = depths.pop() as number
      if (depth > maximumDepth || --left < 0) return null
      if (node < 0) {
        deepest = Math.max(deepest, depth)
        work += (depth + 1) * (depth + 1)
      } else {
        nodes.push(second[node] as number, first[node] as number)
        depths.push(depth + 1, depth + 1)
      }
    }
  }
  return { depth: deepest, work }
}

/** The mean of a tree over its training weight. */
export function expectedValue(forest: ShapForest, values: Float64Array, node: number): number {
  if (node < 0) return values[~node] as number
  const first = expectedValue(forest, values, forest.first[node] as number)
  const second = expectedValue(forest, values, forest.second[node] as number)
  return (
    (forest.firstShares[node] as number) * first + (forest.secondShares[node] as number) * second
  )
}

/**
 * The features on the way to a node, each once. `zeros` is the share of training weight that follows the way without
 * knowing the feature, `ones` is 1 where the row itself follows it, `weights` sums over the sizes of subsets.
 * Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2.
 */
interface Path {
  length: number
  readonly features: Int32Array
  readonly zeros: Float64Array
  readonly ones: Uint8Array
  readonly weights: Float64Array
}

/** Adds a tree's Shapley values for a row to `contributions`, one a feature. */
export type TreeExplainer = (
  root: number,
  row: ArrayLike<number>,
  contributions: Float64Array,
) => void

/** `values` has one number a leaf. One explainer serves one explanation at a time: its memory is its own. */
export function createTreeExplainer(
  forest: ShapForest,
  values: Float64Array,
  depth: number,
): TreeExplainer {
  const paths = Array.from({ length: depth + 1 }, () => createPath(depth + 1))

  function descend(
    node: number,
    level: number,
    row: ArrayLike<number>,
    contributions: Float64Array,
  ): void {
    const path = paths[level] as Path
    if (node < 0) {
      const value = values[~node] as number
      if (value !== 0) addLeaf(value, path, contributions)
      return
    }
    const feature = forest.features[node] as number
    const earlier = placeOf(path, feature)
    const zero = earlier === -1 ? 1 : (path.zeros[earlier] as number)
    const one = earlier === -1 ? 1 : (path.ones[earlier] as number)
    if (earlier !== -1) unwind(path, earlier)
    const chosen = forest.choose(node, row[feature] as number)
    for (let child = 0; child < 2; child++) {
      const shares = child === 0 ? forest.firstShares : forest.secondShares
      const childZero = zero * (shares[node] as number)
      const childOne = child === chosen ? one : 0
      // No subset of features leads here: neither the row nor any training weight.
      if (childZero === 0 && childOne === 0) continue
      const next = paths[level + 1] as Path
      extend(path, next, feature, childZero, childOne)
      const target = child === 0 ? forest.first : forest.second
      descend(target[node] as number, level + 1, row, contributions)
    }
  }

  return (root, row, contributions) => {
    const start = paths[0] as Path
    start.length = 1
    start.features[0] = -1
    start.zeros[0] = 1
    start.ones[0] = 1
    start.weights[0] = 1
    descend(root, 0, row, contributions)
  }
}

function createPath(size: number): Path {
  return {
    length: 0,
    features: new Int32Array(size),
    zeros: new Float64Array(size),
    ones: new Uint8Array(size),
    weights: new Float64Array(size),
  }
}

function placeOf({ features, length }: Path, feature: number): number {
  for (let index = 1; index < length; index++) if (features[index] === feature) return index
  return -1
}

function addLeaf(value: number, path: Path, contributions: Float64Array): void {
  for (let index = 1; index < path.length; index++) {
    const feature = path.features[index] as number
    const difference = (path.ones[index] as number) - (path.zeros[index] as number)
    const share = sumWithout(path, index) * difference * value
    contributions[feature] = (contributions[feature] as number) + share
  }
}

/** Makes `next` the path with one feature more. */
function extend(path: Path, next: Path, feature: number, zero: number, one: number): void {
  const { length } = path
  const { weights } = next
  next.length = length + 1
  for (let index = 0; index < length; index++) {
    next.features[index] = path.features[index] as number
    next.zeros[index] = path.zeros[index] as number
    next.ones[index] = path.ones[index] as number
    weights[index] = path.weights[index] as number
  }
  next.features[length] = feature
  next.zeros[length] = zero
  next.ones[length] = one
  weights[length] = 0
  const size = length + 1
  for (let index = length - 1; index >= 0; index--) {
    const weight = weights[index] as number
    if (one === 1) {
      weights[index + 1] = (weights[index + 1] as number) + (weight * (index + 1)) / size
    }
    weights[index] = (zero * weight * (length - index)) / size
  }
}

/** Makes of the path one in which the feature at `position` had never been added. */
function unwind(path: Path, position: number): void {
  const { features, zeros, ones, weights } = path
  const last = path.length - 1
  const zero = zeros[position] as number
  let next = weights[last] as number
  for (let index = last - 1; index >= 0; index--) {
    const weight = weights[index] as number
    if (ones[position] === 0) {
      weights[index] = (weight * (last + 1)) / (zero * (last - index))
    } else {
      const own = (next * (last + 1)) / (index + 1)
      weights[index] = own
      next = weight - (own * zero * (last - index)) / (last + 1)
    }
  }
  features.copyWithin(position, position + 1, path.length)
  zeros.copyWithin(position, position + 1, path.length)
  ones.copyWithin(position, position + 1, path.length)
  path.length = last
}

/** The sum of the weights of the path without the feature at `position`. */
function sumWithout({ length, zeros, ones, weights }: Path, position: number): number {
  const last = length - 1
  const zero = zeros[position] as number
  let sum = 0
  if (ones[position] === 0) {
    for (let index = last - 1; index >= 0; index--) {
      sum += (weights[index] as number) / (last - index)
    }
    return (sum * (last + 1)) / zero
  }
  let next = weights[last] as number
  for (let index = last - 1; index >= 0; index--) {
    const own = (next * (last + 1)) / (index + 1)
    sum += own
    next = (weights[index] as number) - (own * zero * (last - index)) / (last + 1)
  }
  return sum
}
