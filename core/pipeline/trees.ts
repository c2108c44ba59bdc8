// Predictors made of decision trees over doubles: single trees, forests, boosting, histogram boosting, isolation.

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
  /** Categorical splits: node → category codes that go LEFT; every other code and a missing value by `missingLeft`. */
  readonly categories: ReadonlyMap<number, Int32Array>
}

/**
 * margin[o] = base[o] + scale * sum over trees of their leaf's value for output o; a tree with `group` g ≥ 0 has one value
 * a node and adds to output g alone, one with group -1 has `outputs` values a node.
 */
export interface TreePredictor {
  readonly kind: 'forest'
  readonly outputs: number
  readonly base: Float64Array
  readonly scale: number
  readonly trees: readonly (DecisionTree & { readonly group: number })[]
  /** `float32`: values are rounded to float32 before they are compared, as scikit-learn's and XGBoost's trees do. */
  readonly precision: 'float32' | 'float64'
  /** True where the library predicts rows with missing values. */
  readonly takesMissing: boolean
  readonly link: TreeLink
}

/**
 * From margins to the answer. Classifiers: `probabilities` (they are already), `sigmoid` (one margin), `double-sigmoid`
 * (sigmoid of twice the margin, exponential loss), `softmax`, `one-versus-rest`. Regressions: `identity`, `exp`.
 * `isolation` gives the anomaly score of IsolationForest from mean path lengths: label and score, no probabilities.
 */
export type TreeLink =
  | {
      readonly kind: 'probabilities' | 'sigmoid' | 'double-sigmoid' | 'softmax' | 'one-versus-rest'
    }
  | { readonly kind: 'identity' | 'exp' }
  | { readonly kind: 'isolation'; readonly averagePath: number; readonly offset: number }
