// From what an inference server says of a model to a signature: which columns rows have, and what the answer means.

import type { ModelDescription, TensorBinding } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import type { ReadModelResult } from '#core/formats/reader.ts'
import { type SignatureHints, signatureOf } from '#core/formats/signature.ts'
import type { FeatureType, InputField, Task } from '#core/model.ts'
import { DATATYPES, type Datatype } from '#core/open-inference/tensor.ts'
import { type RemoteDescription, type RemoteTensor, writeRemote } from './description.ts'

type TensorType = TensorBinding['inputs'][number]['type']

/** How a column of each datatype is held here before it is sent, and what people write in it. */
const HELD = {
  BOOL: { type: 'bool', field: 'boolean' },
  UINT8: { type: 'int32', field: 'integer' },
  UINT16: { type: 'int32', field: 'integer' },
  UINT32: { type: 'int64', field: 'integer' },
  UINT64: { type: 'int64', field: 'integer' },
  INT8: { type: 'int32', field: 'integer' },
  INT16: { type: 'int32', field: 'integer' },
  INT32: { type: 'int32', field: 'integer' },
  INT64: { type: 'int64', field: 'integer' },
  FP32: { type: 'float32', field: 'float' },
  FP64: { type: 'float64', field: 'float' },
  BYTES: { type: 'string', field: 'string' },
} as const satisfies Record<Datatype, { type: TensorType; field: FeatureType }>

interface Answer {
  readonly task: Task
  readonly classes: readonly string[] | null
  readonly outputNames: readonly string[] | null
  readonly binding: Pick<TensorBinding, 'probabilities' | 'label' | 'values'>
}

/** Throws a FormatError where it is not plain what the model takes or answers, with what to say beside the address. */
export function readRemoteModel(remote: RemoteDescription, hints: SignatureHints): ReadModelResult {
  const inputs = bindInputs(remote.inputs, hints.features)
  const answer = readAnswer(remote.outputs, hints.classes)
  const fields = remote.inputs.flatMap((tensor, index) =>
    (inputs[index]?.fields ?? []).map(
      (name): InputField => ({ name, type: HELD[tensor.datatype].field, optional: false }),
    ),
  )
  const description: Omit<ModelDescription, 'predictor'> = {
    task: answer.task,
    library: REMOTE_LIBRARY,
    libraryVersion: null,
    modelClass: remote.platform ?? 'remote model',
    objective: null,
    inputs: fields,
    namesKnown: true,
    classes: answer.classes,
    outputNames: answer.outputNames,
    missingValue: null,
    warnings: [],
  }
  return {
    onnx: writeRemote(remote),
    binding: { inputs, ...answer.binding },
    signature: signatureOf(description, hints),
    library: description.library,
    libraryVersion: null,
    modelClass: description.modelClass,
    objective: null,
    warnings: [`This version runs at ${remote.url}: it answers only while that server does.`],
    facts: { address: remote.url },
  }
}

export const REMOTE_LIBRARY = 'open-inference'

function bindInputs(
  tensors: readonly RemoteTensor[],
  features: readonly string[] | undefined,
): TensorBinding['inputs'] {
  const unknown = tensors.filter(({ shape }) => shape[1] === -1)
  const known = tensors.reduce((sum, { shape }) => sum + Math.max(0, shape[1] ?? 1), 0)
  const [open] = unknown
  if (open !== undefined && (features === undefined || unknown.length > 1)) {
    throw unclear(
      `The server does not say how many columns ${JSON.stringify(open.name)} has. Give the names of the features in their order.`,
    )
  }
  const openWidth = open === undefined ? 0 : (features?.length ?? 0) - known
  if (features !== undefined && (openWidth < 0 || known + openWidth !== features.length)) {
    throw unclear(`The model takes ${known} features; ${features.length} names were given.`)
  }
  let next = 0
  const names = tensors.map(({ name, shape }) => {
    if (shape[0] !== -1 && shape[0] !== 1) {
      throw unclear(`${JSON.stringify(name)} takes ${shape[0]} rows at a time, not any number.`)
    }
    const width = shape[1] === -1 ? openWidth : (shape[1] ?? 1)
    const given = features?.slice(next, next + width)
    next += width
    return (
      given ?? (width === 1 ? [name] : Array.from({ length: width }, (_, at) => `${name}_${at}`))
    )
  })
  const all = names.flat()
  if (new Set(all).size !== all.length) throw unclear('Two features have the same name.')
  return tensors.map(({ name, datatype, shape }, index) => ({
    tensor: name,
    type: HELD[datatype].type,
    fields: names[index] ?? [],
    rank: shape.length === 1 ? (1 as const) : (2 as const),
  }))
}

