// Runs a model on onnxruntime: one session, fed from encoded rows.

import { InferenceSession, Tensor } from '#core/engine/onnxruntime.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import { readOnnxMetadata } from '#core/formats/onnx/read-metadata.ts'
import { readSteps } from '#core/pipeline/steps.ts'
import { type Column, copyRows } from './encoded-rows.ts'
import type { EncodedRows } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import { joinOutputs, type LabelColumn, type NumberColumns, type RunOutputs } from './outputs.ts'
import { createTextSteps, type TextSteps } from './text-steps.ts'

/** One thread a session: more only help large quiet batches, and cost twice the time when the other cores are busy. */
const THREADS = 1

/** Errors only: warnings about odd graphs would go straight to the server's standard error. */
const LOG_SEVERITY_ERROR = 3

/**
 * onnxruntime folds a factor before or after a product of matrices into the product, as a float32 even among doubles; that
 * costs nine of a double's digits, so it is left out.
 */
const LEFT_OUT_OPTIMIZERS = 'MatMulScaleFusion'

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
  const steps = createTextSteps(readSteps(readOnnxMetadata(onnx)), binding)
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: THREADS,
    interOpNumThreads: THREADS,
    logSeverityLevel: LOG_SEVERITY_ERROR,
    extra: { optimization: { disable_specified_optimizers: LEFT_OUT_OPTIMIZERS } },
  })
  const outputs = [binding.probabilities, binding.label, binding.values].filter(
    (name) => name !== undefined,
  )
  const missing =
    missingInput(session, binding, steps) ??
    outputs.find((name) => !session.outputNames.includes(name))
  if (missing !== undefined || outputs.length === 0) {
    await session.release()
    throw new InferenceError(`The graph has no tensor "${missing ?? 'output'}".`)
  }
  const taken = new Set(session.inputNames)

  async function runPart(rows: EncodedRows): Promise<RunOutputs> {
    const feeds: Record<string, Tensor> = {}
    binding.inputs.forEach((input, index) => {
      // Texts that only steps read never reach the graph.
      if (!taken.has(input.tensor)) return
      const column = rows.columns[index]
      if (column === undefined) throw new InferenceError(`No values for "${input.tensor}".`)
      const shape = input.rank === 1 ? [rows.count] : [rows.count, input.fields.length]
      feeds[input.tensor] = createTensor(column, shape)
    })
    const made = steps.run(rows)
    for (const { tensor, data, width } of made) {
      feeds[tensor] = new Tensor('float64', data, [rows.count, width])
    }
    const results = await session.run(feeds, outputs)
    for (const { free } of made) free()
    return {
      probabilities: readNumbers(results, binding.probabilities, rows.count),
      label: readLabels(results, binding.label, rows.count),
      values: readNumbers(results, binding.values, rows.count),
    }
  }

  return {
    async run(rows) {
      if (steps.outputs.length === 0 || rows.count <= steps.rowsAtOnce) return runPart(rows)
      const parts: RunOutputs[] = []
      for (let start = 0; start < rows.count; start += steps.rowsAtOnce) {
        const count = Math.min(steps.rowsAtOnce, rows.count - start)
        parts.push(await runPart(copyRows(binding, rows, start, count)))
      }
      return joinOutputs(parts)
    },
    release: () => session.release(),
  }
}

/** A tensor of the binding or of a step that the graph does not take; texts may be there for steps alone. */
function missingInput(
  { inputNames }: InferenceSession,
  binding: TensorBinding,
  steps: TextSteps,
): string | undefined {
  const bound = binding.inputs.map((input) => input.tensor)
  return [...bound.filter((tensor) => !steps.inputs.has(tensor)), ...steps.outputs].find(
    (tensor) => !inputNames.includes(tensor),
  )
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
