// Fitted histogram gradient boosting as scikit-learn's own objects.

import type { DecisionTree } from '#core/pipeline/trees.ts'
import type { TrainedAnswer, TrainedModel } from '../trained-pipeline.ts'
import type { BoostedStatistics } from '../trees/read-boosted.ts'
import { numberArray } from './numpy-values.ts'
import { classesArray, type ObjectContext, seenAttributes } from './object-context.ts'
import { call, global, instance, int, list, type PythonValue } from './pickle-writer.ts'
import { type RecordField, records } from './record-bytes.ts'
import { isBefore } from './sklearn-version.ts'

type Boosting = Extract<TrainedModel, { kind: 'hgb' }>

/** Trees over numbers alone: a pipeline spreads categories before they get here. */
export function boostingObject(
  { options, fitted }: Boosting,
  answer: TrainedAnswer,
  { seen, version }: ObjectContext,
): PythonValue {
  const { predictor } = fitted
  const isClassifier = answer.kind === 'classes'
  const perIteration = predictor.outputs
  const predictors: PythonValue[] = []
  for (let start = 0; start < predictor.trees.length; start += perIteration) {
    const trees = predictor.trees.slice(start, start + perIteration)
    predictors.push(
      list(
        trees.map((tree, index) => treePredictor(tree, fitted.statistics[start + index], version)),
      ),
    )
  }
  const name = `HistGradientBoosting${isClassifier ? 'Classifier' : 'Regressor'}`
  return instance('sklearn.ensemble._hist_gradient_boosting.gradient_boosting', name, {
    ...parameters(options, isClassifier),
    is_categorical_: null,
    _preprocessor: null,
    _is_categorical_remapped: null,
    ...seenAttributes(seen),
    ...(isClassifier ? { classes_: classesArray(answer) } : {}),
    n_trees_per_iteration_: int(perIteration),
    _random_seed: int(0),
    _n_features: int(seen.width),
    _loss: lossObject(answer, options.loss),
    do_early_stopping_: fitted.validationLosses !== null,
    _use_validation_data: true,
    _bin_mapper: binMapper(seen.width, version),
    _baseline_prediction: numberArray(Float64Array.from(predictor.base), [1, perIteration]),
    _predictors: list(predictors),
    _scorer: null,
    train_score_: numberArray(new Float64Array(0)),
    // scikit-learn keeps scores, the larger the better.
    validation_score_: numberArray(
      Float64Array.from(fitted.validationLosses ?? [], (loss) => -loss),
    ),
    _sklearn_version: version,
  })
}

function parameters(
  options: Boosting['options'],
  isClassifier: boolean,
): Record<string, PythonValue> {
  const orNull = (value: number | null) => (value === null ? null : int(value))
  return {
    loss: isClassifier ? 'log_loss' : LOSSES[options.loss].name,
    ...(isClassifier ? { class_weight: null } : { quantile: null }),
    learning_rate: options.learningRate,
    max_iter: int(options.iterations),
    max_leaf_nodes: orNull(options.maxLeaves),
    max_depth: orNull(options.maxDepth),
    min_samples_leaf: int(options.minSamplesLeaf),
    l2_regularization: options.l2,
    max_features: 1,
    max_bins: int(options.maxBins),
    monotonic_cst: null,
    interaction_cst: null,
    categorical_features: null,
    warm_start: false,
    early_stopping: options.earlyStopping ?? 'auto',
    scoring: 'loss',
    validation_fraction: options.validationShare,
    n_iter_no_change: int(options.patience),
    tol: options.tolerance,
    verbose: int(0),
    random_state: null,
  }
}

const LOSSES = {
  'squared-error': { name: 'squared_error', type: 'HalfSquaredError' },
  'absolute-error': { name: 'absolute_error', type: 'AbsoluteError' },
  poisson: { name: 'poisson', type: 'HalfPoissonLoss' },
  gamma: { name: 'gamma', type: 'HalfGammaLoss' },
} as const