/**
 * Numbers beside a label, or beside classes that somebody named, are probabilities; numbers alone are values. Labels alone
 * are a classifier that does not say how sure it is.
 */
function readAnswer(
  outputs: readonly RemoteTensor[],
  given: readonly string[] | undefined,
): Answer {
  const numbers = outputs.filter(({ datatype }) => DATATYPES[datatype].kind === 'real')
  const labels = outputs.filter(
    ({ datatype, shape }) => DATATYPES[datatype].kind !== 'real' && (shape[1] ?? 1) === 1,
  )
  const [scores] = numbers
  const [label] = labels
  if (numbers.length > 1 || labels.length > 1 || (scores ?? label) === undefined) {
    const names = outputs.map(({ name }) => JSON.stringify(name)).join(', ')
    throw unclear(
      `The outputs are ${names}: one of numbers, one of labels, or one of each can be answered.`,
    )
  }
  const named = given ?? listIn(scores, 'classes')
  if (label === undefined && named === undefined) return valuesOf(scores)
  const width = scores?.shape[1] ?? 1
  const classes = named ?? countedClasses(scores === undefined ? 0 : width)
  if (
    scores !== undefined &&
    width !== -1 &&
    width !== classes.length &&
    !(width === 1 && classes.length === 2)
  ) {
    throw unclear(`The model gives ${width} probabilities; ${classes.length} classes were given.`)
  }
  return {
    task: classes.length === 2 ? 'binary_classification' : 'multiclass_classification',
    classes,
    outputNames: null,
    binding: {
      ...(scores !== undefined && { probabilities: scores.name }),
      ...(label !== undefined && { label: label.name }),
    },
  }
}

function valuesOf(scores: RemoteTensor | undefined): Answer {
  if (scores === undefined) throw unclear('The model has no outputs.')
  const width = scores.shape[1] ?? 1
  if (width === -1) {
    throw unclear(
      `The server does not say how many numbers ${JSON.stringify(scores.name)} holds; name its classes.`,
    )
  }
  const named = listIn(scores, 'names')
  const outputNames =
    width === 1 ? null : (named ?? Array.from({ length: width }, (_, at) => `${scores.name}_${at}`))
  return { task: 'regression', classes: null, outputNames, binding: { values: scores.name } }
}

/** As Parley's own servers write it into a tensor's parameters. */
function listIn(tensor: RemoteTensor | undefined, name: string): readonly string[] | undefined {
  const text = tensor?.parameters?.[name]
  if (typeof text !== 'string') return undefined
  try {
    const list: unknown = JSON.parse(text)
    const isNames = Array.isArray(list) && list.every((one) => typeof one === 'string')
    return isNames && list.length > 0 ? list : undefined
  } catch {
    return undefined
  }
}

/** `0`, `1`, `2`: what a label of whole numbers says, and what stands in where nothing names them. */
function countedClasses(width: number): readonly string[] {
  return Array.from({ length: Math.max(0, width) }, (_, at) => String(at))
}

function unclear(message: string): FormatError {
  return new FormatError(message, 0, 'unreadable_model')
}
