// The engine: loads versions, proves a first prediction, and runs rows in the fastest way that agrees with onnxruntime.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Logger } from '#core/operations/operation.ts'
import { createColumn } from './encoded-rows.ts'
import { createEncoder } from './encoder.ts'
import type { EncodedRows, Engine, LoadableModel, LoadedModel } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import { readPredictions } from './predictions.ts'
import { createRunQueue } from './run-queue.ts'
import { createSession, type ModelSession } from './session.ts'

export interface EngineOptions {
  readonly logger: Logger
}

type OpenModel = LoadedModel & { close(): Promise<void> }

export function createEngine(options: EngineOptions): Engine {
  const open = new Set<OpenModel>()
  let isClosed = false

  return {
    async load(model) {
      if (isClosed) return fail('unavailable', 'The engine is shutting down.')
      const loaded = await loadModel(model, options, (closed) => open.delete(closed))
      if (loaded.ok) open.add(loaded.value)
      return loaded
    },
    async close() {
      isClosed = true
      await Promise.all([...open].map((model) => model.close()))
    },
  }
}

async function loadModel(
  model: LoadableModel,
  { logger }: EngineOptions,
  onClose: (model: OpenModel) => void,
): Promise<Outcome<OpenModel>> {
  let session: ModelSession | null = null
  try {
    session = await createSession(model.onnx, model.binding)
    await checkFirstPrediction(model, session)
    return succeed(createLoadedModel(model, session, onClose))
  } catch (reason) {
    await session?.release()
    // What onnxruntime says may name paths of this machine, so it goes to the log alone.
    logger.warn({ reason: String(reason) }, 'model-load-failed')
    const detail = reason instanceof InferenceError ? ` ${reason.message}` : ''
    return fail('unreadable_model', `The model's graph cannot be run.${detail}`)
  }
}

/** Runs one row of zeros and empty texts: a graph that fails on it would fail on everything. */
async function checkFirstPrediction(model: LoadableModel, session: ModelSession): Promise<void> {
  const columns = model.binding.inputs.map((input) => createColumn(input.type, input.fields.length))
  const outputs = await session.run({ count: 1, columns })
  readPredictions(model.signature, outputs, 1)
}

function createLoadedModel(
  { signature, binding }: LoadableModel,
  session: ModelSession,
  onClose: (model: OpenModel) => void,
): OpenModel {
  const queue = createRunQueue(binding, (rows) => session.run(rows))
  let closing: Promise<void> | null = null
  const loaded: OpenModel = {
    signature,
    backend: 'onnxruntime',
    ...createEncoder(signature, binding),
    async predict(rows: EncodedRows, signal?: AbortSignal) {
      signal?.throwIfAborted()
      if (closing !== null) throw new InferenceError('This version of the model has been closed.')
      if (rows.count === 0) return []
      return readPredictions(signature, await queue.run(rows, signal), rows.count)
    },
    close() {
      closing ??= (async () => {
        await queue.idle()
        await session.release()
        onClose(loaded)
      })()
      return closing
    },
  }
  return loaded
}
