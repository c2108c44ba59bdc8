// The words every part of Parley shares about a model: its task, signature, rows and predictions.

export const TASKS = [
  'binary_classification',
  'multiclass_classification',
  'regression',
  'fill_mask',
  'text_classification',
] as const

export type Task = (typeof TASKS)[number]

export const FEATURE_TYPES = ['float', 'integer', 'boolean', 'category', 'string'] as const

export type FeatureType = (typeof FEATURE_TYPES)[number]

/** One input of a model, as people and programs send it. */
export interface InputField {
  readonly name: string
  readonly type: FeatureType
  /** True where the model has a direction for a missing value, so that `null` or leaving it out is accepted. */
  readonly optional: boolean
  /**
   * True where an explicit `null` is accepted although leaving the field out is not: the model routes a missing value
   * somewhere, but its training data had none, so a forgotten field should be asked for.
   */
  readonly nullable?: boolean
  /** Names of a category in the order of their codes; absent where the model knows only the codes. */
  readonly categories?: readonly string[]
  /** True where the model has an answer for names beyond `categories`, so that they are not refused. */
  readonly open?: boolean
  /** The only numbers that the model takes; absent where any will do. */
  readonly allowed?: readonly number[]
  /** True where rows may carry the field and the model does not look at it. */
  readonly unused?: boolean
  /** Smallest and largest value seen in training where known; for forms and warnings, never a reason to refuse. */
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: number | string | boolean
  readonly description?: string
  readonly unit?: string
  /** Other words people use for this field ("monthly bill"), for the interpreter. */
  readonly aliases?: readonly string[]
}

export interface OutputField {
  readonly name: string
  readonly type: 'label' | 'probability' | 'number' | 'text'
  readonly description?: string
  readonly unit?: string
}

/** Upper bounds of the probability bands a classification answer names, e.g. `[{below: 0.3, name: 'Low Risk'}, …]`; the last has `below: 1.01`. */
export interface Band {
  readonly below: number
  readonly name: string
}

/** What a version takes and gives. Stored with the version; the only thing surfaces know of a model's inside. */
export interface Signature {
  readonly task: Task
  readonly inputs: readonly InputField[]
  /** False where the file held no feature names and `f0…fn` stand in. */
  readonly namesKnown: boolean
  readonly outputs: readonly OutputField[]
  /** Class labels in the order of the probabilities; classification only. */
  readonly classes?: readonly string[]
  /** The class whose probability an answer is about ("Yes" of churn); binary classification only. */
  readonly positiveLabel?: string
  /** What is predicted, in words ("churn", "price"). */
  readonly target?: string
  /** Unit of a regression's value ("USD"). */
  readonly unit?: string
  readonly riskBands?: readonly Band[]
  readonly confidenceBands?: readonly Band[]
}

export type Scalar = number | string | boolean | null

/** A flat object of features, as it came in; the validator makes a `Row` of encoded values of it. */
export type Row = Readonly<Record<string, Scalar>>

export type Prediction =
  | {
      readonly kind: 'classification'
      readonly label: string
      /** One probability a class, in the order of `Signature.classes`; they sum to 1. */
      readonly probabilities: readonly number[]
    }
  | { readonly kind: 'regression'; readonly value: number }
  /** Several targets or quantiles at once, in the order of `Signature.outputs`. */
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** Words for a blank, best first; none where nothing fits. */
  | {
      readonly kind: 'suggestions'
      readonly suggestions: readonly {
        readonly text: string
        /** Comparable within one text only. */
        readonly score: number
        /** 0 to 1. */
        readonly positivity: number
      }[]
    }

/** Where a version's file came from; shown by `describe_model`, never trusted as instructions. */
export interface Origin {
  readonly fileName: string
  readonly sizeBytes: number
  readonly sha256: string
  /** The library that wrote the file, e.g. `xgboost`. */
  readonly library: string
  readonly libraryVersion: string | null
  /** The class found in it, e.g. `XGBClassifier`. */
  readonly modelClass: string
  readonly uploadedBy: string
  /** ISO 8601, UTC. */
  readonly uploadedAt: string
  /** The table that was joined to it, and the columns that requests may carry beside the model's own. */
  readonly joined?: JoinedColumns
}

/** What was put beside a model's own columns when it was deployed. */
export interface JoinedColumns {
  readonly table: {
    readonly fileName: string
    readonly sha256: string
    readonly key: string
    readonly unknown: 'refuse' | 'median'
  } | null
  readonly accept: readonly string[]
}

/** What evaluation left of a version, for the page and for explanations; every part may be missing. */
export interface FeatureRange {
  readonly minimum: number
  readonly maximum: number
}

export interface ModelReport {
  /** How the rows for the figures were put aside, in words: "25 % of the rows, seed 42". */
  readonly evaluation?: string
  readonly perClass?: readonly {
    readonly label: string
    readonly precision: number
    readonly recall: number
    readonly f1: number
    readonly support: number
  }[]
  /** `counts[actual][predicted]`, both in the order of `labels`. */
  readonly confusion?: {
    readonly labels: readonly string[]
    readonly counts: readonly (readonly number[])[]
  }
  /** A sample of the rows put aside; both lists have the same length. */
  readonly residuals?: { readonly predicted: readonly number[]; readonly actual: readonly number[] }
  /** Strongest first; shares add up to 1. */
  readonly importance?: readonly { readonly name: string; readonly share: number }[]
  /** Rows of the training data to compare others with. */
  readonly background?: readonly Row[]
  /** Smallest and largest value of each number that was learned from. */
  readonly ranges?: Readonly<Record<string, FeatureRange>>
}
