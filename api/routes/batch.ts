// Batches: a table of any length in, the same rows with their predictions out, in bounded memory and as they are scored.

import { FORMAT_FACTS, formatOfContentType } from '#core/batch/batch-format.ts'
import { failureOf, startScoring } from '#core/batch/score-stream.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import type { Lease } from '#core/operations/operation.ts'
import { predictBatch } from '#core/operations/predict-batch.ts'
import { type Exchange, elapsedMs, holdOpen, type Reply } from '../exchange.ts'
import { BodyDeadline, declaredLength, lateBody, tooLarge, withDeadline } from '../http/body.ts'
import { BASE_HEADERS, errorBody, INTERNAL_FAILURE } from '../http/errors.ts'
import { type Spill, spill } from '../http/spill.ts'
import { HOLD_BACK_MS, LAST_LINE_MS, SPILL_THRESHOLD_BYTES, UPLOAD_DEADLINE_MS } from '../limits.ts'
import { describeError } from '../logging.ts'
import type { JsonSchema, MediaDocument, Route, RouteDocument } from '../route.ts'
import { leaseLive, leaseNumbered } from './predict.ts'

const ON_ERROR = ['stop', 'report'] as const

type OnError = (typeof ON_ERROR)[number]

async function scoreBatch(
  exchange: Exchange,
  findLease: () => Promise<Outcome<Lease>>,
): Promise<Reply> {
  const { request, services, facts } = exchange
  const allowed = authorise(predictBatch, exchange.principal)
  if (!allowed.ok) return allowed
  const format = formatOfContentType(request.headers.get('content-type'))
  if (format === null) {
    return fail(
      'unsupported_file',
      'A batch is a table: send it as text/csv, application/jsonl or application/vnd.apache.parquet.',
    )
  }
  const onError = readOnError(request)
  if (!onError.ok) return onError
  const maximum = format === 'parquet' ? services.limits.parquetBytes : services.limits.batchBytes
  const inputBytes = declaredLength(request)
  if (inputBytes !== null && inputBytes > maximum) return tooLarge('The batch', maximum)
  const lease = await findLease()
  if (!lease.ok) return lease
  const { version } = lease.value
  facts.model = version.model
  facts.modelVersion = version.modelVersion
  const signal = AbortSignal.any([request.signal, services.stopping])
  const input = limitedBody(request, maximum)
  let rows = 0
  const scoring = await startScoring({
    lease: lease.value,
    ports: services.ports,
    format,
    input: input.stream,
    ...(inputBytes !== null && { inputBytes }),
    onError: onError.value,
    signal,
    onRows: (lines) => {
      rows += lines.length
    },
  }).catch((error: unknown) => input.problem() ?? Promise.reject(error))
  if (!scoring.ok) return input.problem() ?? scoring
  return answerBatch(exchange, {
    scored: scoring.value,
    signal,
    problem: input.problem,
    rows: () => rows,
    headers: {
      'content-type': FORMAT_FACTS[format].contentType,
      'content-disposition': `attachment; filename="${version.model}-predictions${FORMAT_FACTS[format].extension}"`,
      'x-model-version': version.modelVersion,
    },
    endsWithError: format === 'jsonl',
  })
}

function readOnError(request: Request): Outcome<OnError> {
  const parameters = new URL(request.url).searchParams
  const unknown = [...parameters.keys()].find((name) => name !== 'on_error')
  if (unknown !== undefined) {
    // Dropped in silence, a mistyped on_error would end the batch at its first bad row.
    return fail('invalid_input', 'This address takes one parameter, on_error.', [
      { path: unknown, message: 'is not known here; did you mean on_error?' },
    ])
  }
  const given = parameters.get('on_error') ?? 'stop'
  const known = ON_ERROR.find((one) => one === given)
  if (known !== undefined) return succeed(known)
  return fail('invalid_input', 'on_error is stop or report.', [
    { path: 'on_error', message: 'must be stop or report' },
  ])
}

interface LimitedBody {
  readonly stream: ReadableStream<Uint8Array>
  /** Why the body was cut, if it was. */
  readonly problem: () => Outcome<never> | null
}

