// The trail of what changes something: written down before it runs, and finished with how it ended.

import type { ErrorCode, Outcome } from '#core/errors.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { findModel } from './find-model.ts'
import type { Call, Operation } from './operation.ts'

type Input = Readonly<Record<string, unknown>>
type Audited = Pick<Operation, 'effect' | 'name'>

/**
 * Runs `work` between two marks in the audit log; what only reads leaves none. A change that cannot be written down does
 * not run: it answers `unavailable`. One that ran and cannot be marked as ended stays `started` in the log.
 */
export async function audited<T extends Input>(
  operation: Audited,
  input: Input,
  call: Call,
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (operation.effect === 'read') return work()
  const { registry, logger } = call.ports
  let id: number
  try {
    const subject = await subjectOf(input, call)
    id = await registry.recordAudit(entryOf(operation, subject, 'started', call))
  } catch (error) {
    if (!(error instanceof RegistryUnavailable)) throw error
    const message = `This cannot be written into the audit log, so it was not done. ${error.message}`
    return { ok: false, failure: { code: 'unavailable', message, details: [] } }
  }
  const outcome = await work()
  try {
    await registry.finishAudit(id, {
      outcome: outcome.ok ? 'done' : outcome.failure.code,
      subject: outcome.ok ? modelIn(outcome.value) : null,
    })
  } catch {
    logger.error({ requestId: call.requestId, audit: id }, 'the audit log could not be finished')
  }
  return outcome
}

/** An attempt that was refused before it began; the refusal stands also where it cannot be written down. */
export async function noteRefusal(
  operation: Audited,
  input: unknown,
  call: Call,
  code: ErrorCode,
): Promise<void> {
  // A question put to the person is not an attempt that was refused.
  if (operation.effect === 'read' || code === 'needs_confirmation') return
  try {
    const subject = isRecord(input) ? await subjectOf(input, call) : null
    await call.ports.registry.recordAudit(entryOf(operation, subject, code, call))
  } catch {
    call.ports.logger.error({ requestId: call.requestId }, 'a refusal could not be audited')
  }
}

function entryOf(
  { name }: Audited,
  subject: string | null,
  outcome: 'started' | ErrorCode,
  { principal, requestId }: Call,
) {
  return {
    principal: principal.id,
    display: principal.display ?? null,
    surface: principal.surface,
    operation: name,
    subject,
    outcome,
    requestId,
  }
}

/** The name of a model that exists; anything else a person wrote stays out of the log. */
async function subjectOf(input: Input, { ports }: Call): Promise<string | null> {
  const said = modelIn(input)
  if (said === null) return null
  const found = await findModel(ports.registry, said)
  return found.ok ? found.value.name : null
}

/** `deploy_model` calls it `name`, every other operation `model`. */
function modelIn(value: Input): string | null {
  const name = value['model'] ?? value['name']
  return typeof name === 'string' ? name : null
}

function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