/** Made anew by its constructor: what is inside has changed with every release. */
function lossObject(answer: TrainedAnswer, loss: Boosting['options']['loss']): PythonValue {
  const module = 'sklearn._loss.loss'
  if (answer.kind === 'value') return call(global(module, LOSSES[loss].type), [])
  const { length } = answer.labels
  return length === 2
    ? call(global(module, 'HalfBinomialLoss'), [])
    : call(global(module, 'HalfMultinomialLoss'), [null, int(length)])
}

/** Only the shape of it is asked for when rows come in as numbers; the bins themselves are for training. */
function binMapper(width: number, version: string): PythonValue {
  const none = numberArray(new Float64Array(0))
  return instance('sklearn.ensemble._hist_gradient_boosting.binning', '_BinMapper', {
    n_bins: int(256),
    subsample: int(200_000),
    is_categorical: null,
    known_categories: null,
    random_state: int(0),
    n_threads: int(1),
    is_categorical_: numberArray(new Uint8Array(width)),
    missing_values_bin_idx_: int(255),
    bin_thresholds_: list(Array.from({ length: width }, () => none)),
    n_bins_non_missing_: numberArray(new Uint32Array(width).fill(1)),
    _sklearn_version: version,
  })
}

function treePredictor(
  tree: DecisionTree,
  statistics: BoostedStatistics | undefined,
  version: string,
): PythonValue {
  const count = tree.left.length
  const depths = new Int32Array(count)
  for (let node = 0; node < count; node++) {
    if (tree.left[node] === -1) continue
    depths[tree.left[node] as number] = (depths[node] as number) + 1
    depths[tree.right[node] as number] = (depths[node] as number) + 1
  }
  const isLeaf = (node: number) => tree.left[node] === -1
  const inner = (values: ArrayLike<number>) => (node: number) =>
    isLeaf(node) ? 0 : (values[node] as number)
  // Packed without gaps; 1.3 widened the feature's number, and everything after it moved.
  const wide = isBefore(version, [1, 3]) ? 0 : 4
  const fields: readonly RecordField[] = [
    { name: 'value', type: 'f8', offset: 0, value: (node) => tree.values[node] as number },
    { name: 'count', type: 'u4', offset: 8, value: (node) => statistics?.samples[node] ?? 0 },
    { name: 'feature_idx', type: wide === 0 ? 'u4' : 'i8', offset: 12, value: inner(tree.feature) },
    { name: 'num_threshold', type: 'f8', offset: 16 + wide, value: inner(tree.threshold) },
    { name: 'missing_go_to_left', type: 'u1', offset: 24 + wide, value: inner(tree.missingLeft) },
    { name: 'left', type: 'u4', offset: 25 + wide, value: inner(tree.left) },
    { name: 'right', type: 'u4', offset: 29 + wide, value: inner(tree.right) },
    { name: 'gain', type: 'f8', offset: 33 + wide, value: (node) => statistics?.gain[node] ?? 0 },
    { name: 'depth', type: 'u4', offset: 41 + wide, value: (node) => depths[node] as number },
    { name: 'is_leaf', type: 'u1', offset: 45 + wide, value: (node) => Number(isLeaf(node)) },
    { name: 'bin_threshold', type: 'u1', offset: 46 + wide, value: () => 0 },
    { name: 'is_categorical', type: 'u1', offset: 47 + wide, value: () => 0 },
    { name: 'bitset_idx', type: 'u4', offset: 48 + wide, value: () => 0 },
  ]
  const noSets = numberArray(new Uint32Array(0), [0, 8])
  return instance('sklearn.ensemble._hist_gradient_boosting.predictor', 'TreePredictor', {
    nodes: records(count, fields, 52 + wide),
    binned_left_cat_bitsets: noSets,
    raw_left_cat_bitsets: noSets,
  })
}
