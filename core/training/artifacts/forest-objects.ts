// Fitted random forests as scikit-learn's own objects, tree by tree.

import type { DecisionTree } from '#core/pipeline/trees.ts'
import type { TrainedAnswer, TrainedModel } from '../trained-pipeline.ts'
import type { NodeStatistics } from '../trees/node-table.ts'
import { integerArray, numberArray } from './numpy-values.ts'
import { classesArray, type ObjectContext, seenAttributes } from './object-context.ts'
import { call, global, instance, int, list, type PythonValue, tuple } from './pickle-writer.ts'
import { type RecordField, records } from './record-bytes.ts'
import { isBefore } from './sklearn-version.ts'

type Forest = Extract<TrainedModel, { kind: 'rf' }>

export function forestObject(
  { options, fitted }: Forest,
  answer: TrainedAnswer,
  context: ObjectContext,
): PythonValue {
  const { seen, version, rows } = context
  const isClassifier = answer.kind === 'classes'
  const classCount = isClassifier ? answer.labels.length : 1
  const shared = sharedParameters(options, isClassifier)
  const treeName = isClassifier ? 'DecisionTreeClassifier' : 'DecisionTreeRegressor'
  const template = instance('sklearn.tree._classes', treeName, {
    ...treeDefaults(isClassifier),
    _sklearn_version: version,
  })
  const { trees } = fitted.predictor
  const estimators = trees.map((tree, index) => {
    const statistics = fitted.statistics[index]
    if (statistics === undefined) throw new Error('every tree of a forest has its statistics')
    return instance('sklearn.tree._classes', treeName, {
      ...treeDefaults(isClassifier),
      ...shared,
      random_state: int(index),
      n_features_in_: int(seen.width),
      n_outputs_: int(1),
      ...(isClassifier
        ? {
            classes_: numberArray(Float64Array.from({ length: classCount }, (_, code) => code)),
            n_classes_: int(classCount),
          }
        : {}),
      max_features_: int(triedFeatures(options, isClassifier, seen.width)),
      tree_: treeObject(tree, statistics, seen.width, classCount, version),
      _sklearn_version: version,
    })
  })
  return instance(
    'sklearn.ensemble._forest',
    `RandomForest${isClassifier ? 'Classifier' : 'Regressor'}`,
    {
      estimator: template,
      n_estimators: int(trees.length),
      estimator_params: tuple(...ESTIMATOR_PARAMETERS),
      base_estimator: 'deprecated',
      bootstrap: options.bootstrap,
      oob_score: options.outOfBag,
      n_jobs: null,
      random_state: null,
      verbose: int(0),
      warm_start: false,
      class_weight: null,
      max_samples: null,
      ...shared,
      ...seenAttributes(seen),
      _n_samples: int(rows),
      n_outputs_: int(1),
      ...(isClassifier ? { classes_: classesArray(answer), n_classes_: int(classCount) } : {}),
      _sample_weight: null,
      _n_samples_bootstrap: int(rows),
      estimator_: template,
      estimators_: list(estimators),
      _sklearn_version: version,
    },
  )
}

const ESTIMATOR_PARAMETERS = [
  'criterion',
  'max_depth',
  'min_samples_split',
  'min_samples_leaf',
  'min_weight_fraction_leaf',
  'max_features',
  'max_leaf_nodes',
  'min_impurity_decrease',
  'random_state',
  'ccp_alpha',
  'monotonic_cst',
] as const

function treeDefaults(isClassifier: boolean): Record<string, PythonValue> {
  return {
    criterion: isClassifier ? 'gini' : 'squared_error',
    splitter: 'best',
    max_depth: null,
    min_samples_split: int(2),
    min_samples_leaf: int(1),
    min_weight_fraction_leaf: 0,
    max_features: null,
    max_leaf_nodes: null,
    random_state: null,
    min_impurity_decrease: 0,
    class_weight: null,
    ccp_alpha: 0,
    monotonic_cst: null,
  }
}

function sharedParameters(
  options: Forest['options'],
  isClassifier: boolean,
): Record<string, PythonValue> {
  const features = options.maxFeatures ?? (isClassifier ? 'sqrt' : 1)
  return {
    criterion: isClassifier ? 'gini' : 'squared_error',
    max_depth: options.maxDepth === null ? null : int(options.maxDepth),
    min_samples_split: int(options.minSamplesSplit),
    min_samples_leaf: int(options.minSamplesLeaf),
    min_weight_fraction_leaf: 0,
    max_features: features,
    max_leaf_nodes: null,
    min_impurity_decrease: 0,
    ccp_alpha: 0,
    monotonic_cst: null,
  }
}

function triedFeatures(
  { maxFeatures }: Forest['options'],
  isClassifier: boolean,
  width: number,
): number {
  const wished = maxFeatures ?? (isClassifier ? 'sqrt' : 1)
  return Math.max(1, Math.floor(wished === 'sqrt' ? Math.sqrt(width) : wished * width))
}

/** `sklearn.tree._tree.Tree`; its rows grew by the way of missing values in 1.3. */
function treeObject(
  tree: DecisionTree,
  { impurity, samples, weightedSamples }: NodeStatistics,
  width: number,
  classCount: number,
  version: string,
): PythonValue {
  const count = tree.left.length
  const at = (values: ArrayLike<number>) => (node: number) => values[node] as number
  const fields: RecordField[] = [
    { name: 'left_child', type: 'i8', offset: 0, value: at(tree.left) },
    { name: 'right_child', type: 'i8', offset: 8, value: at(tree.right) },
    { name: 'feature', type: 'i8', offset: 16, value: at(tree.feature) },
    { name: 'threshold', type: 'f8', offset: 24, value: at(tree.threshold) },
    { name: 'impurity', type: 'f8', offset: 32, value: at(impurity) },
    { name: 'n_node_samples', type: 'i8', offset: 40, value: at(samples) },
    { name: 'weighted_n_node_samples', type: 'f8', offset: 48, value: at(weightedSamples) },
  ]
  const missing: RecordField = {
    name: 'missing_go_to_left',
    type: 'u1',
    offset: 56,
    value: at(tree.missingLeft),
  }
  const nodes = isBefore(version, [1, 3])
    ? records(count, fields, 56)
    : records(count, [...fields, missing], 64)
  const state = {
    kind: 'dict',
    entries: [
      ['max_depth', int(depthOf(tree))],
      ['node_count', int(count)],
      ['nodes', nodes],
      ['values', numberArray(tree.values, [count, 1, classCount])],
    ],
  } as const
  const args = [int(width), integerArray([classCount]), int(1)]
  return call(global('sklearn.tree._tree', 'Tree'), args, state)
}

/** Children come after their parents. */
function depthOf({ left, right }: DecisionTree): number {
  const depths = new Int32Array(left.length)
  let deepest = 0
  for (let node = 0; node < left.length; node++) {
    const depth = depths[node] as number
    if (depth > deepest) deepest = depth
    if (left[node] === -1) continue
    depths[left[node] as number] = depth + 1
    depths[right[node] as number] = depth + 1
  }
  return deepest
}
