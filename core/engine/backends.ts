// The ways to run a version: compiled code in this thread, a session behind its queue, and workers for large batches.

import type { TensorBinding } from '#core/formats/description.ts'
import type { BatchPool } from './batch-pool.ts'
import { type CompiledModel, createCompiledRunner } from './compiled-model.ts'
import { copyRows } from './encoded-rows.ts'
import type { EncodedRows } from './engine.ts'
import { joinOutputs, type RunOutputs } from './outputs.ts'
import { createRunQueue } from './run-queue.ts'
import type { ModelSession } from './session.ts'

/** Comparisons that may hold up the thread that answers requests: about 10 ms. */
const MAX_WORK_HERE = 8_000_000

/** The same for a session, whose cost a row is not known: 10 ms for 100 trees. */
const MAX_SESSION_ROWS_HERE = 1024

/** Work of one message to a worker: long enough to outweigh the trip, short enough to share workers. */
const CHUNK_WORK = 32_000_000
const SESSION_CHUNK_ROWS = 8192
const MAX_CHUNK_ROWS = 65_536

export interface Backend {
  readonly name: 'compiled' | 'onnxruntime'
  /** At once where it takes less time than to wait for a promise. */
  run(rows: EncodedRows, signal: AbortSignal | undefined): RunOutputs | Promise<RunOutputs>
  /** Call when no run is under way. */
  close(): Promise<void>
}

export function createCompiledBackend(
  model: CompiledModel,
  binding: TensorBinding,
  pool: BatchPool,
): Backend {
  const runner = createCompiledRunner(model)
  const modelId = pool.register({ kind: 'compiled', model })
  const chunkRows = Math.min(MAX_CHUNK_ROWS, Math.ceil(CHUNK_WORK / model.workPerRow))
  return {
    name: 'compiled',
    run(rows, signal) {
      return rows.count * model.workPerRow <= MAX_WORK_HERE
        ? runner.run(rows)
        : runInChunks({ pool, modelId, binding, rows, chunkRows, signal })
    },
    async close() {
      pool.unregister(modelId)
    },
  }
}

export function createSessionBackend(
  session: ModelSession,
  onnx: Uint8Array,
  binding: TensorBinding,
  pool: BatchPool,
): Backend {
  const queue = createRunQueue(binding, (rows) => session.run(rows))
  const modelId = pool.register({ kind: 'session', onnx, binding })
  const chunkRows = SESSION_CHUNK_ROWS
  return {
    name: 'onnxruntime',
    run(rows, signal) {
      return rows.count <= MAX_SESSION_ROWS_HERE
        ? queue.run(rows, signal)
        : runInChunks({ pool, modelId, binding, rows, chunkRows, signal })
    },
    async close() {
      pool.unregister(modelId)
      await queue.idle()
      await session.release()
    },
  }
}

interface ChunkedRun {
  readonly pool: BatchPool
  readonly modelId: number
  readonly binding: TensorBinding
  readonly rows: EncodedRows
  readonly chunkRows: number
  readonly signal: AbortSignal | undefined
}

/** Keeps each worker busy with one chunk and one waiting; after an abort no further chunk is sent. */
async function runInChunks(run: ChunkedRun): Promise<RunOutputs> {
  const { pool, modelId, binding, rows, signal } = run
  const chunkRows = Math.min(run.chunkRows, Math.ceil(rows.count / pool.size))
  const chunks = Math.ceil(rows.count / chunkRows)
  const parts = new Array<RunOutputs>(chunks)
  let next = 0
  const feed = async (): Promise<void> => {
    while (next < chunks) {
      signal?.throwIfAborted()
      const chunk = next
      next++
      const start = chunk * chunkRows
      const count = Math.min(chunkRows, rows.count - start)
      parts[chunk] = await pool.run(modelId, copyRows(binding, rows, start, count))
    }
  }
  const feeders = Array.from({ length: Math.min(chunks, 2 * pool.size) }, feed)
  // All feeders end before this run does, so that closing the version cannot overtake a chunk.
  const results = await Promise.allSettled(feeders)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return joinOutputs(parts)
}
