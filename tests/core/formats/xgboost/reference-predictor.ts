// Predicts from a model description the way XGBoost does, in float32 and in the order of the trees; for tests alone.

import type {
  LinearModel,
  ModelDescription,
  Transform,
  Tree,
  TreeEnsemble,
} from '#core/formats/description.ts'

export interface ReferencePrediction {
  readonly margins: readonly number[]
  /** Margins after the transform: probabilities of classes, or the numbers that predict gives. */
  readonly outputs: readonly number[]
}

/** `row` holds numbers, null for a missing value. */
export function predictRow(
  description: ModelDescription,
  row: readonly (number | null)[],
): ReferencePrediction {
  const { predictor, missingValue } = description
  if (predictor.kind !== 'trees' && predictor.kind !== 'linear') {
    throw new Error('this kind of model runs on a session')
  }
  const values = Float32Array.from(row, (value) =>
    value === null || value === missingValue ? Number.NaN : value,
  )
  const margins =
    predictor.kind === 'trees' ? sumTrees(predictor, values) : sumLinear(predictor, values)
  return { margins: Array.from(margins), outputs: transformed(margins, predictor.transform) }
}

function sumTrees(ensemble: TreeEnsemble, values: Float32Array): Float32Array {
  const margins = ensemble.baseMargins.slice()
  for (const tree of ensemble.trees) {
    const leaf = findLeaf(tree, values)
    if (tree.leafVectors === null) {
      margins[tree.group] = at(margins, tree.group) + at(tree.value, leaf)
      continue
    }
    for (let group = 0; group < ensemble.groups; group++) {
      margins[group] = at(margins, group) + at(tree.leafVectors, leaf * ensemble.groups + group)
    }
  }
  return margins
}

function findLeaf(tree: Tree, values: Float32Array): number {
  let node = 0
  while (at(tree.left, node) !== -1) {
    node = goesLeft(tree, node, at(values, at(tree.feature, node)))
      ? at(tree.left, node)
      : at(tree.right, node)
  }
  return node
}

function goesLeft(tree: Tree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.defaultLeft[node] === 1
  const right = tree.categories.get(node)
  return right === undefined ? value < at(tree.value, node) : !right.includes(Math.trunc(value))
}

function sumLinear(model: LinearModel, values: Float32Array): Float32Array {
  const margins = model.bias.slice()
  for (let group = 0; group < model.groups; group++) {
    for (let feature = 0; feature < model.featureCount; feature++) {
      const value = at(values, feature)
      if (Number.isNaN(value)) continue
      const product = Math.fround(value * at(model.weights, feature * model.groups + group))
      margins[group] = at(margins, group) + product
    }
  }
  return margins
}

function transformed(margins: Float32Array, transform: Transform): readonly number[] {
  switch (transform) {
    case 'identity':
      return Array.from(margins)
    case 'sigmoid':
      return Array.from(margins, (margin) => 1 / (1 + Math.exp(-margin)))
    case 'exp':
      return Array.from(margins, (margin) => Math.exp(margin))
    case 'step':
      return Array.from(margins, (margin) => (margin > 0 ? 1 : 0))
    case 'softmax': {
      const largest = Math.max(...margins)
      const powers = Array.from(margins, (margin) => Math.exp(margin - largest))
      const sum = powers.reduce((total, power) => total + power, 0)
      return powers.map((power) => power / sum)
    }
  }
}

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value === undefined) throw new Error(`index ${index} is outside of ${values.length} values`)
  return value
}
