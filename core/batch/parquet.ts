// Scores a Parquet table a row group at a time; the file itself is handled in a worker under a time limit.

import type { InputField, Scalar } from '#core/model.ts'
import { BatchError } from './batch-error.ts'
import { cellValue } from './cells.ts'
import type { Chunk, FeatureRow, RowOutcome, TableOptions } from './chunk.ts'
import { MAX_PARQUET_BYTES, PARQUET_STEP_TIMEOUT_MS } from './limits.ts'
import { matchColumns } from './match-columns.ts'
import { ERROR_COLUMN, freeColumnName, outputColumns } from './output-columns.ts'
import type {
  AddedColumn,
  ParquetAnswers,
  ParquetReply,
  ParquetRequest,
} from './parquet-messages.ts'

/** Throws BatchError for a file that is too large, damaged or takes too long. */
export async function* readParquet(
  input: ReadableStream<Uint8Array>,
  options: TableOptions,
): AsyncGenerator<Chunk> {
  const bytes = await collect(input)
  const worker = openWorker(options.signal)
  try {
    const { names, groupRows } = await worker.ask({ kind: 'open', bytes }, [bytes])
    const matched = matchColumns(options.signature, names)
    const columns = matched.map(({ index }) => names[index] ?? '')
    await worker.ask({ kind: 'begin', added: addedColumns(names, options) })
    let before = 0
    for (const [group, count] of groupRows.entries()) {
      const values = await worker.ask({ kind: 'read', group, columns })
      const first = before + 1
      const fields = matched.map(({ field }) => field)
      yield {
        rows: Array.from({ length: count }, (_, row) => featuresOf(fields, values, row)),
        problems: new Map(),
        lines: Array.from({ length: count }, (_, row) => first + row),
        write: (outcomes) => worker.ask({ kind: 'write', values: valuesOf(outcomes, options) }),
      }
      before += count
    }
    const end = await worker.ask({ kind: 'finish' })
    yield { rows: [], problems: new Map(), lines: [], write: () => end }
  } finally {
    worker.close()
  }
}

async function collect(input: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of input) {
    size += piece.byteLength
    if (size > MAX_PARQUET_BYTES) {
      const limit = `${MAX_PARQUET_BYTES / 1024 / 1024} MB`
      const message = `A Parquet table may have ${limit}, as its index is at its end; CSV and JSON lines may have any size.`
      throw new BatchError(message, [], 'too_large')
    }
    pieces.push(piece)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.byteLength
  }
  return whole.buffer
}

function openWorker(signal: AbortSignal) {
  const worker = new Worker(new URL('./parquet-worker.ts', import.meta.url).href)
  let isClosed = false
  const close = () => {
    if (!isClosed) worker.terminate()
    isClosed = true
  }
  return {
    close,
    /** One question at a time. A worker that does not answer in time is ended, and the file with it. */
    ask<Kind extends ParquetRequest['kind']>(
      request: Extract<ParquetRequest, { kind: Kind }>,
      transfer: ArrayBuffer[] = [],
    ): Promise<ParquetAnswers[Kind]> {
      return new Promise((resolve, reject) => {
        const end = (error: unknown) => {
          settle()
          close()
          reject(error)
        }
        const timer = setTimeout(
          () => end(new BatchError('The Parquet file takes too long to read; is it damaged?')),
          PARQUET_STEP_TIMEOUT_MS,
        )
        const abort = () => end(signal.reason)
        const settle = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
        }
        signal.addEventListener('abort', abort)
        worker.onerror = () => end(new BatchError('The Parquet file cannot be read.'))
        worker.onmessage = ({ data }: MessageEvent<ParquetReply>) => {
          settle()
          const { ok } = data
          if (ok) resolve(data.value as ParquetAnswers[Kind])
          else {
            const { message, details, code } = data.failure
            end(new BatchError(message, details, code))
          }
        }
        worker.postMessage(request, transfer)
      })
    },
  }
}

function addedColumns(names: readonly string[], options: TableOptions): AddedColumn[] {
  const added: AddedColumn[] = []
  const isTaken = (name: string) =>
    names.includes(name) || added.some((column) => column.name === name)
  for (const { name, type } of outputColumns(options.signature)) {
    added.push({ name: freeColumnName(name, isTaken), type })
  }
  if (options.reportErrors) {
    added.push({ name: freeColumnName(ERROR_COLUMN, isTaken), type: 'text' })
  }
  return added
}

function featuresOf(
  fields: readonly InputField[],
  values: readonly (readonly unknown[])[],
  row: number,
): FeatureRow {
  const features: Record<string, Scalar> = {}
  fields.forEach((field, column) => {
    features[field.name] = featureValue(values[column]?.[row], field)
  })
  return features
}

function featureValue(value: unknown, field: InputField): Scalar {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (typeof value === 'string') return cellValue(value, field)
  if (typeof value === 'boolean') return value
  // A date, a list or bytes: the validator says that this input takes no such thing.
  return String(value)
}

function valuesOf(outcomes: readonly RowOutcome[], options: TableOptions) {
  const values = outputColumns(options.signature).map(({ pick }) =>
    outcomes.map((outcome) => (outcome.ok ? pick(outcome.prediction) : null)),
  )
  if (!options.reportErrors) return values
  const errors = outcomes.map((outcome) =>
    outcome.ok ? null : `row ${outcome.line}: ${outcome.message}`,
  )
  return [...values, errors]
}
