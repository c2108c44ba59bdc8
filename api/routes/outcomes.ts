// What turned out to be true, posted later: the truth of predictions by their ids, for live accuracy.

import { z } from 'zod'
import { fail } from '#core/errors.ts'
import type { PostedOutcome } from '#core/monitoring/prediction-log.ts'
import { authorise, maySee, modelRefusal } from '#core/operations/access.ts'
import { describeIssues } from '#core/operations/issues.ts'
import type { Operation } from '#core/operations/operation.ts'
import { type Exchange, jsonReply, portsOf, type Reply } from '../exchange.ts'
import { readJson } from '../http/body.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

/** As many as one request with instances may have answered. */
const MAX_OUTCOMES = 10_000
const MAX_SHOWN = 20
const MAX_TEXT = 1_000

const outcomeSchema = z.strictObject({
  request_id: z.string().min(1).max(200).describe('The request_id of the prediction'),
  instance: z
    .int()
    .min(0)
    .optional()
    .describe('Place of the row in a request with several instances, from 0'),
  actual: z
    .union([z.number(), z.string().max(MAX_TEXT), z.boolean()])
    .describe('The class or the value that turned out to be true'),
})

const inputSchema = z.strictObject({
  outcomes: z.array(outcomeSchema).min(1).max(MAX_OUTCOMES),
})

const outputSchema = z.object({
  model: z.string(),
  matched: z.int(),
  /** Ids that no logged prediction has: never sampled, too old, or of another model. */
  unknown: z.int(),
  first_unknown: z.array(z.string()),
})

/** It changes what everybody reads of a model's accuracy, so it needs the right to write. */
const POSTING: Pick<Operation, 'effect' | 'name' | 'title'> = {
  name: 'check_drift',
  title: 'Post outcomes',
  effect: 'write',
}

async function postOutcomes(exchange: Exchange): Promise<Reply> {
  const { request, services, principal, parameters } = exchange
  const allowed = authorise(POSTING, principal)
  if (!allowed.ok) return allowed
  const name = parameters['name'] ?? ''
  if (!maySee(principal, name)) return modelRefusal(principal, name)
  const body = await readJson(request, services.limits.jsonBytes)
  if (!body.ok) return body
  // One outcome may stand alone.
  const given = isSingle(body.value) ? { outcomes: [body.value] } : body.value
  const checked = inputSchema.safeParse(given)
  if (!checked.success) {
    return fail(
      'invalid_input',
      'Send {"request_id": "…", "actual": …}, or {"outcomes": [{…}, {…}]} for several.',
      describeIssues(checked.error.issues, Object.keys(inputSchema.shape)),
    )
  }
  const ports = portsOf(exchange)
  if ((await ports.registry.findModel(name)) === null) {
    return fail('not_found', `There is no model named ${name}.`)
  }
  if (ports.monitor === undefined) {
    return fail(
      'conflict',
      'Predictions are not logged here. Start Parley with PARLEY_PREDICTION_LOG=answers.',
    )
  }
  const outcomes = checked.data.outcomes.map(toOutcome)
  const found = new Set(ports.monitor.addOutcomes(name, outcomes))
  const unknown = outcomes.map(({ id }) => id).filter((id) => !found.has(id))
  return jsonReply(exchange, {
    model: name,
    matched: outcomes.length - unknown.length,
    unknown: unknown.length,
    first_unknown: unknown.slice(0, MAX_SHOWN),
  })
}

function isSingle(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'request_id' in value
}

function toOutcome({
  request_id,
  instance,
  actual,
}: z.output<typeof outcomeSchema>): PostedOutcome {
  return {
    id: instance === undefined ? request_id : `${request_id}#${instance}`,
    actual: typeof actual === 'boolean' ? String(actual) : actual,
  }
}

export const outcomeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/models/{name}/outcomes',
    handle: postOutcomes,
    document: {
      id: 'postOutcomes',
      tag: 'Models',
      summary: 'Say what turned out to be true',
      description:
        'Names predictions by their request_id and says the class or value that turned out to be true. check_drift then shows how right the model has been. A second outcome for the same prediction replaces the first.',
      body: () =>
        json(toSchema(inputSchema, 'input'), {
          outcomes: [{ request_id: '0f8c2d7e5b6a49318c7d2e1f0a9b8c7d', actual: 'Yes' }],
        }),
      answers: () => [
        {
          status: 200,
          description: 'They are noted.',
          content: json(toSchema(outputSchema, 'output')),
        },
      ],
      errors: [
        'malformed_request',
        'forbidden',
        'not_found',
        'conflict',
        'too_large',
        'unsupported_file',
        'invalid_input',
      ],
    },
  },
]
