// Predictors that weigh and add: linear and logistic regression, linear support vectors, generalised linear models.

import type { Matrix } from './matrix.ts'

/** margin[g] = intercept[g] + sum over columns of coefficients[g][column] * value. */
export interface LinearPredictor {
  readonly kind: 'linear'
  /** One row an output: 1 for a binary classifier or a single value, else one a class or target. */
  readonly coefficients: Matrix
  readonly intercept: Float64Array
  readonly link: LinearLink
}

/**
 * From margins to the answer. Classifiers: `sigmoid` (one margin, probability of the second class), `softmax` (a single
 * margin m stands for -m and m), `likelihood` (softmax of one logarithm a class, which are no scores), `one-versus-rest`
 * (a sigmoid each, then divided by their sum), `modified-huber` ((clip(margin, -1, 1) + 1) / 2, divided by their sum,
 * uniform where all are 0), `label` (the class of the largest margin, or the second where a single margin is positive; no
 * probabilities), `inlier` (the second class where the margin is not negative). Regressions: `identity`, `exp`.
 */
export type LinearLink =
  | 'sigmoid'
  | 'softmax'
  | 'likelihood'
  | 'one-versus-rest'
  | 'modified-huber'
  | 'label'
  | 'inlier'
  | 'identity'
  | 'exp'
