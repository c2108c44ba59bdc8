// The record of trainings: all of them newest first, and one with what its evaluation left.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import { limitPorts } from '#core/operations/limited-ports.ts'
import { modelMetrics } from '#core/operations/model-metrics.ts'
import type { Principal } from '#core/operations/operation.ts'
import type { TrainingRun } from '#core/registry/registry.ts'
import {
  DEFAULT_RUNS,
  MAX_RUNS,
  runOutput,
  runsOutput,
  toWireRun,
  toWireSummary,
} from '#core/training/run-wire.ts'
import { type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

const WHOLE_NUMBER = /^\d{1,6}$/

async function listRuns(exchange: Exchange): Promise<Reply> {
  const { principal, services, request } = exchange
  // A run is figures of a model: who may not see those may not see these.
  const allowed = authorise(modelMetrics, principal)
  if (!allowed.ok) return allowed
  const limit = readLimit(new URL(request.url).searchParams.get('limit'))
  if (!limit.ok) return limit
  const { registry, now } = limitPorts(services.ports, principal)
  const runs = (await registry.listRuns(limit.value)).filter((run) => maySeeRun(run, principal))
  return jsonReply(exchange, { runs: runs.map((run) => toWireSummary(run, now())) })
}

async function findRun(exchange: Exchange): Promise<Reply> {
  const { principal, services, parameters } = exchange
  const allowed = authorise(modelMetrics, principal)
  if (!allowed.ok) return allowed
  const { registry, now } = limitPorts(services.ports, principal)
  const run = await registry.findRun(parameters['run'] ?? '')
  if (run === null || !maySeeRun(run, principal)) {
    return fail('not_found', 'There is no run of this id. GET /api/runs lists them.')
  }
  return jsonReply(exchange, toWireRun(run, now()))
}

/** Who is limited to some models sees the runs that became those models, and their own. */
function maySeeRun({ model, owner }: TrainingRun, { models, id }: Principal): boolean {
  return models === undefined || model !== null || owner === id
}

function readLimit(text: string | null): Outcome<number> {
  if (text === null) return succeed(DEFAULT_RUNS)
  if (WHOLE_NUMBER.test(text) && Number(text) >= 1 && Number(text) <= MAX_RUNS) {
    return succeed(Number(text))
  }
  return fail('invalid_input', `limit is a whole number from 1 to ${MAX_RUNS}.`, [
    { path: 'limit', message: `must be from 1 to ${MAX_RUNS}` },
  ])
}

export const runRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/runs',
    handle: listRuns,
    document: {
      id: 'listRuns',
      tag: 'Models',
      summary: 'List trainings, newest first, with their parameters and metrics',
      query: [
        {
          name: 'limit',
          description: 'The newest this many.',
          schema: { type: 'integer', minimum: 1, maximum: MAX_RUNS, default: DEFAULT_RUNS },
        },
      ],
      answers: () => [
        { status: 200, description: 'The runs.', content: json(toSchema(runsOutput, 'output')) },
      ],
      errors: ['forbidden', 'invalid_input', 'unavailable'],
    },
  },
  {
    method: 'GET',
    path: '/api/runs/{run}',
    handle: findRun,
    document: {
      id: 'findRun',
      tag: 'Models',
      summary: 'Show one training with its confusion matrix or residuals',
      answers: () => [
        { status: 200, description: 'The run.', content: json(toSchema(runOutput, 'output')) },
      ],
      errors: ['forbidden', 'not_found', 'unavailable'],
    },
  },
]
