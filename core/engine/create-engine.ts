// The engine: loads versions, proves a first prediction, and runs rows in the fastest way that agrees with onnxruntime.

import { availableParallelism } from 'node:os'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import type { OnnxFile } from '#core/formats/onnx/graph.ts'
import { readOnnxGraph } from '#core/formats/onnx/read-graph.ts'
import { isArchive } from '#core/language/language-archive.ts'
import type { ModelFileStore } from '#core/language/open-language-model.ts'
import type { Prediction } from '#core/model.ts'
import { exampleRow } from '#core/operations/example-row.ts'
import type { Logger } from '#core/operations/operation.ts'
import { checkRows, outputsAgree } from './agreement.ts'
import { type Backend, createCompiledBackend, createSessionBackend } from './backends.ts'
import { type BatchPool, createBatchPool } from './batch-pool.ts'
import { type CompiledModel, compileProgram, createCompiledRunner } from './compiled-model.ts'
import { type Column, createColumn } from './encoded-rows.ts'
import { createEncoder, type Encoder } from './encoder.ts'
import type { EncodedRows, Engine, LoadableModel, LoadedModel } from './engine.ts'
import { readGraphProgram } from './graph-program.ts'
import { InferenceError } from './inference-error.ts'
import { loadLanguageModel } from './language-model.ts'
import type { RunOutputs } from './outputs.ts'
import { readPredictions } from './predictions.ts'
import type { RemoteEngines } from './remote/client.ts'
import { isRemote } from './remote/description.ts'
import { loadRemoteModel } from './remote/model.ts'
import { createSession, type ModelSession } from './session.ts'
import { findTreeProblem } from './tree-guard.ts'

/** A worker a core, and no more than this many: each holds a copy of the models it runs. */
const MAX_WORKERS = 8

export interface EngineOptions {
  readonly logger: Logger
  /** Threads for large batches; one for each core by default. */
  readonly workers?: number
  /** False runs everything on onnxruntime, for comparison. */
  readonly compile?: boolean
  /** Files of language models that are too large for their archive; none where absent. */
  readonly modelFiles?: ModelFileStore
  /** Where versions of other inference servers run; they cannot be loaded where absent. */
  readonly remotes?: RemoteEngines
}

type OpenModel = LoadedModel & { close(): Promise<void> }

export function createEngine(options: EngineOptions): Engine {
  const size = options.workers ?? Math.min(MAX_WORKERS, availableParallelism())
  const pool = createBatchPool({ size, logger: options.logger })
  const open = new Set<OpenModel>()
  let isClosed = false

  return {
    async load(model) {
      if (isClosed) return fail('unavailable', 'The engine is shutting down.')
      const loaded = await loadModel(model, options, pool, (closed) => open.delete(closed))
      if (loaded.ok) open.add(loaded.value)
      return loaded
    },
    async close() {
      isClosed = true
      await Promise.all([...open].map((model) => model.close()))
      await pool.close()
    },
  }
}

async function loadModel(
  model: LoadableModel,
  { logger, compile = true, modelFiles, remotes }: EngineOptions,
  pool: BatchPool,
  onClose: (model: OpenModel) => void,
): Promise<Outcome<OpenModel>> {
  const { onnx, signature, binding } = model
  let session: ModelSession | null = null
  try {
    if (isArchive(onnx)) return await loadLanguageModel(model, modelFiles ?? null, onClose)
    if (isRemote(onnx)) return loadRemoteModel(model, remotes ?? null, onClose)
    const file = readOnnxGraph(onnx)
    const problem = findTreeProblem(file)
    if (problem !== null) throw new InferenceError(problem)
    const encoder = createEncoder(signature, binding)
    session = await createSession(onnx, binding)
    await checkFirstPrediction(model, session, encoder)
    const compiled = compile ? await compileModel(file, binding, session, logger) : null
    const backend =
      compiled === null
        ? createSessionBackend(session, onnx, binding, pool)
        : createCompiledBackend(compiled, binding, pool)
    if (compiled !== null) await session.release()
    return succeed(createLoadedModel(signature, encoder, backend, onClose))
  } catch (reason) {
    await session?.release()
    // What onnxruntime says may name paths of this machine, so it goes to the log alone.
    logger.warn({ reason: String(reason) }, 'model-load-failed')
    const isForPeople = reason instanceof InferenceError || reason instanceof FormatError
    const detail = isForPeople ? ` ${reason.message}` : ''
    return fail('unreadable_model', `The model's graph cannot be run.${detail}`)
  }
}

