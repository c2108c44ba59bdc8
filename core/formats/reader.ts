// The edge of core/formats: reads a model file in a worker under limits and hands back ONNX and a signature.

import type { Signature } from '#core/model.ts'
import type { TensorBinding } from './description.ts'

export interface ReadModelRequest {
  readonly bytes: Uint8Array
  /** For messages and the guess of a name; never decides the format. */
  readonly fileName: string
  /** Feature names the person gave, in column order. */
  readonly features?: readonly string[]
  /** Class names the person gave, in the order of the codes. */
  readonly classes?: readonly string[]
  readonly positiveLabel?: string
}

export interface ReadModelResult {
  readonly onnx: Uint8Array
  readonly binding: TensorBinding
  readonly signature: Signature
  readonly library: string
  readonly libraryVersion: string | null
  readonly modelClass: string
  readonly objective: string | null
  readonly warnings: readonly string[]
  /** Trees, features, depth… for `describe_model` and `parley inspect`. */
  readonly facts: Readonly<Record<string, string | number>>
}

/** What a file holds, for `parley inspect`; nothing is registered. */
export interface InspectionResult {
  /** `pickle protocol 4`, `joblib (zlib)`, `XGBoost UBJSON`, `ONNX`… */
  readonly format: string
  /** One line an object found: "XGBClassifier of xgboost 1.7.6: binary:logistic, 100 trees, 3 features". */
  readonly objects: readonly string[]
  /** The model that Parley would deploy, or null and why not. */
  readonly model: Omit<ReadModelResult, 'onnx'> | null
  readonly problem: string | null
}
