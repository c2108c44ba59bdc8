// Predictors made of decision trees over doubles: single trees, forests, boosting, histogram boosting, isolation.

import type { Predictor } from './pipeline.ts'

/**
 * One tree; arrays are indexed by node, 0 is the root, a leaf has `left[node] === -1`. A row goes left when
 * `value <= threshold`, right when not, and by `missingLeft` when the value is missing.
 */
export interface DecisionTree {
  readonly left: Int32Array
  readonly right: Int32Array
  readonly feature: Int32Array
  readonly threshold: Float64Array
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array
  /** `outputs` numbers a node, row-major; only leaves are used to predict. */
  readonly values: Float64Array
  /** Training weight that reached each node, for exact explanations; null where the file has none. */
  readonly cover: Float64Array | null
  /**
   * Categorical splits: node → category codes that go LEFT; every other code and a missing value by `missingLeft`. Where
   * those go left with some known codes, the children change places and the list names the other codes.
   */
  readonly categories: ReadonlyMap<number, Int32Array>
}

/**
 * What the leaves of a tree add up: leaf n gives constants[n] + Σ coefficients[i] · value of columns[i] for i from starts[n]
 * to starts[n + 1]; its plain value where one of these columns is missing.
 */
export interface LinearLeaves {
  /** One a node, like `starts`, which has one more. */
  readonly constants: Float64Array
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly coefficients: Float64Array
}

/** A tree and the output that it adds to; -1 where it has one value for each of them. */
export type GroupedTree = DecisionTree & { readonly group: number; readonly linear?: LinearLeaves }

/**
 * margin[o] = base[o] + scale * sum over trees of their leaf's value for output o; a tree with `group` g ≥ 0 has one value
 * a node and adds to output g alone, one with group -1 has `outputs` values a node.
 */
export interface TreePredictor {
  readonly kind: 'forest'
  readonly outputs: number
  readonly base: Float64Array
  readonly scale: number
  readonly trees: readonly GroupedTree[]
  /** `float32`: values are rounded to float32 before they are compared, as scikit-learn's and XGBoost's trees do. */
  readonly precision: 'float32' | 'float64'
  /** True where the library predicts rows with missing values. */
  readonly takesMissing: boolean
  /** Columns whose zeros count as missing values (LightGBM's zero_as_missing). */
  readonly zeroMissing?: readonly number[]
  /** A fitted model whose answer for the row is added to `base`: scikit-learn's boosting with an `init` of the user's own. */
  readonly start?: TreeStart
  readonly link: TreeLink
  /** True where the library's class has no decision_function, so that what is made of it asks for probabilities. */
  readonly hidesScores?: true
  /** True where a margin of 0 says the second of two classes, and not the first. */
  readonly tiesSaySecond?: true
}

/**
 * From the answer of the first model to margins: `value` as it is; of probabilities the `logit` of the second class, half of
 * it, the logarithm of each, or that less the mean over the classes. Probabilities are kept float32's epsilon from 0 and 1.
 */
export interface TreeStart {
  readonly predictor: Predictor
  readonly margins: 'value' | 'logit' | 'half-logit' | 'log' | 'centred-log'
}

/**
 * From margins to the answer. Classifiers: `probabilities` (they are already), `sigmoid` (of one margin times `slope`),
 * `double-sigmoid` (sigmoid of twice the margin, exponential loss), `softmax`, `one-versus-rest` (a sigmoid each, divided by
 * their sum), `separate` (a sigmoid of each margin times `slope`, as it is). Regressions: `identity`, `exp`, `sigmoid-value`
 * (a number between 0 and 1), `log1p-exp` (ln(1 + exp(margin))), `signed-square` (sign(margin) * margin²).
 * `isolation` gives the anomaly score of IsolationForest from mean path lengths: label and score, no probabilities; the
 * second class where score - `threshold` is not negative.
 */
export type TreeLink =
  | { readonly kind: 'probabilities' }
  | { readonly kind: 'sigmoid'; readonly slope?: number }
  | { readonly kind: 'double-sigmoid' }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'one-versus-rest' }
  | { readonly kind: 'separate'; readonly slope?: number }
  | { readonly kind: 'identity' }
  | { readonly kind: 'exp' }
  | { readonly kind: 'sigmoid-value'; readonly slope?: number }
  | { readonly kind: 'log1p-exp' }
  | { readonly kind: 'signed-square' }
  | {
      readonly kind: 'isolation'
      readonly averagePath: number
      readonly offset: number
      readonly threshold?: number
    }
