// Predictors made of others: votes, stacks, bags, boosts, calibrations, one model a class, pair or target.

import type { Matrix } from './matrix.ts'
import type { Predictor, Transformer } from './pipeline.ts'

export type CombinedPredictor =
  /**
   * Weighted mean of the members' values or probabilities; a member without probabilities counts 1 for its label.
   * `averagesScores` is true where the library's class averages decision functions too.
   */
  | {
      readonly kind: 'average'
      readonly members: readonly Member[]
      readonly weights: Float64Array
      /** Null for values. */
      readonly classCount: number | null
      readonly averagesScores: boolean
    }
  /** The class with the largest sum of weights among the members' labels; no probabilities. */
  | {
      readonly kind: 'majority'
      readonly members: readonly Member[]
      readonly weights: Float64Array
      readonly classCount: number
    }
  | BoostedClassifier
  /** The value in the middle of the members' when each counts as much as its weight. */
  | {
      readonly kind: 'weighted-median'
      readonly members: readonly Member[]
      readonly weights: Float64Array
    }
  /** The members' answers, side by side and before the table's own columns where `passthrough` is true, go to `final`. */
  | {
      readonly kind: 'stack'
      readonly members: readonly StackMember[]
      readonly passthrough: boolean
      readonly final: Predictor
    }
  /** The member's scores, or its probabilities where it has none, through curves; then divided by their sum. */
  | {
      readonly kind: 'calibrated'
      readonly member: Predictor
      readonly calibration: Calibration
      readonly classCount: number
    }
  /** A classifier of two classes that says class `positive` from a threshold on, not where it is the likelier. */
  | {
      readonly kind: 'thresholded'
      readonly member: Predictor
      readonly positive: 0 | 1
      /** What is compared; `either` takes probabilities where there are any. */
      readonly compares: 'probabilities' | 'scores' | 'either'
      /** Null for the middle: 0.5 of probabilities, 0 of scores. */
      readonly threshold: number | null
    }
  /**
   * One binary classifier or regression a class, or a single one for the second of two. Probabilities are divided by their
   * sum, labels go by the scores; of equal ones the last wins where `lastWins` is true.
   */
  | {
      readonly kind: 'one-versus-rest'
      readonly members: readonly Predictor[]
      readonly lastWins: boolean
    }
  /** One binary classifier a pair of classes, (0, 1), (0, 2), …, (1, 2), …: votes, and confidences between equal ones. */
  | {
      readonly kind: 'one-versus-one'
      readonly members: readonly Predictor[]
      readonly classCount: number
      /** Of two classes the second is said above this; null for what suits the answer of the first member. */
      readonly threshold: number | null
    }
  /** One binary classifier a column of `codes`, which has a row a class; the nearest row's class is the label. */
  | { readonly kind: 'code-book'; readonly members: readonly Predictor[]; readonly codes: Matrix }
  /** One regression a value. */
  | { readonly kind: 'side-by-side'; readonly members: readonly Predictor[] }
  /** One regression a value, each seeing the values before it behind the table's columns; member i gives value `order[i]`. */
  | {
      readonly kind: 'value-chain'
      readonly members: readonly Predictor[]
      readonly order: readonly number[]
    }
  /** Values through transformers of columns: what TransformedTargetRegressor takes back. */
  | {
      readonly kind: 'unwrapped'
      readonly member: Predictor
      readonly inverse: readonly Inverse[]
    }

/** A step over values instead of columns. */
export type Inverse =
  | Transformer
  /** Back from the power transforms of Yeo and Johnson or of Box and Cox, one lambda a value. */
  | {
      readonly kind: 'inverse-power'
      readonly method: 'yeo-johnson' | 'box-cox'
      readonly lambdas: Float64Array
    }
  /** Back from ranks between 0 and 1: piecewise linear from `references`, which rise, to `quantiles`. */
  | {
      readonly kind: 'inverse-quantile'
      readonly references: Float64Array
      readonly quantiles: Float64Array
    }

/**
 * AdaBoost. Each member gives scores to classes: `votes` its weight to its label; `balanced-votes` that, and to every other
 * class what makes the sum zero; `log-probabilities` (classes - 1) * (log p - mean of log p), which has no weights. The sum
 * is divided by the sum of `weights`.
 */
export interface BoostedClassifier {
  readonly kind: 'boosted'
  readonly members: readonly Member[]
  readonly weights: Float64Array
  readonly classCount: number
  readonly rule: 'votes' | 'balanced-votes' | 'log-probabilities'
  /** What the softmax is taken of: the scores, or the members' weighted mean probabilities (before scikit-learn 0.22). */
  readonly probabilities: 'scores' | 'mean-probabilities'
}

export interface Member {
  /** Positions of the columns that this member sees, or null for all. */
  readonly columns: readonly number[] | null
  readonly predictor: Predictor
  /** Position in the whole's classes of each of the member's own, or null where they are the same. */
  readonly classes: readonly number[] | null
}

export interface StackMember extends Member {
  readonly answer: StackAnswer
  /** Columns that it becomes for the final predictor. */
  readonly answerWidth: number
}

/** What a stack takes from a member; `probabilities` of two classes are those of the second alone. */
export type StackAnswer =
  | { readonly kind: 'probabilities' | 'scores' | 'value' }
  /** The number that each of the member's classes stands for. */
  | { readonly kind: 'label'; readonly numbers: Float64Array }

export type Calibration =
  /** One curve for each of the member's scores, which gives the probability of class `classes[i]`. */
  | {
      readonly kind: 'curves'
      readonly curves: readonly CalibrationCurve[]
      readonly classes: readonly number[]
    }
  /** Softmax of factor * scores; (-score, score) for a single score, log probabilities for probabilities. */
  | { readonly kind: 'temperature'; readonly factor: number }

export type CalibrationCurve =
  /** 1 / (1 + exp(a * score + b)). */
  | { readonly kind: 'sigmoid'; readonly a: number; readonly b: number }
  /** Linear between the points, whose `x` rise; constant outside. */
  | { readonly kind: 'isotonic'; readonly x: Float64Array; readonly y: Float64Array }
