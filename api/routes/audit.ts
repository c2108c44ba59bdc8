// The audit log, for admins: who changed what, when and from where.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import {
  auditEntryOutput,
  DEFAULT_AUDIT_ANSWER,
  MAX_AUDIT_ANSWER,
  parseDuration,
  toWireEntry,
} from '#core/people/audit-entry.ts'
import type { AuditFilter } from '#core/people/people-store.ts'
import { type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

const WHOLE_NUMBER = /^\d{1,6}$/

const auditOutput = z.object({ entries: z.array(auditEntryOutput) })

async function listAudit(exchange: Exchange): Promise<Reply> {
  const { principal, services, request } = exchange
  // A key that is limited to some models or operations is not one to read everything with.
  if (principal.role !== 'admin' || (principal.models ?? principal.scopes) !== undefined) {
    return fail(
      'forbidden',
      `The audit log needs the role admin without limits; you have the role ${principal.role}. Ask an admin of this Parley for it.`,
    )
  }
  const filter = readFilter(new URL(request.url).searchParams, services.ports.now())
  if (!filter.ok) return filter
  const entries = await services.ports.registry.listAudit(filter.value)
  return jsonReply(exchange, { entries: entries.map(toWireEntry) })
}

function readFilter(query: URLSearchParams, nowMs: number): Outcome<AuditFilter> {
  const subject = query.get('model')
  const since = query.get('since')
  const sinceMs = since === null ? null : parseDuration(since)
  if (since !== null && sinceMs === null) {
    return fail('invalid_input', 'since is a time back from now, such as 7d, 12h or 30m.', [
      { path: 'since', message: 'must be a number and s, m, h, d or w' },
    ])
  }
  const limit = query.get('limit') ?? String(DEFAULT_AUDIT_ANSWER)
  if (!WHOLE_NUMBER.test(limit) || Number(limit) < 1 || Number(limit) > MAX_AUDIT_ANSWER) {
    return fail('invalid_input', `limit is a whole number from 1 to ${MAX_AUDIT_ANSWER}.`, [
      { path: 'limit', message: `must be from 1 to ${MAX_AUDIT_ANSWER}` },
    ])
  }
  return succeed({
    limit: Number(limit),
    ...(subject !== null && { subject }),
    ...(sinceMs !== null && { sinceMs: nowMs - sinceMs }),
  })
}

export const auditRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/audit',
    handle: listAudit,
    document: {
      id: 'listAudit',
      tag: 'Service',
      summary: 'Say who changed what, newest first; for admins',
      query: [
        {
          name: 'model',
          description: 'Only about this model, or the key of this id.',
          schema: { type: 'string' },
        },
        {
          name: 'since',
          description: 'Only the last 7d, 12h, 30m.',
          schema: { type: 'string' },
        },
        {
          name: 'limit',
          description: 'The newest this many.',
          schema: {
            type: 'integer',
            minimum: 1,
            maximum: MAX_AUDIT_ANSWER,
            default: DEFAULT_AUDIT_ANSWER,
          },
        },
      ],
      answers: () => [
        {
          status: 200,
          description: 'The log.',
          content: json(toSchema(auditOutput, 'output')),
        },
      ],
      errors: ['forbidden', 'invalid_input', 'unavailable'],
    },
  },
]
