// Scores a table of any length in bounded memory: rows in, the same rows with predictions out.

import { type Failure, fail, type Outcome, succeed } from '#core/errors.ts'
import type { Lease, Ports, Progress } from '#core/operations/operation.ts'
import { BatchError } from './batch-error.ts'
import type { BatchFormat } from './batch-format.ts'
import type { Chunk, RowOutcome, TableOptions } from './chunk.ts'
import { readCsv } from './csv.ts'
import { readJsonLines } from './json-lines.ts'
import { readParquet } from './parquet.ts'

export interface ScoreRequest {
  /** Released when the output has ended, failed or been cancelled. */
  readonly lease: Lease
  readonly ports: Pick<Ports, 'serving' | 'monotonicMs'>
  readonly format: BatchFormat
  readonly input: ReadableStream<Uint8Array>
  /** Size of the input where it is known, for progress. */
  readonly inputBytes?: number
  /** `stop` ends at the first bad row; `report` gives it an `error` and scores the rest. */
  readonly onError: 'stop' | 'report'
  readonly signal: AbortSignal
  readonly progress?: (progress: Progress) => void
  /** Told of each row in order, for a summary; must not keep them. */
  readonly onRows?: (lines: readonly number[], outcomes: readonly RowOutcome[]) => void
}

const READERS = {
  csv: readCsv,
  jsonl: readJsonLines,
  parquet: readParquet,
} as const satisfies Record<
  BatchFormat,
  (input: ReadableStream<Uint8Array>, options: TableOptions) => AsyncGenerator<Chunk>
>

/**
 * Scores the first rows before it answers: an unusable table is a failure with a code, not a broken download. The stream
 * reads no further than its consumer does; a batch that cannot go on errors it with a BatchError (see `failureOf`).
 */
export async function startScoring(
  request: ScoreRequest,
): Promise<Outcome<ReadableStream<Uint8Array>>> {
  const once = releasedOnce(request)
  const pieces = score(once)
  try {
    const first = await pieces.next()
    return succeed(streamOf(pieces, first.done === true ? null : first.value, once.lease))
  } catch (error) {
    const failure = failureOf(error, request.signal)
    if (failure === null) throw error
    return { ok: false, failure }
  }
}

/** The failure that an errored score stream carries; null for a bug of ours. */
export function failureOf(error: unknown, signal: AbortSignal): Failure | null {
  if (error instanceof BatchError) return error.failure
  if (!signal.aborted) return null
  const cancelled = fail('cancelled', 'Scoring was stopped.')
  return cancelled.ok ? null : cancelled.failure
}

function streamOf(
  pieces: AsyncGenerator<Uint8Array>,
  first: Uint8Array | null,
  lease: Lease,
): ReadableStream<Uint8Array> {
  let waiting = first
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (waiting !== null) {
          controller.enqueue(waiting)
          waiting = null
          return
        }
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await pieces.return(undefined)
        // A generator that was never asked runs no finally.
        lease.release()
      },
    },
    { highWaterMark: 0 },
  )
}

function releasedOnce(request: ScoreRequest): ScoreRequest {
  let isReleased = false
  const { lease } = request
  const release = () => {
    if (!isReleased) lease.release()
    isReleased = true
  }
  return { ...request, lease: { version: lease.version, model: lease.model, release } }
}

async function* score(request: ScoreRequest): AsyncGenerator<Uint8Array> {
  const { lease, ports, signal } = request
  const startedAtMs = ports.monotonicMs()
  const counter = countBytes(request.input)
  const reportErrors = request.onError === 'report'
  const { signature } = lease.version
  let rows = 0
  let isDone = false
  try {
    const options = { signature, reportErrors, signal }
    for await (const chunk of READERS[request.format](counter.stream, options)) {
      signal.throwIfAborted()
      const outcomes = await scoreChunk(chunk, lease, signal)
      if (!reportErrors) stopAtFirstProblem(outcomes)
      request.onRows?.(chunk.lines, outcomes)
      rows += outcomes.length
      request.progress?.({
        fraction: fractionOf(counter.bytes(), request.inputBytes),
        message: `${rows.toLocaleString('en-US')} rows`,
      })
      const bytes = await chunk.write(outcomes)
      if (bytes.byteLength > 0) yield bytes
    }
    isDone = true
  } finally {
    const latencyMs = ports.monotonicMs() - startedAtMs
    ports.serving.record(lease.version.model, { rows, latencyMs, ok: isDone })
    lease.release()
  }
}

function fractionOf(bytes: number, total: number | undefined): number | null {
  return total === undefined || total === 0 ? null : Math.min(1, bytes / total)
}

/** Rows that a reader or the validator refuses keep their place; the rest are predicted as one batch. */
async function scoreChunk(
  { rows, problems, lines }: Chunk,
  { model }: Lease,
  signal: AbortSignal,
): Promise<RowOutcome[]> {
  const outcomes = rows.map((_, index): RowOutcome => {
    return { ok: false, line: lines[index] ?? 0, message: problems.get(index) ?? '' }
  })
  const candidates = rows.map((_, index) => index).filter((index) => !problems.has(index))
  const found = model.encodeEach(candidates.map((index) => rows[index] ?? {}))
  for (const [place, details] of found.problems) {
    const index = candidates[place] ?? 0
    const message = details.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')
    outcomes[index] = { ok: false, line: lines[index] ?? 0, message }
  }
  if (found.good.length === 0) return outcomes
  const predictions = await model.predict(found.encoded, signal)
  predictions.forEach((prediction, position) => {
    const index = candidates[found.good[position] ?? 0] ?? 0
    outcomes[index] = { ok: true, prediction }
  })
  return outcomes
}

function stopAtFirstProblem(outcomes: readonly RowOutcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.ok) continue
    throw new BatchError(`Line ${outcome.line}: ${outcome.message}.`, [
      { path: `lines[${outcome.line}]`, message: outcome.message },
    ])
  }
}

function countBytes(input: ReadableStream<Uint8Array>) {
  let bytes = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      bytes += piece.byteLength
      controller.enqueue(piece)
    },
  })
  return { stream: input.pipeThrough(counter), bytes: () => bytes }
}
