// Bodies of the protocol over HTTP: JSON alone, or JSON with the tensors' bytes behind it (the binary tensor extension).

import {
  countOf,
  DATATYPES,
  isDatatype,
  isShape,
  MAX_VALUES,
  quote,
  type Tensor,
  TensorError,
} from './tensor.ts'
import { readBinaryData, writeBinaryData } from './tensor-binary.ts'
import { readJsonData, writeJsonData } from './tensor-json.ts'

/** Says how many bytes of a body are JSON; absent where all are. */
export const HEADER_LENGTH = 'inference-header-content-length'

/** More tensors than a table with the most features has. */
const MAX_TENSORS = 10_000

type JsonObject = Readonly<Record<string, unknown>>

/** A body taken apart; `tensors` stands for the list named `inputs` in a request and `outputs` in an answer. */
export interface InferenceBody {
  readonly json: JsonObject
  readonly tensors: readonly Tensor[]
}

/**
 * Reads a request (`inputs`) or an answer (`outputs`). `headerLength` is the value of HEADER_LENGTH, null where it was not
 * sent. Throws TensorError where it is not what the protocol says, with the reason in words.
 */
export function readBody(
  list: 'inputs' | 'outputs',
  bytes: Uint8Array,
  headerLength: string | null,
): InferenceBody {
  const length = headerLength === null ? bytes.byteLength : readLength(headerLength, bytes)
  const json = parseObject(bytes.subarray(0, length))
  const entries = json[list]
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new TensorError(`"${list}" must be a list of at least one tensor.`)
  }
  if (entries.length > MAX_TENSORS) {
    throw new TensorError(`"${list}" has more than ${MAX_TENSORS} tensors.`)
  }
  let at = length
  const take = (name: string, size: number): Uint8Array => {
    if (at + size > bytes.byteLength) {
      throw new TensorError(`The body ends before the ${size} bytes of ${quote(name)}.`)
    }
    at += size
    return bytes.subarray(at - size, at)
  }
  let values = 0
  const tensors = entries.map((entry) => {
    const tensor = readTensor(entry, take)
    values += tensor.values.length
    if (values > MAX_VALUES) throw new TensorError(TOO_MANY)
    return tensor
  })
  if (at !== bytes.byteLength) {
    throw new TensorError(`The body has ${bytes.byteLength - at} bytes that belong to no tensor.`)
  }
  return { json, tensors }
}

const TOO_MANY = `One request may hold ${MAX_VALUES} values. Send fewer rows at a time.`

const WHOLE_NUMBER = /^\d{1,12}$/

function readLength(header: string, bytes: Uint8Array): number {
  const length = WHOLE_NUMBER.test(header) ? Number(header) : Number.NaN
  if (length <= bytes.byteLength) return length
  throw new TensorError(
    'Inference-Header-Content-Length must be the number of bytes of the JSON, and no more than the body has.',
  )
}

function parseObject(bytes: Uint8Array): JsonObject {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new TensorError('The body is not valid JSON.', { cause: error })
  }
  if (isObject(parsed)) return parsed
  throw new TensorError('The body must be a JSON object.')
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readTensor(entry: unknown, take: (name: string, size: number) => Uint8Array): Tensor {
  if (!isObject(entry)) throw new TensorError('Each tensor must be a JSON object.')
  const { name, datatype, shape, data } = entry
  if (typeof name !== 'string' || name === '') {
    throw new TensorError('Each tensor must have a name, which is a text.')
  }
  if (!isDatatype(datatype)) {
    throw new TensorError(
      `The datatype of ${quote(name)} must be one of ${Object.keys(DATATYPES).join(', ')}.`,
    )
  }
  const count = countOf(name, shape)
  // `countOf` has thrown where it is none; this tells the compiler.
  if (!isShape(shape)) throw new TensorError(`${quote(name)} has no shape.`)
  const size = binarySizeOf(name, entry)
  if (size === null) {
    return { name, datatype, shape, values: readJsonData(name, datatype, data, count) }
  }
  if (data !== undefined) {
    throw new TensorError(`${quote(name)} has both "data" and "binary_data_size"; send one.`)
  }
  return { name, datatype, shape, values: readBinaryData(name, datatype, take(name, size), count) }
}

function binarySizeOf(name: string, { parameters }: JsonObject): number | null {
  if (parameters === undefined || parameters === null) return null
  if (!isObject(parameters)) {
    throw new TensorError(`The parameters of ${quote(name)} must be a JSON object.`)
  }
  if (parameters['shared_memory_region'] !== undefined) {
    throw new TensorError(`${quote(name)} lies in shared memory, which is not read here.`)
  }
  const size = parameters['binary_data_size']
  if (size === undefined) return null
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
  throw new TensorError(`The binary_data_size of ${quote(name)} must be a whole number.`)
}

/** A tensor to be written; `parameters` go along with it. */
export interface WrittenTensor extends Tensor {
  readonly parameters?: JsonObject
}

/** JSON alone where no tensor is binary; else its JSON, the bytes behind it and the value of HEADER_LENGTH. */
export function writeBody(
  list: 'inputs' | 'outputs',
  rest: JsonObject,
  tensors: readonly WrittenTensor[],
  isBinary: (tensor: WrittenTensor) => boolean,
): { readonly body: string | Uint8Array; readonly headerLength: number | null } {
  const parts: Uint8Array[] = []
  const entries = tensors.map((tensor) => {
    const { name, datatype, shape, parameters } = tensor
    if (!isBinary(tensor)) {
      const data = writeJsonData(tensor)
      return { name, datatype, shape, ...(parameters !== undefined && { parameters }), data }
    }
    const bytes = writeBinaryData(tensor)
    parts.push(bytes)
    const all = { ...parameters, binary_data_size: bytes.byteLength }
    return { name, datatype, shape, parameters: all }
  })
  const json = JSON.stringify({ ...rest, [list]: entries })
  if (!tensors.some(isBinary)) return { body: json, headerLength: null }
  const head = new TextEncoder().encode(json)
  return { body: Buffer.concat([head, ...parts]), headerLength: head.byteLength }
}
