// The workers of large batches: started at need, given whole buffers, drained by message and never terminated mid-run.

import { Worker } from 'node:worker_threads'
import type { Logger } from '#core/operations/operation.ts'
import {
  type BatchModel,
  type BatchReply,
  type BatchRequest,
  transferable,
} from './batch-protocol.ts'
import type { EncodedRows } from './engine.ts'
import { InferenceError } from './inference-error.ts'
import type { RunOutputs } from './outputs.ts'

export interface BatchPool {
  readonly size: number
  /** Names a model for `run`; nothing is sent before its first batch. */
  register(model: BatchModel): number
  /** Takes the rows' buffers away from the caller. */
  run(modelId: number, rows: EncodedRows): Promise<RunOutputs>
  /** Frees the model in every worker that has it, after its batches there. */
  unregister(modelId: number): void
  close(): Promise<void>
}

interface Job {
  readonly resolve: (outputs: RunOutputs) => void
  readonly reject: (reason: unknown) => void
}

interface PoolWorker {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
  readonly models: Set<number>
  readonly ended: Promise<void>
}

export function createBatchPool({ size, logger }: { size: number; logger: Logger }): BatchPool {
  const models = new Map<number, BatchModel>()
  const workers = new Set<PoolWorker>()
  let lastId = 0
  let isClosed = false

  function startWorker(): PoolWorker {
    const worker = new Worker(new URL('./batch-worker.ts', import.meta.url))
    const jobs = new Map<number, Job>()
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        endWorker(entry, 'ended')
        resolve()
      })
    })
    const entry: PoolWorker = { worker, jobs, models: new Set(), ended }
    worker.on('message', (reply: BatchReply) => settle(entry, reply))
    worker.on('error', (reason) => {
      logger.error({ reason: String(reason) }, 'batch-worker-failed')
      endWorker(entry, 'failed')
    })
    workers.add(entry)
    return entry
  }

  /** Batches of a worker that is gone fail; the next batch starts a new one. */
  function endWorker(entry: PoolWorker, how: string): void {
    workers.delete(entry)
    for (const job of entry.jobs.values()) {
      job.reject(new InferenceError(`The batch was lost: its worker ${how}. Please try again.`))
    }
    entry.jobs.clear()
  }

  function settle(entry: PoolWorker, reply: BatchReply): void {
    const job = entry.jobs.get(reply.jobId)
    entry.jobs.delete(reply.jobId)
    // An idle worker must not keep a command alive that has finished.
    if (entry.jobs.size === 0) entry.worker.unref()
    if (reply.kind === 'done') {
      job?.resolve(reply.outputs)
      return
    }
    logger.warn({ reason: reply.reason }, 'batch-failed')
    job?.reject(new InferenceError('The model failed on this batch.'))
  }

  function chooseWorker(): PoolWorker {
    const [first, ...others] = workers
    if (first === undefined) return startWorker()
    const least = others.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a), first)
    return least.jobs.size > 0 && workers.size < size ? startWorker() : least
  }

  return {
    size,
    register(model) {
      lastId++
      models.set(lastId, model)
      return lastId
    },
    run(modelId, rows) {
      const model = models.get(modelId)
      if (isClosed || model === undefined) {
        return Promise.reject(new InferenceError('This version of the model has been closed.'))
      }
      const entry = chooseWorker()
      if (!entry.models.has(modelId)) {
        entry.models.add(modelId)
        send(entry, { kind: 'load', modelId, model })
      }
      lastId++
      const jobId = lastId
      return new Promise((resolve, reject) => {
        entry.jobs.set(jobId, { resolve, reject })
        entry.worker.ref()
        send(entry, { kind: 'run', modelId, jobId, rows }, transferable(rows.columns))
      })
    },
    unregister(modelId) {
      models.delete(modelId)
      for (const entry of workers) {
        if (entry.models.delete(modelId)) send(entry, { kind: 'unload', modelId })
      }
    },
    async close() {
      isClosed = true
      const open = [...workers]
      for (const entry of open) {
        entry.worker.ref()
        send(entry, { kind: 'close' })
      }
      await Promise.all(open.map((entry) => entry.ended))
    },
  }
}

function send(entry: PoolWorker, request: BatchRequest, buffers: ArrayBuffer[] = []): void {
  entry.worker.postMessage(request, buffers)
}
