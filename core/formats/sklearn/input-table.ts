// The table a fitted object was trained on: how many columns, and their names where the file kept them.

import type { Budget } from '../limits.ts'
import { indexLabels } from '../pandas.ts'
import { asNumber, asText, isArray, isRecord, itemsOf } from '../pickle/access.ts'
import type { PickleRecord, PickleValue } from '../pickle/value.ts'
import { describePickledModel, isXgboostRecord } from '../xgboost/describe-xgboost.ts'
import { isSampler } from './composition.ts'
import {
  attribute,
  type FittedObject,
  itemsOfValue,
  matrixOf,
  openObject,
  textsOfValue,
} from './fitted-object.ts'
import type { TableShape } from './reading.ts'

/** Attributes that hold the number of columns itself. */
const COUNTS = ['n_features_in_', 'n_features_', '_n_features', 'n_features', 'n_input_features_']

/** Attributes with one number a column in their last dimension. */
const PER_COLUMN = [
  ...['mean_', 'scale_', 'center_', 'min_', 'statistics_', 'coef_', '_fit_X', 'support_vectors_'],
  ...['theta_', 'feature_log_prob_', 'components_', 'cluster_centers_', 'means_', 'variances_'],
  ...['lambdas_', 'n_bins_', 'scores_', 'max_abs_', 'centroids_', 'quantiles_'],
]

/** Attributes with one item a column. */
const LISTS = ['categories_', 'bin_edges_']

/** Attributes that hold the object which sees the same table, directly or as the first of several. */
const INNER = [
  ...['best_estimator_', 'steps', 'estimator_', 'estimators_', 'transformer_list', 'estimators'],
  ...['regressor_', 'base_estimator_', 'estimator'],
  ...['base_estimator', 'calibrated_classifiers_'],
]

/** Classes that do not look at their columns, and kept no count of them until 1.5. */
const TAKES_ANYTHING = new Set(['DummyClassifier', 'DummyRegressor'])

/** Objects that are asked for names or a width; an honest model answers after a handful. */
const MAX_ASKED = 1_000

const MEMBERS_ASKED = 8

/** Transformers that hand on as many columns as they take, and may have no attributes that tell how many those are. */
const KEEPS_WIDTH = new Set([
  ...['Normalizer', 'Binarizer', 'FunctionTransformer', 'FrozenEstimator'],
  ...['StandardScaler', 'RobustScaler'],
])

/**
 * `given` are the names that a person gives to the columns, used where the file has none or only those of some columns, and
 * counted where it does not say how many columns there are.
 * Null where neither tells how many columns there are.
 */
export function inputTable(
  object: FittedObject,
  given: readonly string[] | undefined,
  budget: Budget,
): TableShape | null {
  const names = findFirst(object, ownNames)
  if (names !== null) return { width: names.length, names }
  const partial = findFirst(object, namesInSteps)
  const width = partial?.length ?? findFirst(object, ownWidth)
  if (width === null) {
    const inputs = findFirst(object, (inner) => boosterInputs(inner, budget))
    if (inputs !== null) return inputs
  }
  if (width === null && given !== undefined) return { width: given.length, names: given }
  if (width === null) return TAKES_ANYTHING.has(object.name) ? { width: 1, names: null } : null
  const isFit = partial?.every((name) => name === null || given?.includes(name)) ?? true
  if (given?.length === width && isFit) return { width, names: given }
  return { width, names: partial?.map((name, index) => name ?? `f${index}`) ?? null }
}

/** What the first object that knows it says: the object itself, or one inside that sees the same table. */
function findFirst<Answer>(
  top: FittedObject,
  ask: (object: FittedObject) => Answer | null,
): Answer | null {
  const seen = new Set<PickleRecord>([top.record])
  const asked: FittedObject[] = [top]
  for (let object = asked.pop(); object !== undefined; object = asked.pop()) {
    const answer = ask(object)
    if (answer !== null) return answer
    // The last in is the next out, so that the first inner object is asked first, with all that is inside it.
    for (const inner of innerObjects(object).reverse()) {
      if (seen.has(inner.record) || seen.size >= MAX_ASKED) continue
      seen.add(inner.record)
      asked.push(inner)
    }
  }
  return null
}

