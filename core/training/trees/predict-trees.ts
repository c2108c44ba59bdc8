// What fitted trees say about rows, for evaluation while training and as a reference for other ways of running them.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { DecisionTree, GroupedTree, TreePredictor } from '#core/pipeline/trees.ts'

/** The links that training makes. */
export interface TrainedLink {
  readonly kind: 'probabilities' | 'sigmoid' | 'softmax' | 'identity' | 'exp'
}

/** A predictor as `fitForest` and `fitBoosting` make it. */
export type TrainedPredictor = Omit<TreePredictor, 'link' | 'start' | 'zeroMissing'> & {
  readonly link: TrainedLink
}

/** Probabilities [rows, classes], or values [rows, 1]. */
export function predictTrees(predictor: TrainedPredictor, features: Matrix): Matrix {
  const margins = sumTrees(predictor, features)
  switch (predictor.link.kind) {
    case 'probabilities':
    case 'identity':
      return margins
    case 'exp':
      return { ...margins, data: margins.data.map(Math.exp) }
    case 'sigmoid':
      return spreadSigmoid(margins)
    case 'softmax':
      return softmaxRows(margins)
  }
}

/** The margins [rows, outputs]: base and scaled leaf values, before the link. */
export function sumTrees(predictor: TrainedPredictor, features: Matrix): Matrix {
  const { outputs, base, scale, trees, precision } = predictor
  const { rows, columns } = features
  const data = new Float64Array(rows * outputs)
  const margins = { rows, columns: outputs, data }
  const rounded =
    precision === 'float32'
      ? { rows, columns, data: new Float64Array(new Float32Array(features.data)) }
      : features
  for (const tree of trees) addTree(margins, tree, rounded)
  for (let place = 0; place < data.length; place++) {
    data[place] = (base[place % outputs] as number) + scale * (data[place] as number)
  }
  return margins
}

/** Adds one tree's leaf values to `margins`; features are compared as they are. */
export function addTree(margins: Matrix, tree: GroupedTree, features: Matrix): void {
  const { values, group } = tree
  const { columns: outputs, data } = margins
  const leftCodes = tree.categories.size > 0 ? indexCategories(tree) : null
  for (let row = 0; row < features.rows; row++) {
    const leaf = findLeaf(tree, features.data, row * features.columns, leftCodes)
    if (group >= 0) {
      const place = row * outputs + group
      data[place] = (data[place] as number) + (values[leaf] as number)
    } else {
      for (let output = 0; output < outputs; output++) {
        const place = row * outputs + output
        data[place] = (data[place] as number) + (values[leaf * outputs + output] as number)
      }
    }
  }
}

type CategoryIndex = ReadonlyMap<number, ReadonlySet<number>>

function indexCategories({ categories }: DecisionTree): CategoryIndex {
  return new Map([...categories].map(([node, codes]) => [node, new Set(codes)]))
}

function findLeaf(
  { left, right, feature, threshold, missingLeft }: DecisionTree,
  data: Float64Array,
  offset: number,
  leftCodes: CategoryIndex | null,
): number {
  let node = 0
  let next = left[0] as number
  while (next !== -1) {
    const value = data[offset + (feature[node] as number)] as number
    const codes = leftCodes?.get(node)
    let goesLeft: boolean
    if (codes?.has(Math.trunc(value))) goesLeft = true
    else if (codes !== undefined || Number.isNaN(value)) goesLeft = missingLeft[node] === 1
    else goesLeft = value <= (threshold[node] as number)
    node = goesLeft ? next : (right[node] as number)
    next = left[node] as number
  }
  return node
}

function spreadSigmoid({ rows, data }: Matrix): Matrix {
  const probabilities = new Float64Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    const yes = 1 / (1 + Math.exp(-(data[row] as number)))
    probabilities[2 * row] = 1 - yes
    probabilities[2 * row + 1] = yes
  }
  return { rows, columns: 2, data: probabilities }
}

function softmaxRows({ rows, columns, data }: Matrix): Matrix {
  const probabilities = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) {
    const margins = data.subarray(row * columns, (row + 1) * columns)
    const largest = margins.reduce((highest, margin) => Math.max(highest, margin))
    const powers = margins.map((margin) => Math.exp(margin - largest))
    const sum = powers.reduce((total, power) => total + power, 0)
    powers.forEach((power, output) => {
      probabilities[row * columns + output] = power / sum
    })
  }
  return { rows, columns, data: probabilities }
}
