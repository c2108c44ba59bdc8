// The worker of large batches: runs them away from the thread that answers requests.

import { parentPort } from 'node:worker_threads'
import {
  type BatchModel,
  type BatchReply,
  type BatchRequest,
  transferable,
} from './batch-protocol.ts'
import { createCompiledRunner } from './compiled-model.ts'
import type { EncodedRows } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import type { RunOutputs } from './outputs.ts'

interface OpenModel {
  readonly run: (rows: EncodedRows) => RunOutputs | Promise<RunOutputs>
  readonly release: () => Promise<void>
}

const models = new Map<number, Promise<OpenModel>>()

async function openModel(model: BatchModel): Promise<OpenModel> {
  if (model.kind === 'compiled') {
    const runner = createCompiledRunner(model.model)
    return { run: (rows) => runner.run(rows), release: () => Promise.resolve() }
  }
  // Loaded at need: compiled models do without onnxruntime's 20 MB.
  const { createSession } = await import('./session.ts')
  return createSession(model.onnx, model.binding)
}

async function runJob(request: Extract<BatchRequest, { kind: 'run' }>): Promise<BatchReply> {
  const { jobId } = request
  try {
    const model = await models.get(request.modelId)
    if (model === undefined) throw new InferenceError('This model is not in the worker.')
    return { kind: 'done', jobId, outputs: await model.run(request.rows) }
  } catch (reason) {
    return { kind: 'failed', jobId, reason: String(reason) }
  }
}

async function releaseModel(modelId: number): Promise<void> {
  const model = models.get(modelId)
  models.delete(modelId)
  await model?.then(
    (open) => open.release(),
    () => {},
  )
}

async function answer(request: BatchRequest): Promise<void> {
  switch (request.kind) {
    case 'load': {
      const model = openModel(request.model)
      // A model that does not open fails each of its jobs, not the worker.
      model.catch(() => {})
      models.set(request.modelId, model)
      return
    }
    case 'run': {
      const reply = await runJob(request)
      const buffers = reply.kind === 'done' ? outputBuffers(reply.outputs) : []
      parentPort?.postMessage(reply, buffers)
      return
    }
    case 'unload':
      return releaseModel(request.modelId)
    case 'close':
      for (const modelId of [...models.keys()]) await releaseModel(modelId)
      parentPort?.close()
      return
  }
}

function outputBuffers({ probabilities, values, label }: RunOutputs): ArrayBuffer[] {
  return transferable([probabilities?.data, values?.data, label])
}

let last = Promise.resolve()
parentPort?.on('message', (request: BatchRequest) => {
  last = last.then(() => answer(request))
})
