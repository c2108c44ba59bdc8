// Jobs: what became of long work that was begun with "Prefer: respond-async".

import { fail, type Outcome } from '#core/errors.ts'
import type { JobState } from '#core/jobs/jobs.ts'
import { OPERATIONS } from '#core/operations/index.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Operation } from '#core/operations/operation.ts'
import { callOf, type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { errorBody } from '../http/errors.ts'
import { json } from '../openapi/schemas.ts'
import type { JsonSchema, Route } from '../route.ts'

/** Of RFC 7240. */
const RESPOND_ASYNC = /(?:^|,)\s*respond-async\s*(?:;|,|$)/i

export function wantsJob({ request, services }: Exchange, operation: Operation): boolean {
  return (
    operation.isJob === true &&
    services.ports.jobs !== undefined &&
    RESPOND_ASYNC.test(request.headers.get('prefer') ?? '')
  )
}

/** 202 with the job's address when the work has been accepted; what cannot begin is refused as ever. */
export async function beginJob(
  exchange: Exchange,
  operation: Operation,
  input: unknown,
): Promise<Reply> {
  const { ports } = exchange.services
  const id = ports.randomId()
  const { promise: accepted, resolve } = Promise.withResolvers<'accepted'>()
  const call = {
    ...callOf(exchange, { confirmed: false }),
    // The work goes on when who asked for it has gone, and on another replica when this one stops.
    signal: new AbortController().signal,
    job: { id, accepted: () => resolve('accepted') },
  }
  const outcome = await Promise.race([invoke(operation, input, call), accepted])
  if (outcome !== 'accepted') {
    return outcome.ok ? jsonReply(exchange, outcome.value) : outcome
  }
  const address = `/api/jobs/${id}`
  return jsonReply(exchange, { job: id, status: 'waiting', address }, 202, {
    location: address,
    'preference-applied': 'respond-async',
  })
}

async function findOwn({ services, principal, parameters }: Exchange): Promise<Outcome<JobState>> {
  const job = (await services.ports.jobs?.find(parameters['job'] ?? '')) ?? null
  // Jobs of others are answered as if they did not exist.
  if (job !== null && (job.owner === principal.id || principal.role === 'admin')) {
    return { ok: true, value: job }
  }
  return fail('not_found', 'There is no such job. What became of one can be asked for a day.')
}

async function showJob(exchange: Exchange): Promise<Reply> {
  const found = await findOwn(exchange)
  if (!found.ok) return found
  const { id, operation, status, progress, outcome, createdAtMs } = found.value
  return jsonReply(exchange, {
    job: id,
    operation,
    status,
    created_at: new Date(createdAtMs).toISOString(),
    ...(progress !== null && { progress }),
    ...(outcome?.ok === true && { result: outcome.value }),
    ...(outcome?.ok === false && errorBody(outcome.failure, exchange.requestId)),
  })
}

async function cancelJob(exchange: Exchange): Promise<Reply> {
  const found = await findOwn(exchange)
  if (!found.ok) return found
  await exchange.services.ports.jobs?.cancel(found.value.id)
  return jsonReply(exchange, { job: found.value.id, status: 'cancelling' }, 202)
}

const JOB_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['job', 'operation', 'status', 'created_at'],
  properties: {
    job: { type: 'string' },
    operation: {
      type: 'string',
      enum: OPERATIONS.filter(({ isJob }) => isJob === true).map(({ name }) => name),
    },
    status: { type: 'string', enum: ['waiting', 'running', 'done', 'failed'] },
    created_at: { type: 'string', format: 'date-time' },
    progress: {
      type: 'object',
      properties: { fraction: { type: ['number', 'null'] }, message: { type: 'string' } },
    },
    result: { description: 'What the operation answers, when it is done.' },
    error: { description: 'Why it failed, as any error is answered.' },
  },
}

/** How the address of an operation answers who comes back later. */
export const ACCEPTED = {
  status: 202,
  description:
    'Accepted, with "Prefer: respond-async": look at the address for what becomes of it.',
  content: json({
    type: 'object',
    required: ['job', 'status', 'address'],
    properties: {
      job: { type: 'string' },
      status: { type: 'string', const: 'waiting' },
      address: { type: 'string' },
    },
  }),
} as const

const CANCELLING_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['job', 'status'],
  properties: { job: { type: 'string' }, status: { type: 'string', const: 'cancelling' } },
}

export const jobRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/jobs/{job}',
    handle: showJob,
    document: {
      id: 'showJob',
      tag: 'Operations',
      summary: 'What became of a job',
      description: 'For work that was begun with the header "Prefer: respond-async".',
      answers: () => [{ status: 200, description: 'The job.', content: json(JOB_SCHEMA) }],
      errors: ['not_found'],
    },
  },
  {
    method: 'DELETE',
    path: '/api/jobs/{job}',
    handle: cancelJob,
    document: {
      id: 'cancelJob',
      tag: 'Operations',
      summary: 'Cancel a job',
      description: 'One that has ended stays as it is.',
      answers: () => [
        { status: 202, description: 'It will end soon.', content: json(CANCELLING_SCHEMA) },
      ],
      errors: ['not_found'],
    },
  },
]