/**
 * Runs one row: a graph that fails on it would fail on everything. Zeros and empty texts do for most; where they have no
 * answer (a logarithm, a category that must be known) the row that the signature gives as an example has to have one, or a
 * row of ones (the inverse of a hyperbolic cosine).
 */
async function checkFirstPrediction(
  { binding, signature }: LoadableModel,
  session: ModelSession,
  encoder: Encoder,
): Promise<void> {
  const columns = binding.inputs.map((input) => createColumn(input.type, input.fields.length))
  const tryRow = async (row: EncodedRows) =>
    readPredictions(signature, await session.run(row), row.count)
  try {
    await tryRow({ count: 1, columns })
  } catch (reason) {
    const example = encoder.encode([exampleRow(signature)], () => '')
    if (!example.ok) throw reason
    try {
      await tryRow(example.value)
    } catch {
      await tryRow({ count: 1, columns: columns.map(onesLike) })
    }
  }
}

/** Columns of other kinds than doubles stay as they are. */
function onesLike(column: Column): Column {
  return column instanceof Float64Array ? column.map(() => 1) : column
}

/** Null where the graph is not one of ours, too large to compile, or gives other results than onnxruntime. */
async function compileModel(
  file: OnnxFile,
  binding: TensorBinding,
  session: ModelSession,
  logger: Logger,
): Promise<CompiledModel | null> {
  const output = binding.values === undefined ? 'probabilities' : 'values'
  if (binding.label !== undefined || binding[output] === undefined) return null
  const program = readGraphProgram(file)
  const [input] = binding.inputs
  if (program === null || binding.inputs.length !== 1) return null
  if (input?.type !== 'float32' || input.fields.length !== program.featureCount) return null
  const compiled = compileProgram(program, output)
  if (compiled === null) return null
  const rows = checkRows(program)
  const agrees = outputsAgree(createCompiledRunner(compiled).run(rows), await session.run(rows))
  if (!agrees) logger.warn({}, 'compiled-model-disagrees')
  return agrees ? compiled : null
}

function createLoadedModel(
  signature: LoadableModel['signature'],
  encoder: Encoder,
  backend: Backend,
  onClose: (model: OpenModel) => void,
): OpenModel {
  let running = 0
  let closing: Promise<void> | null = null
  let whenIdle: (() => void) | null = null

  async function finish(
    outputs: Promise<RunOutputs>,
    count: number,
  ): Promise<readonly Prediction[]> {
    running++
    try {
      return readPredictions(signature, await outputs, count)
    } finally {
      running--
      if (running === 0) whenIdle?.()
    }
  }

  const loaded: OpenModel = {
    signature,
    backend: backend.name,
    ...encoder,
    predict(rows, signal) {
      try {
        signal?.throwIfAborted()
        if (closing !== null) throw new InferenceError('This version of the model has been closed.')
        if (rows.count === 0) return []
        const outputs = backend.run(rows, signal)
        // Compiled rows are ready by now; a promise would cost as much as they did.
        return outputs instanceof Promise
          ? finish(outputs, rows.count)
          : readPredictions(signature, outputs, rows.count)
      } catch (reason) {
        return Promise.reject(reason)
      }
    },
    close() {
      closing ??= (async () => {
        if (running > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
        await backend.close()
        onClose(loaded)
      })()
      return closing
    },
  }
  return loaded
}
