// What a reader makes of a file: inert data about a model, from which the graph writer makes ONNX.

import type { InputField, Task } from '#core/model.ts'
import type { PipelineModel } from '#core/pipeline/pipeline.ts'

/**
 * One decision tree over float32 features. Nodes are numbered from 0 (the root); arrays are indexed by node.
 * A node is a leaf when `left[node] === -1`. Otherwise a row goes left when `value < threshold`, right when not,
 * and by `defaultLeft` when the value is missing.
 */
export interface Tree {
  /** The output this tree adds to, 0 ≤ group < TreeEnsemble.groups; -1 where `leafVectors` feeds all of them. */
  readonly group: number
  readonly left: Int32Array
  readonly right: Int32Array
  readonly feature: Int32Array
  /** Split threshold of an inner node, leaf value of a leaf (any DART weight already multiplied in). */
  readonly value: Float32Array
  /** 1 where a missing value goes left. */
  readonly defaultLeft: Uint8Array
  /** Categorical splits: node → category codes that go RIGHT; every other code goes left. */
  readonly categories: ReadonlyMap<number, Int32Array>
  /** Sum of hessians (the training weight) that reached each node, for exact explanations; null where the file has none. */
  readonly cover: Float32Array | null
  /** For vector leaves: `groups` values a node, row-major; null for ordinary trees. */
  readonly leafVectors: Float32Array | null
}

export interface TreeEnsemble {
  readonly kind: 'trees'
  readonly featureCount: number
  readonly groups: number
  /** One margin a group, added before the trees' sum. */
  readonly baseMargins: Float32Array
  readonly trees: readonly Tree[]
  readonly transform: Transform
}

/** margin[g] = bias[g] + sum over features of weights[feature * groups + g] * value; a missing value counts as 0. */
export interface LinearModel {
  readonly kind: 'linear'
  readonly featureCount: number
  readonly groups: number
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly transform: Transform
}

/** From margins to what the library's own predict gives. `step` is binary:hinge (1 when margin > 0). */
export type Transform = 'identity' | 'sigmoid' | 'softmax' | 'exp' | 'step'

/** An uploaded ONNX file that passed its checks; `onnx` is what a session gets (ZipMap already taken off). */
export interface OnnxModel {
  readonly kind: 'onnx'
  readonly onnx: Uint8Array
  readonly binding: TensorBinding
}

/** Models of texts in one archive, which is served as it is: steps that fill a blank and score it, or classify. */
export interface LanguageModel {
  readonly kind: 'language'
  readonly archive: Uint8Array
  readonly binding: TensorBinding
  readonly steps: number
}

/** How fields become the graph's tensors, and which tensors hold the answer. */
export interface TensorBinding {
  readonly inputs: readonly {
    readonly tensor: string
    readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'string' | 'bool'
    /** Names of the fields in this tensor, in column order; a tensor of N fields is [rows, N]. */
    readonly fields: readonly string[]
    /** 1 when the graph declares this tensor as [rows] instead of [rows, 1]. */
    readonly rank: 1 | 2
  }[]
  /** [rows, classes], [rows, 1], or [rows] (probability of the positive class) of float; absent for regression. */
  readonly probabilities?: string
  /** [rows] or [rows, 1] of string or int64. */
  readonly label?: string
  /** [rows, outputs] or [rows] of float; regression only. */
  readonly values?: string
}

/** Everything a file says about its model. */
export interface ModelDescription {
  readonly task: Task
  /** `xgboost`, `scikit-learn`, `lightgbm`, `onnx`, `transformers`, `parley`. */
  readonly library: string
  readonly libraryVersion: string | null
  readonly modelClass: string
  /** The library's own name of what it was trained for, e.g. `binary:logistic`. */
  readonly objective: string | null
  readonly inputs: readonly InputField[]
  readonly namesKnown: boolean
  /** Class labels as strings in the order of the probabilities; classification only. */
  readonly classes: readonly string[] | null
  /** Names of the outputs when there is more than one value a row (multi-output, quantiles). */
  readonly outputNames: readonly string[] | null
  /** A value that stands for missing beside NaN (XGBoost's `missing`), mapped to NaN before anything else. */
  readonly missingValue: number | null
  readonly predictor: TreeEnsemble | LinearModel | OnnxModel | PipelineModel | LanguageModel
  /** Sentences for the person who uploaded, e.g. "This file has no feature names; …". */
  readonly warnings: readonly string[]
}
