// Predictors made of others: votes, stacks, bags, calibrations, one model a class or target.

import type { Predictor } from './pipeline.ts'

export type CombinedPredictor =
  /** Weighted mean of the members' probabilities or values. */
  | {
      readonly kind: 'average'
      readonly members: readonly Member[]
      readonly weights: Float64Array
    }
  /** The class with the largest sum of weights among the members' labels; no probabilities. */
  | {
      readonly kind: 'majority'
      readonly members: readonly Member[]
      readonly weights: Float64Array
      readonly classCount: number
    }
  /** The members' answers, side by side and before the table's own columns where `passthrough` is true, go to `final`. */
  | {
      readonly kind: 'stack'
      readonly members: readonly (Member & { readonly answer: StackAnswer })[]
      readonly passthrough: boolean
      readonly final: Predictor
    }
  /** Scores of `member` through one curve a class; a binary classifier has a single one for its second class. */
  | {
      readonly kind: 'calibrated'
      readonly member: Predictor
      readonly curves: readonly CalibrationCurve[]
      readonly classCount: number
    }
  /** One binary classifier a class; probabilities are divided by their sum, labels go by the scores. */
  | { readonly kind: 'one-versus-rest'; readonly members: readonly Predictor[] }
  /** One regression a value. */
  | { readonly kind: 'side-by-side'; readonly members: readonly Predictor[] }
  /** A value through a function: what TransformedTargetRegressor's inverse_func does. */
  | {
      readonly kind: 'unwrapped'
      readonly member: Predictor
      readonly inverse: 'exp' | 'expm1' | 'square'
    }

export interface Member {
  /** Positions of the columns that this member sees, or null for all. */
  readonly columns: readonly number[] | null
  readonly predictor: Predictor
  /** Position in the whole's classes of each of the member's own, or null where they are the same. */
  readonly classes: readonly number[] | null
}

/** What a stack takes from a member; `probabilities` of a binary classifier are those of its second class alone. */
export type StackAnswer = 'probabilities' | 'scores' | 'value' | 'label'

export type CalibrationCurve =
  /** 1 / (1 + exp(a * score + b)). */
  | { readonly kind: 'sigmoid'; readonly a: number; readonly b: number }
  /** Linear between the points, constant outside. */
  | { readonly kind: 'isotonic'; readonly x: Float64Array; readonly y: Float64Array }
