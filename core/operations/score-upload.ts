// Scores an uploaded table and keeps the result beside it, as an upload of the same person.

import { FORMAT_FACTS, sniffFormat } from '#core/batch/batch-format.ts'
import { failureOf, startScoring } from '#core/batch/score-stream.ts'
import { type Outcome, succeed } from '#core/errors.ts'
import type { UploadRecord } from '#core/registry/registry.ts'
import { type BatchFigures, createBatchSummary } from './batch-summary.ts'
import type { Call, Lease } from './operation.ts'

/** Predictions can make a narrow table several times as large; a result beyond this belongs on the streaming endpoint. */
const MAX_RESULT_BYTES = 1024 * 1024 * 1024

const EXTENSION = /\.[A-Za-z0-9]{1,8}$/

export interface ScoredUpload extends BatchFigures {
  readonly result: {
    readonly upload: string
    readonly file_name: string
    readonly size_bytes: number
  }
  readonly latency_ms: number
}

/** Bad rows are reported and the rest scored. Releases the lease. */
export async function scoreUpload(
  upload: UploadRecord,
  lease: Lease,
  call: Call,
): Promise<Outcome<ScoredUpload>> {
  const { ports, signal, progress, principal } = call
  const startedAtMs = ports.monotonicMs()
  const bytes = await ports.registry.readUpload(upload.id)
  const format = sniffFormat(bytes)
  const summary = createBatchSummary(lease.version.signature)
  const started = await startScoring({
    lease,
    ports,
    format,
    input: streamOf(bytes),
    inputBytes: bytes.byteLength,
    onError: 'report',
    signal,
    progress,
    onRows: (lines, outcomes) =>
      outcomes.forEach((outcome, index) => {
        summary.add(lines[index] ?? 0, outcome)
      }),
  })
  if (!started.ok) return started
  const fileName = `${upload.fileName.replace(EXTENSION, '')}-scored${FORMAT_FACTS[format].extension}`
  const stored = await store(started.value)
  if (!stored.ok) return stored
  return succeed({
    ...summary.read(),
    result: { upload: stored.value.id, file_name: fileName, size_bytes: stored.value.sizeBytes },
    latency_ms: Math.round(ports.monotonicMs() - startedAtMs),
  })

  async function store(content: ReadableStream<Uint8Array>): Promise<Outcome<UploadRecord>> {
    try {
      return await ports.registry.createUpload({
        fileName,
        owner: principal.id,
        content,
        maximumBytes: MAX_RESULT_BYTES,
      })
    } catch (error) {
      const failure = failureOf(error, signal)
      if (failure === null) throw error
      return { ok: false, failure }
    }
  }
}

/** Pieces of a few hundred kilobytes keep the parser's buffers small. */
const PIECE_BYTES = 256 * 1024

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.byteLength) controller.close()
      else controller.enqueue(bytes.subarray(offset, offset + PIECE_BYTES))
      offset += PIECE_BYTES
    },
  })
}
