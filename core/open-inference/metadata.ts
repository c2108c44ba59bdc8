// What the protocol says of a model: its inputs and outputs as tensors, -1 where the number of rows stands.

import type { InputField } from '#core/model.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { type AnswerField, answerFields } from './answers.ts'
import { isTextField } from './rows.ts'
import type { Datatype } from './tensor.ts'

export interface ModelMetadata {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly AnswerField[]
  readonly outputs: readonly AnswerField[]
}

/** What runs the artifact, in the words that the protocol's `platform` takes. */
const PLATFORM = 'onnxruntime_onnx'

/** `numbers` are the version's own number, or those of all of them; fields that the model does not look at are left out. */
export function metadataOf(version: VersionRecord, numbers: readonly number[]): ModelMetadata {
  const { signature, binding } = version
  const isSingle = new Set(
    binding.inputs.flatMap(({ type, fields }) => (type === 'float32' ? fields : [])),
  )
  return {
    name: version.model,
    versions: numbers.map(String),
    platform: PLATFORM,
    inputs: signature.inputs
      .filter((field) => field.unused !== true)
      .map((field) => ({
        name: field.name,
        datatype: datatypeOf(field, isSingle.has(field.name)),
        shape: [-1, 1],
      })),
    outputs: answerFields(signature),
  }
}

/** The datatype that loses nothing; others are taken too where their values fit. */
function datatypeOf(field: InputField, isSingle: boolean): Datatype {
  if (isTextField(field)) return 'BYTES'
  switch (field.type) {
    case 'float':
    case 'string':
      return isSingle ? 'FP32' : 'FP64'
    case 'boolean':
      return 'BOOL'
    case 'integer':
    case 'category':
      return 'INT64'
  }
}
