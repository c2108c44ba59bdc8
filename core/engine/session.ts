// Runs a model on onnxruntime: one session, fed from encoded rows.

import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { TensorBinding } from '#core/formats/description.ts'
import type { Column } from './encoded-rows.ts'
import type { EncodedRows } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import type { LabelColumn, NumberColumns, RunOutputs } from './outputs.ts'

/** One thread a session: more only help large quiet batches, and cost twice the time when the other cores are busy. */
const THREADS = 1

/** Errors only: warnings about odd graphs would go straight to the server's standard error. */
const LOG_SEVERITY_ERROR = 3

export interface ModelSession {
  run(rows: EncodedRows): Promise<RunOutputs>
  /** Frees native memory; call once, after the last run has ended. */
  release(): Promise<void>
}

/** Throws what onnxruntime throws when the bytes are no graph it can run, and InferenceError where the binding does not fit. */
export async function createSession(
  onnx: Uint8Array,
  binding: TensorBinding,
): Promise<ModelSession> {
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: THREADS,
    interOpNumThreads: THREADS,
    logSeverityLevel: LOG_SEVERITY_ERROR,
  })
  const outputs = [binding.probabilities, binding.label, binding.values].filter(
    (name) => name !== undefined,
  )
  const missing =
    binding.inputs.find((input) => !session.inputNames.includes(input.tensor))?.tensor ??
    outputs.find((name) => !session.outputNames.includes(name))
  if (missing !== undefined || outputs.length === 0) {
    await session.release()
    throw new InferenceError(`The graph has no tensor "${missing ?? 'output'}".`)
  }
  return {
    async run(rows) {
      const feeds: Record<string, Tensor> = {}
      binding.inputs.forEach((input, index) => {
        const column = rows.columns[index]
        if (column === undefined) throw new InferenceError(`No values for "${input.tensor}".`)
        const shape = input.rank === 1 ? [rows.count] : [rows.count, input.fields.length]
        feeds[input.tensor] = createTensor(column, shape)
      })
      const results = await session.run(feeds, outputs)
      return {
        probabilities: readNumbers(results, binding.probabilities, rows.count),
        label: readLabels(results, binding.label, rows.count),
        values: readNumbers(results, binding.values, rows.count),
      }
    },
    release: () => session.release(),
  }
}

function createTensor(column: Column, shape: readonly number[]): Tensor {
  if (Array.isArray(column)) return new Tensor('string', column, shape)
  if (column instanceof Float32Array) return new Tensor('float32', column, shape)
  if (column instanceof Float64Array) return new Tensor('float64', column, shape)
  if (column instanceof Int32Array) return new Tensor('int32', column, shape)
  if (column instanceof BigInt64Array) return new Tensor('int64', column, shape)
  return new Tensor('bool', column, shape)
}

type Results = InferenceSession.OnnxValueMapType

function readNumbers(
  results: Results,
  name: string | undefined,
  count: number,
): NumberColumns | null {
  const tensor = name === undefined ? undefined : results[name]
  if (tensor === undefined) return null
  const { data } = tensor
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InferenceError(`The model's output "${name}" does not hold numbers with fractions.`)
  }
  if (data.length === 0 || data.length % count !== 0) throw wrongShape(name)
  return { data, width: data.length / count }
}

function readLabels(results: Results, name: string | undefined, count: number): LabelColumn | null {
  const tensor = name === undefined ? undefined : results[name]
  if (tensor === undefined) return null
  const { data } = tensor
  if (data.length !== count) throw wrongShape(name)
  if (data instanceof BigInt64Array || data instanceof Int32Array) return data
  if (Array.isArray(data)) return data.map(String)
  throw new InferenceError(`The model's output "${name}" holds no labels.`)
}

function wrongShape(name: string | undefined): InferenceError {
  return new InferenceError(`The model's output "${name}" has not one entry for each row.`)
}
