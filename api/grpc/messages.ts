// The messages of the protocol over gRPC, as the library hands them over: names as in the proto file, 64-bit numbers as doubles.

/** With `oneofs`, the field that is set is named by `parameter_choice`. */
export interface InferParameter {
  readonly parameter_choice?:
    | 'bool_param'
    | 'int64_param'
    | 'string_param'
    | 'double_param'
    | 'uint64_param'
  readonly bool_param?: boolean
  readonly int64_param?: number
  readonly string_param?: string
  readonly double_param?: number
  readonly uint64_param?: number
}

type Parameters = Readonly<Record<string, InferParameter>>

export interface InferTensorContents {
  readonly bool_contents?: readonly boolean[]
  readonly int_contents?: readonly number[]
  readonly int64_contents?: readonly number[]
  readonly uint_contents?: readonly number[]
  readonly uint64_contents?: readonly number[]
  readonly fp32_contents?: readonly number[]
  readonly fp64_contents?: readonly number[]
  readonly bytes_contents?: readonly Uint8Array[]
}

export interface InferInputTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters: Parameters
  readonly contents: InferTensorContents | null
}

export interface ModelInferRequest {
  readonly model_name: string
  readonly model_version: string
  readonly id: string
  readonly parameters: Parameters
  readonly inputs: readonly InferInputTensor[]
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[]
  readonly raw_input_contents: readonly Uint8Array[]
}

interface InferOutputTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters: Parameters
  readonly contents?: InferTensorContents
}

export interface ModelInferResponse {
  readonly model_name: string
  readonly model_version: string
  readonly id: string
  readonly outputs: readonly InferOutputTensor[]
  readonly raw_output_contents: readonly Uint8Array[]
}

export interface ModelRequest {
  readonly name: string
  readonly version: string
}

export interface RepositoryIndexRequest {
  readonly ready: boolean
}

export interface RepositoryModelRequest {
  readonly model_name: string
  readonly parameters: Readonly<Record<string, unknown>>
}
