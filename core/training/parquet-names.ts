// The names of a Parquet file's columns, read where a damaged file can do no harm: in the worker that batches use.

import { BatchError } from '#core/batch/batch-error.ts'
import { MAX_PARQUET_BYTES, PARQUET_STEP_TIMEOUT_MS } from '#core/batch/limits.ts'
import type { ParquetAnswers, ParquetReply } from '#core/batch/parquet-messages.ts'

/** Throws BatchError for a file that is too large, damaged or takes too long. */
export async function parquetColumnNames(
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (bytes.byteLength > MAX_PARQUET_BYTES) {
    const message = `A Parquet table may have ${MAX_PARQUET_BYTES / 1024 / 1024} MB; CSV may have more.`
    throw new BatchError(message, [], 'too_large')
  }
  const worker = new Worker(new URL('../batch/parquet-worker.ts', import.meta.url).href)
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = () => {}
  try {
    return await new Promise((resolve, reject) => {
      const tooLong = () => reject(new BatchError('The Parquet file takes too long to read.'))
      timer = setTimeout(tooLong, PARQUET_STEP_TIMEOUT_MS)
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort)
      worker.onerror = () => reject(new BatchError('The Parquet file cannot be read.'))
      worker.onmessage = ({ data }: MessageEvent<ParquetReply>) => {
        if (data.ok) resolve((data.value as ParquetAnswers['open']).names)
        else reject(new BatchError(data.failure.message, data.failure.details, data.failure.code))
      }
      const copy = Uint8Array.from(bytes).buffer
      worker.postMessage({ kind: 'open', bytes: copy }, [copy])
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    worker.terminate()
  }
}
