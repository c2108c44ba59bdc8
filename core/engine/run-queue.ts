// Runs requests of one tick as one batch, each isolated from the others' failures.

import type { TensorBinding } from '#core/formats/description.ts'
import { joinRows } from './encoded-rows.ts'
import type { EncodedRows } from './engine.ts'
import { type RunOutputs, sliceOutputs } from './outputs.ts'

/** Rows of one joined batch: about 10 ms of work at most for an ordinary model, so that nobody waits long for others. */
const MAX_JOINED_ROWS = 4096

export interface RunQueue {
  /** The outputs of these rows. Rejects with the signal's reason when aborted before its batch began. */
  run(rows: EncodedRows, signal?: AbortSignal): Promise<RunOutputs>
  /** Resolves when everything that was asked for has been answered. */
  idle(): Promise<void>
}

interface PendingRun {
  readonly rows: EncodedRows
  readonly signal: AbortSignal | undefined
  readonly resolve: (outputs: RunOutputs) => void
  readonly reject: (reason: unknown) => void
}

/** `run` is called with one batch at a time; a batch that fails is run again request by request. */
export function createRunQueue(
  binding: TensorBinding,
  run: (rows: EncodedRows) => Promise<RunOutputs>,
): RunQueue {
  let pending: PendingRun[] = []
  let isScheduled = false
  let idleListeners: (() => void)[] = []

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    // Behind the events of this turn of the loop, so that requests that arrived together run together.
    setImmediate(() => void flush())
  }

  async function flush(): Promise<void> {
    while (pending.length > 0) await runBatch(takeBatch())
    isScheduled = false
    const listeners = idleListeners
    idleListeners = []
    for (const listener of listeners) listener()
  }

  function takeBatch(): readonly PendingRun[] {
    let rows = 0
    let taken = 0
    for (const request of pending) {
      if (taken > 0 && rows + request.rows.count > MAX_JOINED_ROWS) break
      rows += request.rows.count
      taken++
    }
    const batch = pending.slice(0, taken)
    pending = pending.slice(taken)
    return batch.filter((request) => !rejectAborted(request))
  }

  async function runBatch(batch: readonly PendingRun[]): Promise<void> {
    if (batch.length === 0) return
    let outputs: RunOutputs
    try {
      const rows = batch.map((request) => request.rows)
      outputs = await run(joinRows(binding, rows))
    } catch (reason) {
      const [only] = batch
      if (only !== undefined && batch.length === 1) only.reject(reason)
      else for (const request of batch) await runBatch([request])
      return
    }
    let start = 0
    for (const request of batch) {
      request.resolve(
        batch.length === 1 ? outputs : sliceOutputs(outputs, start, request.rows.count),
      )
      start += request.rows.count
    }
  }

  return {
    run(rows, signal) {
      return new Promise((resolve, reject) => {
        pending.push({ rows, signal, resolve, reject })
        schedule()
      })
    },
    idle() {
      if (!isScheduled) return Promise.resolve()
      return new Promise((resolve) => idleListeners.push(resolve))
    },
  }
}

function rejectAborted(request: PendingRun): boolean {
  if (request.signal?.aborted !== true) return false
  request.reject(request.signal.reason)
  return true
}