function limitedBody(request: Request, maximumBytes: number): LimitedBody {
  const body = request.body ?? new Blob([]).stream()
  const reader = withDeadline(body, UPLOAD_DEADLINE_MS).getReader()
  let problem: Outcome<never> | null = null
  let size = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await reader.read().catch((error: unknown) => {
          if (error instanceof BodyDeadline) problem = lateBody(UPLOAD_DEADLINE_MS)
          throw error
        })
        if (next.done) return controller.close()
        size += next.value.byteLength
        if (size > maximumBytes) {
          problem = tooLarge('The batch', maximumBytes)
          await reader.cancel()
          return controller.error(new Error('too large'))
        }
        controller.enqueue(next.value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { stream, problem: () => problem }
}

interface BatchAnswer {
  readonly scored: ReadableStream<Uint8Array>
  readonly signal: AbortSignal
  readonly problem: LimitedBody['problem']
  readonly rows: () => number
  readonly headers: Readonly<Record<string, string>>
  /** A last line can say what broke; other formats have no place for it. */
  readonly endsWithError: boolean
}

/**
 * The status goes out with the first bytes, so those wait a moment: a table that turns out bad within it is answered
 * with a failure. What breaks later breaks the connection off, so that half a table is never taken for a whole one.
 */
async function answerBatch(exchange: Exchange, answer: BatchAnswer): Promise<Reply> {
  const spilled = spill(answer.scored, {
    memoryBytes: SPILL_THRESHOLD_BYTES,
    fileName: `parley-batch-${exchange.services.ports.randomId()}`,
  })
  const held = await Promise.race([
    spilled.settled(SPILL_THRESHOLD_BYTES),
    Bun.sleep(HOLD_BACK_MS).then(() => 'flowing' as const),
  ])
  if (held === 'failed') {
    await spilled.output.cancel().catch(() => undefined)
    return failedBatch(spilled.failure(), answer)
  }
  exchange.facts.rows = answer.rows()
  return new Response(watch(exchange, spilled, answer), {
    headers: { ...BASE_HEADERS, ...answer.headers, 'x-request-id': exchange.requestId },
  })
}

function failedBatch(error: unknown, answer: BatchAnswer): Outcome<never> {
  const problem = answer.problem()
  if (problem !== null) return problem
  const failure = failureOf(error, answer.signal)
  if (failure === null) throw error
  return { ok: false, failure }
}

/** Passes the scored bytes on and notices the end, whichever it is. */
function watch(
  exchange: Exchange,
  { output, failure }: Spill,
  answer: BatchAnswer,
): ReadableStream<Uint8Array> {
  const release = holdOpen(exchange)
  const reader = output.getReader()
  const { logger } = exchange.services.ports
  let over = false
  const end = (how: 'ended' | 'failed' | 'left') => {
    if (over) return
    over = true
    release()
    const { model, modelVersion } = exchange.facts
    const line = {
      request_id: exchange.requestId,
      model,
      model_version: modelVersion,
      rows: answer.rows(),
      latency_ms: elapsedMs(exchange),
      ended: how,
    }
    if (how === 'failed') logger.warn({ ...line, ...describeError(failure()) }, 'batch')
    else logger.info(line, 'batch')
  }
  let broken: unknown = null
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (broken !== null) {
          await Bun.sleep(LAST_LINE_MS)
          return controller.error(broken)
        }
        try {
          const next = await reader.read()
          if (!next.done) return controller.enqueue(next.value)
          end('ended')
          controller.close()
        } catch (error) {
          end('failed')
          if (!answer.endsWithError) return controller.error(error)
          // An error throws away what is queued: the last line goes first, the error with the next pull.
          broken = error
          controller.enqueue(new TextEncoder().encode(lastLine(error, answer, exchange.requestId)))
        }
      },
      async cancel(reason) {
        end('left')
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

function lastLine(error: unknown, answer: BatchAnswer, requestId: string): string {
  const problem = answer.problem()
  const failure =
    problem !== null && !problem.ok ? problem.failure : failureOf(error, answer.signal)
  return `${JSON.stringify(errorBody(failure ?? INTERNAL_FAILURE, requestId))}\n`
}

const TEXT: JsonSchema = { type: 'string' }
const BINARY: JsonSchema = { type: 'string', format: 'binary' }

function tables(columns: string): Readonly<Record<string, MediaDocument>> {
  return {
    'text/csv': {
      schema: TEXT,
      example: `tenure,monthly_charges,total_charges${columns}\n`,
    },
    'application/jsonl': { schema: TEXT },
    'application/vnd.apache.parquet': { schema: BINARY },
  }
}

function batchDocument(id: string, summary: string): RouteDocument {
  return {
    id,
    tag: 'Predictions',
    summary,
    description:
      'The table comes back as it was with prediction columns added, row by row while it is still being read. A quoted or reordered column is no trouble; columns of no input are kept. By default the first bad row ends the batch with its line number; with on_error=report its line gets an error column and the rest is scored.',
    query: [
      {
        name: 'on_error',
        description: 'What a bad row does: stop ends the batch, report writes an error beside it.',
        schema: { type: 'string', enum: [...ON_ERROR], default: 'stop' },
      },
    ],
    body: () => tables(''),
    answers: () => [
      {
        status: 200,
        description: 'The same table with predictions.',
        content: tables(',prediction'),
      },
    ],
    errors: [
      'malformed_request',
      'not_found',
      'conflict',
      'too_large',
      'unsupported_file',
      'invalid_input',
      'unavailable',
    ],
  }
}

export const batchRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/predict/{name}/batch',
    handle: (exchange) =>
      scoreBatch(exchange, () => leaseLive(exchange, exchange.parameters['name'] ?? '')),
    document: batchDocument('predictBatch', 'Predict a whole table with the live version'),
  },
  {
    method: 'POST',
    path: '/api/predict/{name}/versions/{version}/batch',
    handle: (exchange) => scoreBatch(exchange, () => leaseNumbered(exchange)),
    document: batchDocument('predictBatchVersion', 'Predict a whole table with a given version'),
  },
]
