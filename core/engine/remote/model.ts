// A version that runs on another inference server: rows are checked here, predicted there, and read back as any answer is.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import type { Prediction, Signature } from '#core/model.ts'
import { readBody, type WrittenTensor, writeBody } from '#core/open-inference/body.ts'
import { DATATYPES, type Tensor, TensorError } from '#core/open-inference/tensor.ts'
import { copyRows } from '../encoded-rows.ts'
import { createEncoder } from '../encoder.ts'
import type { EncodedRows, LoadableModel, LoadedModel } from '../engine.ts'
import { EngineFailure } from '../engine-failure.ts'
import { InferenceError } from '../inference-error.ts'
import type { LabelColumn, NumberColumns, RunOutputs } from '../outputs.ts'
import { readPredictions } from '../predictions.ts'
import type { RemoteAddress } from './address.ts'
import { type RemoteEngines, unavailable } from './client.ts'
import { type RemoteDescription, readRemote } from './description.ts'

type OpenModel = LoadedModel & { close(): Promise<void> }

/** Rows of one request; servers refuse batches beyond their own limit, which the protocol does not tell. */
const ROWS_AT_ONCE = 256

/** Nothing is asked of the server yet: a version of a server that is down loads, and answers when it is back. */
export function loadRemoteModel(
  { onnx, signature, binding }: LoadableModel,
  engines: RemoteEngines | null,
  onClose: (model: OpenModel) => void,
): Outcome<OpenModel> {
  const remote = readRemote(onnx)
  if (engines === null) {
    return fail('unavailable', 'This process runs no models of other inference servers.')
  }
  const address = engines.address(remote.url)
  if (!address.ok) {
    return { ok: false, failure: { ...address.failure, code: 'unavailable', details: [] } }
  }
  const loaded: OpenModel = {
    signature,
    backend: 'remote',
    ...createEncoder(signature, binding),
    predict: (rows, signal) =>
      predictAll({ engines, address: address.value, remote, signature, binding }, rows, signal),
    async close() {
      onClose(loaded)
    },
  }
  return succeed(loaded)
}

interface Remote {
  readonly engines: RemoteEngines
  readonly address: RemoteAddress
  readonly remote: RemoteDescription
  readonly signature: Signature
  readonly binding: TensorBinding
}

async function predictAll(
  remote: Remote,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<readonly Prediction[]> {
  const isOneByOne = remote.remote.inputs.some(({ shape }) => shape[0] === 1)
  const step = isOneByOne ? 1 : ROWS_AT_ONCE
  const predictions: Prediction[] = []
  for (let start = 0; start < rows.count; start += step) {
    signal?.throwIfAborted()
    const count = Math.min(step, rows.count - start)
    const part = copyRows(remote.binding, rows, start, count)
    predictions.push(...(await predictPart(remote, part, signal)))
  }
  return predictions
}

async function predictPart(
  remote: Remote,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<readonly Prediction[]> {
  const { engines, address, signature, binding } = remote
  const answer = await engines.infer(address, writeRequest(remote, rows), signal)
  if (!answer.ok) throw new EngineFailure(answer.failure)
  try {
    const { tensors } = readBody('outputs', answer.value, null)
    return readPredictions(signature, outputsOf(binding, tensors, rows.count), rows.count)
  } catch (error) {
    if (!(error instanceof TensorError || error instanceof InferenceError)) throw error
    const failed = unavailable(address.origin, `gave no usable answer: ${error.message}`)
    throw failed.ok ? error : new EngineFailure(failed.failure)
  }
}

function writeRequest({ remote, binding }: Remote, rows: EncodedRows): string {
  const tensors = remote.inputs.map(({ name, datatype, shape }, index): WrittenTensor => {
    const column = rows.columns[index] ?? []
    const width = binding.inputs[index]?.fields.length ?? 1
    const values = column instanceof BigInt64Array ? Array.from(column, Number) : column
    return {
      name,
      datatype,
      shape: shape.length === 1 ? [rows.count] : [rows.count, width],
      values,
    }
  })
  const { probabilities, label, values } = binding
  const outputs = [probabilities, label, values].flatMap((name) =>
    name === undefined ? [] : [{ name }],
  )
  const { body } = writeBody('inputs', { outputs }, tensors, () => false)
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

function outputsOf(binding: TensorBinding, tensors: readonly Tensor[], count: number): RunOutputs {
  const find = (name: string | undefined): Tensor | null => {
    if (name === undefined) return null
    const tensor = tensors.find((one) => one.name === name)
    if (tensor === undefined) throw new TensorError(`there is no output ${JSON.stringify(name)}.`)
    return tensor
  }
  return {
    probabilities: numbersOf(find(binding.probabilities), count),
    values: numbersOf(find(binding.values), count),
    label: labelsOf(find(binding.label), count),
  }
}

/** The width is what the values come to: [rows], [rows, n] and [n] of one row all mean the same. */
function numbersOf(tensor: Tensor | null, count: number): NumberColumns | null {
  if (tensor === null) return null
  const data = Float64Array.from(Array.from<number | string>(tensor.values), Number)
  const width = data.length / count
  if (!Number.isInteger(width) || width === 0 || DATATYPES[tensor.datatype].kind === 'text') {
    throw new TensorError(`${JSON.stringify(tensor.name)} does not hold numbers for ${count} rows.`)
  }
  return { data, width }
}

function labelsOf(tensor: Tensor | null, count: number): LabelColumn | null {
  if (tensor === null) return null
  const values = Array.from<number | string>(tensor.values)
  if (values.length !== count) {
    throw new TensorError(`${JSON.stringify(tensor.name)} does not hold ${count} labels.`)
  }
  return DATATYPES[tensor.datatype].kind === 'text'
    ? values.map(String)
    : BigInt64Array.from(values, (value) => BigInt(Math.trunc(Number(value))))
}
