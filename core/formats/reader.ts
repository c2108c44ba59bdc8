// The edge of core/formats: reads a model file in a worker under limits and hands back ONNX and a signature.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Row, Signature } from '#core/model.ts'
import type { Logger, ModelReader } from '#core/operations/operation.ts'
import type { TensorBinding } from './description.ts'
import {
  MAX_FILE_BYTES,
  MAX_READING_PROCESSES,
  MAX_WAITING_READS,
  megabytes,
  READ_MEMORY_BYTES,
  READ_TIME_MS,
  READER_IDLE_MS,
} from './limits.ts'
import { type LookupRules, MAX_LOOKUP_BYTES } from './lookup-table.ts'
import {
  type Ending,
  type ReadingProcess,
  type Reply,
  startReadingProcess,
} from './reading-process.ts'
import type { ReadingRequest } from './reading-protocol.ts'

export interface ReadModelRequest {
  readonly bytes: Uint8Array
  /** For messages and the guess of a name; never decides the format. */
  readonly fileName: string
  /** Feature names the person gave, in column order. */
  readonly features?: readonly string[]
  /** Class names the person gave, in the order of the codes. */
  readonly classes?: readonly string[]
  readonly positiveLabel?: string
  /** A CSV file to join by a key that requests carry. */
  readonly lookup?: LookupRules & { readonly bytes: Uint8Array }
  /** Names of columns that requests may carry, in their order. */
  readonly accept?: readonly string[]
}

export interface ReadModelResult {
  readonly onnx: Uint8Array
  readonly binding: TensorBinding
  readonly signature: Signature
  readonly library: string
  readonly libraryVersion: string | null
  readonly modelClass: string
  readonly objective: string | null
  readonly warnings: readonly string[]
  /** Trees, features, depth… for `describe_model` and `parley inspect`. */
  readonly facts: Readonly<Record<string, string | number>>
  /** Rows that the model was fitted on, where its file keeps some; others are compared with them. */
  readonly background?: readonly Row[]
}

/** What a file holds, for `parley inspect`; nothing is registered. */
export interface InspectionResult {
  /** `pickle protocol 4`, `joblib (zlib)`, `XGBoost UBJSON`, `ONNX`… */
  readonly format: string
  /** One line an object found: "XGBClassifier of xgboost 1.7.6: binary:logistic, 100 trees, 3 features". */
  readonly objects: readonly string[]
  /** The model that Parley would deploy, or null and why not. */
  readonly model: Omit<ReadModelResult, 'onnx' | 'background'> | null
  readonly problem: string | null
}

/** A file that waits for a process or is being read. */
interface Job {
  readonly request: ReadingRequest
  readonly file: Uint8Array
  readonly resolve: (outcome: Outcome<Reply>) => void
  process: ReadingProcess | null
}

/**
 * Reads files in processes of their own, in the order they come. A file that costs too much time or memory ends its
 * process and fails with `unreadable_model`; the server goes on meanwhile.
 */
export function createModelReader({ logger }: { logger?: Logger } = {}): ModelReader {
  const pool = createPool()
  return {
    async read(request, signal) {
      const { features, classes, positiveLabel, lookup, accept } = request
      if (lookup !== undefined && lookup.bytes.byteLength > MAX_LOOKUP_BYTES) {
        const most = megabytes(MAX_LOOKUP_BYTES)
        return fail('too_large', `The table is larger than ${most}, the largest that is joined.`)
      }
      const table = lookup?.bytes ?? NO_TABLE
      const hints = {
        ...(features && { features }),
        ...(classes && { classes }),
        ...(positiveLabel !== undefined && { positiveLabel }),
        ...(lookup && { lookup: { key: lookup.key, unknown: lookup.unknown } }),
        ...(accept && { accept }),
      }
      const body = table.byteLength === 0 ? request.bytes : joinBytes(request.bytes, table)
      const ask = { kind: 'read', hints, tableBytes: table.byteLength } as const
      const outcome = await pool.run(ask, body, signal)
      return interpret(outcome, logger, (answer, body) =>
        answer.kind === 'read' ? { ...answer.result, onnx: body } : null,
      )
    },
    async inspect(request, signal) {
      const outcome = await pool.run({ kind: 'inspect' }, request.bytes, signal)
      return interpret(outcome, logger, (answer) =>
        answer.kind === 'inspected' ? answer.result : null,
      )
    },
    close: async () => pool.close(),
  }
}

const NO_TABLE = new Uint8Array(0)

function joinBytes(file: Uint8Array, table: Uint8Array): Uint8Array {
  const joined = new Uint8Array(file.byteLength + table.byteLength)
  joined.set(file)
  joined.set(table, file.byteLength)
  return joined
}

