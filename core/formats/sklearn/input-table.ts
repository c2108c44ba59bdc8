// The table a fitted object was trained on: how many columns, and their names where the file kept them.

import { indexLabels } from '../pandas.ts'
import { asNumber, asText, isArray, isRecord, itemsOf } from '../pickle/access.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  matrixOf,
  openObject,
  refuse,
  textsOfValue,
} from './fitted-object.ts'
import type { TableShape } from './reading.ts'

/** Attributes that hold the number of columns itself. */
const COUNTS = ['n_features_in_', 'n_features_', '_n_features', 'n_features', 'n_input_features_']

/** Attributes with one number a column in their last dimension. */
const PER_COLUMN = [
  ...['mean_', 'scale_', 'center_', 'min_', 'statistics_', 'coef_', '_fit_X', 'support_vectors_'],
  ...['theta_', 'feature_log_prob_', 'components_', 'cluster_centers_', 'means_', 'variances_'],
  ...['lambdas_', 'n_bins_', 'scores_', 'max_abs_', '_shape_fit'],
]

/** Attributes with one item a column. */
const LISTS = ['categories_', 'bin_edges_']

/** Attributes that hold the object which sees the same table, directly or as the first of several. */
const INNER = [
  ...['best_estimator_', 'steps', 'estimator_', 'estimators_', 'transformer_list', 'estimators'],
  ...['regressor_', 'base_estimator_', 'calibrated_classifiers_', 'estimator', 'tree_', 'coefs_'],
  ...['named_transformers_', 'base_estimator'],
]

/** Deeper nesting than this is no honest model. */
const MAX_DEPTH = 32

/** Throws FormatError where the file does not say how many columns there are. */
export function inputTable(object: FittedObject): TableShape {
  const names = findNames(object, 0)
  const width = names?.length ?? findWidth(object, 0)
  if (width === null) throw refuse(object, 'does not say how many features it takes.')
  return { width, names }
}

function findNames(object: FittedObject, depth: number): readonly string[] | null {
  const own =
    namesOf(attribute(object, 'feature_names_in_')) ??
    namesOf(attribute(object, '_df_columns')) ??
    namesOf(attribute(object, '_feature_names_in')) ??
    namesOfColumnTransformer(object)
  if (own !== null || depth >= MAX_DEPTH) return own
  for (const inner of innerObjects(object)) {
    const names = findNames(inner, depth + 1)
    if (names !== null) return names
  }
  return null
}

function namesOf(value: PickleValue | undefined): readonly string[] | null {
  const labels = indexLabels(value) ?? value
  const texts = textsOfValue(labels)
  return texts !== null && texts.length > 0 ? texts : null
}

/** Before scikit-learn 0.22 a ColumnTransformer keeps only the names that its steps ask for. */
function namesOfColumnTransformer(object: FittedObject): readonly string[] | null {
  if (object.name !== 'ColumnTransformer') return null
  const names: string[] = []
  for (const item of itemsOfValue(attribute(object, 'transformers_')) ?? []) {
    const columns = itemsOf(item)?.[2]
    const single = asText(columns)
    const chosen = single === null ? (itemsOfValue(columns) ?? []) : [single]
    for (const name of chosen) {
      if (typeof name !== 'string') return null
      if (!names.includes(name)) names.push(name)
    }
  }
  return names.length > 0 ? names : null
}

function findWidth(object: FittedObject, depth: number): number | null {
  if (object.name.endsWith('Vectorizer')) return 1
  for (const name of COUNTS) {
    const count = asNumber(attribute(object, name))
    if (count !== null) return count
  }
  for (const name of PER_COLUMN) {
    const value = attribute(object, name)
    const matrix = isArray(value) && value.shape.length > 0 ? matrixOf(value) : null
    if (matrix !== null) return matrix.columns
  }
  for (const name of LISTS) {
    const items = itemsOfValue(attribute(object, name))
    if (items !== null) return items.length
  }
  if (depth >= MAX_DEPTH) return null
  for (const inner of innerObjects(object)) {
    const width = findWidth(inner, depth + 1)
    if (width !== null) return width
  }
  return null
}

/** Objects that may know the table: the first of each attribute that holds any. */
function* innerObjects(object: FittedObject): Generator<FittedObject> {
  for (const name of INNER) {
    const record = firstRecord(attribute(object, name), 0)
    if (record !== null) yield openObject(record, object.path)
  }
}

function firstRecord(value: PickleValue | undefined, depth: number): PickleRecord | null {
  if (isRecord(value)) return value
  if (depth > 2) return null
  for (const item of itemsOfValue(value) ?? []) {
    const record = firstRecord(item, depth + 1)
    if (record !== null) return record
  }
  return null
}