/** XGBoost keeps the count and the names of its features inside its model. */
function boosterInputs(object: FittedObject, budget: Budget): TableShape | null {
  if (!isXgboostRecord(object.record)) return null
  const description = describePickledModel([object.record], {}, budget)
  if (description === null) return null
  const { inputs, namesKnown } = description
  return { width: inputs.length, names: namesKnown ? inputs.map(({ name }) => name) : null }
}

function ownNames(object: FittedObject): readonly string[] | null {
  return (
    namesOf(attribute(object, 'feature_names_in_')) ??
    namesOf(attribute(object, '_df_columns')) ??
    namesOf(attribute(object, '_feature_names_in'))
  )
}

function namesOf(value: PickleValue | undefined): readonly string[] | null {
  const labels = indexLabels(value) ?? value
  const texts = textsOfValue(labels)
  return texts !== null && texts.length > 0 ? texts : null
}

/**
 * The first releases with a ColumnTransformer keep only the names that its steps ask for, and positions of the rest: the
 * names then stand in between in the order of the steps, which is as good as any, since they are only asked for by name.
 */
function namesInSteps(object: FittedObject): readonly (string | null)[] | null {
  if (object.name !== 'ColumnTransformer') return null
  if (attribute(object, '_n_features') !== undefined) return null
  if (attribute(object, 'n_features_in_') !== undefined) return null
  const names = new Set<string>()
  const positions = new Set<number>()
  for (const item of itemsOfValue(attribute(object, 'transformers_')) ?? []) {
    const [, transformer, columns] = itemsOf(item) ?? []
    const single = asText(columns)
    const chosen = single === null ? (itemsOfValue(columns) ?? []) : [single]
    for (const choice of chosen) {
      if (typeof choice === 'string') names.add(choice)
      else if (asText(transformer) !== 'drop') positions.add(asNumber(choice) ?? -1)
    }
  }
  if (names.size === 0) return null
  const left = [...names]
  const width = names.size + positions.size
  return Array.from({ length: width }, (_, at) =>
    positions.has(at) ? null : (left.shift() ?? null),
  )
}

function ownWidth(object: FittedObject): number | null {
  // Its n_features_ counts the columns that it keeps.
  if (object.name.startsWith('RFE')) {
    return itemsOfValue(attribute(object, 'support_'))?.length ?? null
  }
  if (object.name.endsWith('Vectorizer')) return 1
  for (const name of COUNTS) {
    const count = asNumber(attribute(object, name))
    if (count !== null && Number.isInteger(count) && count >= 0) return count
  }
  for (const name of PER_COLUMN) {
    const value = attribute(object, name)
    const width = isArray(value) ? value.shape.at(-1) : undefined
    if (width !== undefined) return width
  }
  for (const name of LISTS) {
    const items = itemsOfValue(attribute(object, name))
    if (items !== null) return items.length
  }
  const [first] = itemsOfValue(attribute(object, 'coefs_')) ?? []
  return matrixOf(first)?.rows ?? (object.name === 'IsotonicRegression' ? 1 : null)
}

/** Objects that may know the table. */
function innerObjects(object: FittedObject): FittedObject[] {
  return INNER.flatMap((name) => {
    const value = attribute(object, name)
    const records = name === 'steps' ? firstSteps(value) : firstMembers(value)
    return records.map((record) => openObject(record, object.path))
  })
}

/** Members that see the same table; the first nearly always knows it. */
function firstMembers(value: PickleValue | undefined): readonly PickleRecord[] {
  if (isRecord(value)) return [value]
  const items = (itemsOfValue(value) ?? []).slice(0, MEMBERS_ASKED)
  return items.flatMap((item) => firstRecord(item, 0) ?? [])
}

/** The first step, and those after it that see as many columns. */
function firstSteps(value: PickleValue | undefined): readonly PickleRecord[] {
  const records: PickleRecord[] = []
  for (const step of itemsOfValue(value) ?? []) {
    const record = firstRecord(step, 0)
    if (record === null || isSampler(record)) continue
    records.push(record)
    if (!KEEPS_WIDTH.has(record.callable.name)) break
  }
  return records
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
