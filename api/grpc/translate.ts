// Between the protocol's messages over gRPC and its bodies over REST; the server behind them is one and the same.

import { isObject, readBody, type WrittenTensor } from '#core/open-inference/body.ts'
import {
  DATATYPES,
  type Datatype,
  isDatatype,
  quote,
  TensorError,
} from '#core/open-inference/tensor.ts'
import { writeBinaryData } from '#core/open-inference/tensor-binary.ts'
import type {
  InferInputTensor,
  InferParameter,
  InferTensorContents,
  ModelInferRequest,
  ModelInferResponse,
} from './messages.ts'

/** Where each datatype's values stand when they are not sent as bytes. */
const CONTENTS = {
  BOOL: 'bool_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
} as const satisfies Record<Datatype, keyof InferTensorContents>

export interface RestBody {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headerLength: number
}

/** What `POST …/infer` takes for a request; answers come in the form in which the inputs came. Throws TensorError. */
export function toRestBody(request: ModelInferRequest): RestBody {
  const { inputs, raw_input_contents: raw, outputs, id, parameters } = request
  const isRaw = raw.length > 0
  if (isRaw && raw.length !== inputs.length) {
    throw new TensorError(
      `There are ${inputs.length} inputs and ${raw.length} raw_input_contents; send one for each, or none.`,
    )
  }
  const tails: Uint8Array[] = []
  const entries = inputs.map((input, index) => {
    const { name, datatype, shape } = input
    const content = isRaw ? raw[index] : contentOf(input)
    const own = parametersOf(input.parameters)
    if (!(content instanceof Uint8Array)) {
      // A size beside values would make a reader look for bytes that are not there.
      const { binary_data_size: _size, ...rest } = own
      return { name, datatype, shape, parameters: rest, data: content }
    }
    tails.push(content)
    return { name, datatype, shape, parameters: { ...own, binary_data_size: content.byteLength } }
  })
  const json = {
    ...(id !== '' && { id }),
    parameters: { ...parametersOf(parameters), binary_data_output: isRaw },
    inputs: entries,
    ...(outputs.length > 0 && {
      outputs: outputs.map((output) => {
        const { binary_data: _form, ...rest } = parametersOf(output.parameters)
        return { name: output.name, parameters: rest }
      }),
    }),
  }
  const head = new TextEncoder().encode(JSON.stringify(json))
  return { body: Buffer.concat([head, ...tails]), headerLength: head.byteLength }
}

/** Floats as bytes, since JSON would make an infinity a missing number; everything else as JSON values. */
function contentOf({
  name,
  datatype,
  contents,
}: InferInputTensor): Uint8Array | readonly unknown[] {
  // The server says which datatypes there are.
  if (!isDatatype(datatype)) return []
  const values: readonly unknown[] = contents?.[CONTENTS[datatype]] ?? []
  if (DATATYPES[datatype].kind === 'real') {
    return writeBinaryData({ datatype, values: values.map(Number) })
  }
  return datatype === 'BYTES' ? values.map((value) => textOf(name, value)) : values
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(name: string, value: unknown): string {
  try {
    if (value instanceof Uint8Array) return decoder.decode(value)
  } catch (error) {
    throw new TensorError(`A value of ${quote(name)} is not text in UTF-8.`, { cause: error })
  }
  throw new TensorError(`A value of ${quote(name)} is no bytes.`)
}

function parametersOf(
  parameters: Readonly<Record<string, InferParameter>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const { parameter_choice: choice } = parameter
      return [name, choice === undefined ? null : parameter[choice]]
    }),
  )
}

/** The answer of `POST …/infer` as a message. */
export function toInferResponse(
  bytes: Uint8Array,
  headerLength: string | null,
): ModelInferResponse {
  const { json, tensors } = readBody('outputs', bytes, headerLength)
  const isRaw = headerLength !== null
  const entries: readonly unknown[] = Array.isArray(json['outputs']) ? json['outputs'] : []
  return {
    model_name: textIn(json, 'model_name'),
    model_version: textIn(json, 'model_version'),
    id: textIn(json, 'id'),
    outputs: tensors.map((tensor, index) => ({
      name: tensor.name,
      datatype: tensor.datatype,
      shape: tensor.shape,
      parameters: textParameters(entries[index]),
      ...(isRaw ? {} : { contents: { [CONTENTS[tensor.datatype]]: contentsOf(tensor) } }),
    })),
    raw_output_contents: isRaw ? tensors.map(writeBinaryData) : [],
  }
}

function contentsOf({ datatype, values }: WrittenTensor): readonly unknown[] {
  const list = Array.from<number | string>(values)
  return datatype === 'BYTES' ? list.map((value) => Buffer.from(String(value))) : list
}

function textIn(json: Readonly<Record<string, unknown>>, name: string): string {
  const value = json[name]
  return typeof value === 'string' ? value : ''
}

/** Names of classes and outputs; how many bytes there are is seen. */
function textParameters(entry: unknown): Readonly<Record<string, InferParameter>> {
  const parameters = isObject(entry) ? entry['parameters'] : undefined
  if (!isObject(parameters)) return {}
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, { string_param: value }]] : [],
    ),
  )
}
