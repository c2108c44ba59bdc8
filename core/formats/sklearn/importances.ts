// How important a fitted model finds its columns: coefficients, or what splits of trees gain.

import { asNumber, isArray } from '../pickle/access.ts'
import {
  attribute,
  type FittedObject,
  matrixOf,
  openInner,
  readItems,
  readObject,
  refuse,
} from './fitted-object.ts'
import type { Reading, TableShape } from './reading.ts'
import { readRecords } from './trees-nodes.ts'
import { readTree } from './trees-tree.ts'

const TREES = /^(DecisionTree|ExtraTree)(Classifier|Regressor)$/
const FORESTS = /^(RandomForest|ExtraTrees)(Classifier|Regressor)$/
const BOOSTING = /^GradientBoosting(Classifier|Regressor)$/

/** One number a column, as SelectFromModel compares them; `owner` is the selection, for its norm and for messages. */
export function readImportances(
  owner: FittedObject,
  model: FittedObject,
  table: TableShape,
  reading: Reading,
): Float64Array {
  if (TREES.test(model.name)) return shares(treeGains(model, table, reading))
  if (FORESTS.test(model.name)) {
    const trees = readItems(model, 'estimators_').map((value) => openInner(model, value))
    return shares(
      sumOf(
        trees.map((tree) => shares(treeGains(tree, table, reading))),
        table,
      ),
    )
  }
  if (BOOSTING.test(model.name)) {
    const trees = readItems(model, 'estimators_').map((value) => openInner(model, value))
    return shares(
      sumOf(
        trees.map((tree) => treeGains(tree, table, reading)),
        table,
      ),
    )
  }
  return coefficientSizes(owner, model)
}

/** Sizes of coefficients; of several rows their norm. */
function coefficientSizes(owner: FittedObject, model: FittedObject): Float64Array {
  const value = attribute(model, 'coef_')
  const matrix = isArray(value) ? matrixOf(value) : null
  if (matrix === null) {
    throw refuse(
      owner,
      `asks a ${model.name} what is important, which Parley cannot tell from its file. Choose the columns before the model, or use a linear model or a forest.`,
    )
  }
  if (isArray(value) && value.shape.length === 1) return matrix.data.map(Math.abs)
  const order = asNumber(attribute(owner, 'norm_order')) ?? 1
  const norm = new Float64Array(matrix.columns)
  for (let column = 0; column < matrix.columns; column++) {
    const sizes = Array.from({ length: matrix.rows }, (_, row) =>
      Math.abs(matrix.data[row * matrix.columns + column] ?? 0),
    )
    norm[column] = normOf(owner, sizes, order)
  }
  return norm
}

function normOf(owner: FittedObject, sizes: readonly number[], order: number): number {
  if (order === Number.POSITIVE_INFINITY) return Math.max(...sizes)
  if (order === Number.NEGATIVE_INFINITY) return Math.min(...sizes)
  if (!Number.isInteger(order) || order === 0) throw refuse(owner, 'has no usable norm_order.')
  return sizes.reduce((sum, size) => sum + size ** order, 0) ** (1 / order)
}

/** What each column's splits took off the impurity, as a share of the training weight. */
function treeGains(object: FittedObject, table: TableShape, reading: Reading): Float64Array {
  const { tree } = readTree(object, table.width, reading)
  const nodes = readRecords(attribute(readObject(object, 'tree_'), 'nodes'))
  const impurity = nodes?.field('impurity')
  const weight = nodes?.field('weighted_n_node_samples')
  if (impurity === undefined || impurity === null || weight === undefined || weight === null) {
    throw refuse(object, 'does not say how impure its nodes are.')
  }
  const gains = new Float64Array(table.width)
  const cost = (node: number) => (impurity[node] ?? 0) * (weight[node] ?? 0)
  for (let node = 0; node < tree.left.length; node++) {
    const left = tree.left[node] ?? -1
    const right = tree.right[node] ?? -1
    if (left < 0 || right < 0) continue
    const feature = tree.feature[node] ?? 0
    gains[feature] = (gains[feature] ?? 0) + cost(node) - cost(left) - cost(right)
  }
  const total = weight[0] ?? 1
  return gains.map((gain) => gain / total)
}

function shares(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0)
  return sum > 0 ? values.map((value) => value / sum) : values
}

function sumOf(lists: readonly Float64Array[], table: TableShape): Float64Array {
  const sum = new Float64Array(table.width)
  for (const list of lists) {
    for (let column = 0; column < sum.length; column++) {
      sum[column] = (sum[column] ?? 0) + (list[column] ?? 0)
    }
  }
  return sum
}