function createPool() {
  const idle: ReadingProcess[] = []
  const waiting: Job[] = []
  const running = new Set<Job>()
  let idleTimer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const start = (): void => {
    clearTimeout(idleTimer)
    while (running.size < MAX_READING_PROCESSES) {
      const job = waiting.shift()
      if (job === undefined) break
      running.add(job)
      void runJob(job)
    }
    if (running.size > 0) return
    // The timer must not keep a command that is done from ending.
    idleTimer = setTimeout(() => endAll(idle), READER_IDLE_MS)
    idleTimer.unref()
  }

  const runJob = async (job: Job): Promise<void> => {
    const process = takeIdle(idle) ?? startReadingProcess()
    job.process = process
    const reply = await process.ask(job.request, job.file)
    running.delete(job)
    if (process.reusable() && !closed) idle.push(process)
    else process.end()
    job.resolve(succeed(reply))
    start()
  }

  const cancel = (job: Job): void => {
    const index = waiting.indexOf(job)
    if (index !== -1) waiting.splice(index, 1)
    job.resolve(fail('cancelled', 'Reading the file was cancelled.'))
    job.process?.end()
  }

  return {
    async run(
      request: ReadingRequest,
      file: Uint8Array,
      signal?: AbortSignal,
    ): Promise<Outcome<Reply>> {
      const refusal = refuse(file, waiting.length, closed)
      if (refusal !== null) return refusal
      if (signal?.aborted === true) return fail('cancelled', 'Reading the file was cancelled.')
      const { promise, resolve } = Promise.withResolvers<Outcome<Reply>>()
      const job: Job = { request, file, resolve, process: null }
      const abort = (): void => cancel(job)
      signal?.addEventListener('abort', abort, { once: true })
      waiting.push(job)
      start()
      return await promise.finally(() => signal?.removeEventListener('abort', abort))
    },
    close(): void {
      closed = true
      clearTimeout(idleTimer)
      for (const job of [...waiting, ...running]) cancel(job)
      endAll(idle)
    },
  }
}

function refuse(file: Uint8Array, waiting: number, closed: boolean): Outcome<never> | null {
  if (closed) return fail('unavailable', 'Parley is shutting down and reads no more files.')
  if (file.length > MAX_FILE_BYTES) {
    return fail(
      'too_large',
      `This file is larger than ${megabytes(MAX_FILE_BYTES)}, the largest that Parley reads.`,
    )
  }
  if (waiting < MAX_WAITING_READS) return null
  return fail('unavailable', 'Many files are being read right now. Try again in a few seconds.')
}

/** One that is still alive: the system may have ended any of them meanwhile. */
function takeIdle(idle: ReadingProcess[]): ReadingProcess | null {
  for (let process = idle.pop(); process !== undefined; process = idle.pop()) {
    if (process.reusable()) return process
    process.end()
  }
  return null
}

function endAll(processes: ReadingProcess[]): void {
  for (const process of processes.splice(0)) process.end()
}

type Answer = Extract<Reply, { kind: 'answer' }>['answer']

/** The result of an answer, or what went wrong in words for the person who uploaded the file. */
function interpret<T>(
  outcome: Outcome<Reply>,
  logger: Logger | undefined,
  resultOf: (answer: Answer, body: Uint8Array) => T | null,
): Outcome<T> {
  if (!outcome.ok) return outcome
  const reply = outcome.value
  if (reply.kind === 'ended') return fail('unreadable_model', ENDINGS[reply.ending])
  const { answer } = reply
  if (answer.kind === 'problem') {
    if (answer.fault !== undefined) logger?.error({ fault: answer.fault }, 'the reader broke')
    const details = answer.offset > 0 ? [{ path: '', message: `At byte ${answer.offset}.` }] : []
    // A limit met inside a file is a file that cannot be read; `too_large` is about the file as it was sent.
    const code = answer.code === 'too_large' ? 'unreadable_model' : answer.code
    return fail(code, answer.message, details)
  }
  const result = resultOf(answer, reply.body)
  return result === null ? fail('internal', 'The reading process gave no answer.') : succeed(result)
}

const ENDINGS: Readonly<Record<Ending, string>> = {
  time: `Reading this file took longer than ${READ_TIME_MS / 1000} seconds, so Parley stopped: it is damaged, or not what it seems.`,
  memory: `Reading this file needed more than ${megabytes(READ_MEMORY_BYTES)} of memory, so Parley stopped: it is damaged, or not what it seems.`,
  exit: 'Reading this file broke off: it is damaged, or not what it seems. Nothing of it was kept.',
}
