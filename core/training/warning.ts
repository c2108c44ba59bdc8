// What a person should know about their data before they trust a model made of it.

export const WARNING_CODES = [
  'leak',
  'identifier',
  'constant',
  'date',
  'text',
  'duplicates',
  'imbalance',
  'missing',
  'missing_target',
  'repeated_test',
  'not_converged',
  'onnx',
] as const

export interface TrainingWarning {
  readonly code: (typeof WARNING_CODES)[number]
  /** The column that it is about, or null. */
  readonly column: string | null
  readonly message: string
}
