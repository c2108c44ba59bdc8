// An entry of the audit log as surfaces give it out, and what they may ask of the log.

import { z } from 'zod'
import type { AuditEntry } from './people-store.ts'

/** Entries of one answer; more belong in a file, by asking since one time after another. */
export const MAX_AUDIT_ANSWER = 1_000
export const DEFAULT_AUDIT_ANSWER = 100

export const auditEntryOutput = z.object({
  id: z.int(),
  at: z.string().describe('ISO 8601, UTC'),
  principal: z.string().describe('Who: local, key:…, slack:T:U, discord:U'),
  display: z.string().nullable().describe('What people call them'),
  surface: z.string().describe('From where'),
  operation: z.string(),
  model: z.string().nullable().describe('The model, or the id of a key'),
  outcome: z.string().describe('done, the code of a failure, or started where the end is unknown'),
  request_id: z.string(),
})

export function toWireEntry(entry: AuditEntry): z.output<typeof auditEntryOutput> {
  const { id, atMs, principal, display, surface, operation, subject, outcome, requestId } = entry
  return {
    id,
    at: new Date(atMs).toISOString(),
    principal,
    display,
    surface,
    operation,
    model: subject,
    outcome,
    request_id: requestId,
  }
}

const DURATION = /^(\d{1,6})\s*([smhdw])$/
const UNIT_MS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const satisfies Record<string, number>

/** `30d`, `12h`, `90m` in milliseconds; null for anything else and for nothing at all. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = DURATION.exec(text.trim()) ?? []
  if (count === undefined || unit === undefined || !isUnit(unit)) return null
  const duration = Number(count) * UNIT_MS[unit]
  return duration > 0 ? duration : null
}

function isUnit(text: string): text is keyof typeof UNIT_MS {
  return Object.hasOwn(UNIT_MS, text)
}
