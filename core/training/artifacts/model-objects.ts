// Fitted linear models and neighbours as scikit-learn's own objects.

import type { TrainedAnswer, TrainedModel, TrainedPipeline } from '../trained-pipeline.ts'
import { boostingObject } from './boosting-objects.ts'
import { forestObject } from './forest-objects.ts'
import { integerArray, numberArray } from './numpy-values.ts'
import {
  classesArray,
  type ObjectContext,
  type SeenTable,
  seenAttributes,
} from './object-context.ts'
import { dict, instance, int, type PythonValue } from './pickle-writer.ts'

export function modelObject(
  { model, answer, rows }: Pick<TrainedPipeline, 'model' | 'answer' | 'rows'>,
  seen: SeenTable,
  version: string,
): PythonValue {
  const context = { seen, version, rows }
  switch (model.kind) {
    case 'logreg':
      return logisticObject(model, answer, context)
    case 'ridge':
      return ridgeObject(model, context)
    case 'knn':
      return neighboursObject(model, answer, context)
    case 'rf':
      return forestObject(model, answer, context)
    case 'hgb':
      return boostingObject(model, answer, context)
  }
}

function logisticObject(
  { options, fitted }: Extract<TrainedModel, { kind: 'logreg' }>,
  answer: TrainedAnswer,
  { seen, version }: ObjectContext,
): PythonValue {
  const { coefficients, intercept } = fitted.predictor
  return instance('sklearn.linear_model._logistic', 'LogisticRegression', {
    penalty: 'l2',
    C: options.c,
    l1_ratio: null,
    dual: false,
    tol: options.tolerance,
    fit_intercept: true,
    intercept_scaling: int(1),
    class_weight: null,
    random_state: null,
    solver: 'lbfgs',
    max_iter: int(options.maxIterations),
    multi_class: 'auto',
    verbose: int(0),
    warm_start: false,
    n_jobs: null,
    ...seenAttributes(seen),
    classes_: classesArray(answer),
    n_iter_: numberArray(Int32Array.of(fitted.iterations)),
    coef_: numberArray(coefficients.data, [coefficients.rows, coefficients.columns]),
    intercept_: numberArray(intercept),
    _sklearn_version: version,
  })
}

function ridgeObject(
  { options, fitted }: Extract<TrainedModel, { kind: 'ridge' }>,
  { seen, version }: ObjectContext,
): PythonValue {
  const { coefficients, intercept } = fitted.predictor
  return instance('sklearn.linear_model._ridge', 'Ridge', {
    alpha: options.alpha,
    fit_intercept: true,
    copy_X: true,
    max_iter: null,
    tol: 1e-4,
    solver: 'cholesky',
    positive: false,
    random_state: null,
    ...seenAttributes(seen),
    coef_: numberArray(coefficients.data),
    n_iter_: null,
    solver_: 'cholesky',
    intercept_: intercept[0] ?? 0,
    _sklearn_version: version,
  })
}

function neighboursObject(
  { fitted }: Extract<TrainedModel, { kind: 'knn' }>,
  answer: TrainedAnswer,
  { seen, version }: ObjectContext,
): PythonValue {
  const { points, count, weights, targets } = fitted.predictor
  const shared = {
    n_neighbors: int(count),
    radius: null,
    algorithm: 'brute',
    leaf_size: int(30),
    metric: 'minkowski',
    metric_params: null,
    p: int(2),
    n_jobs: null,
    weights,
    ...seenAttributes(seen),
    effective_metric_params_: dict([]),
    effective_metric_: 'euclidean',
    _fit_method: 'brute',
    _fit_X: numberArray(points.data, [points.rows, points.columns]),
    n_samples_fit_: int(points.rows),
    _tree: null,
    _sklearn_version: version,
  }
  if (targets.kind === 'values') {
    const values = numberArray(targets.values.data)
    return instance('sklearn.neighbors._regression', 'KNeighborsRegressor', {
      ...shared,
      _y: values,
    })
  }
  return instance('sklearn.neighbors._classification', 'KNeighborsClassifier', {
    ...shared,
    outputs_2d_: false,
    classes_: classesArray(answer),
    _y: integerArray(targets.codes),
  })
}
