// Every operation at its own address, its input as the JSON body: what has no nicer route is reached here.

import { OPERATIONS } from '#core/operations/index.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Operation } from '#core/operations/operation.ts'
import { callOf, type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { readJson } from '../http/body.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'
import { ACCEPTED, beginJob, wantsJob } from './jobs.ts'

async function run(exchange: Exchange, operation: Operation): Promise<Reply> {
  const input = await readJson(exchange.request, exchange.services.limits.jsonBytes)
  if (!input.ok) return input
  if (wantsJob(exchange, operation)) return beginJob(exchange, operation, input.value)
  if (operation.cost === 'heavy') exchange.services.keepOpen(exchange.request)
  // A destructive operation runs when its input carries the confirmation that its first answer gave.
  const outcome = await invoke(operation, input.value, callOf(exchange, { confirmed: false }))
  return outcome.ok ? jsonReply(exchange, outcome.value) : outcome
}

export const operationRoutes: readonly Route[] = OPERATIONS.map((operation) => ({
  method: 'POST',
  path: `/api/operations/${operation.name}`,
  handle: (exchange) => run(exchange, operation),
  document: {
    id: `run_${operation.name}`,
    tag: 'Operations',
    summary: operation.title,
    description: operation.description,
    body: () => json(toSchema(operation.input, 'input'), operation.examples[0]?.input ?? {}),
    answers: () => [
      { status: 200, description: 'Done.', content: json(toSchema(operation.output, 'output')) },
      ...(operation.isJob === true ? [ACCEPTED] : []),
    ],
    errors: [
      ...new Set([
        'malformed_request' as const,
        'unsupported_file' as const,
        'too_large' as const,
        'invalid_input' as const,
        ...operation.errors,
      ]),
    ],
  },
}))
