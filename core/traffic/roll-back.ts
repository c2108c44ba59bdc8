// Ends a plan whose new version does worse than it may, and writes down that nobody but the rule did it.

import type { Logger } from '#core/operations/operation.ts'
import type { Registry } from '#core/registry/registry.ts'
import type { TrafficPlan } from './traffic-plan.ts'

export interface Breach {
  readonly model: string
  /** The version that all requests go to now. */
  readonly live: number
  /** The one that did worse. */
  readonly version: number
  readonly plan: TrafficPlan
  /** Follows "Version 2": `failed 12 % of its last 120 requests, where 5 % may`. */
  readonly reason: string
}

export interface RolledBack {
  readonly version: number
  readonly reason: string
  /** ISO 8601, UTC. */
  readonly at: string
}

/** What stands in the audit log in place of a person. */
const PRINCIPAL = { id: 'parley', surface: 'automatic' } as const

/** Null where another change came first or nothing can be stored now; then whoever asked may ask again. */
export async function rollBack(
  ports: {
    readonly registry: Pick<Registry, 'setLive' | 'recordAudit' | 'finishAudit'>
    readonly logger: Logger
    readonly now: () => number
  },
  { model, live, version, plan, reason }: Breach,
): Promise<RolledBack | null> {
  const { registry, logger } = ports
  const fields = { model, version, reason }
  try {
    const at = new Date(ports.now()).toISOString()
    const id = await registry.recordAudit({
      principal: PRINCIPAL.id,
      display: `automatic roll back: version ${version} ${reason}`,
      surface: PRINCIPAL.surface,
      operation: 'set_traffic',
      subject: model,
      outcome: 'started',
      requestId: `roll-back-${plan.startedAt}`,
    })
    const ended = await registry.setLive(model, live, { replacing: plan.startedAt })
    const outcome = ended.ok ? 'done' : ended.failure.code
    await registry.finishAudit(id, { outcome, subject: null })
    logger.warn({ ...fields, outcome }, 'a version was rolled back')
    return ended.ok ? { version, reason, at } : null
  } catch (error) {
    logger.error({ ...fields, error: String(error) }, 'a version could not be rolled back')
    return null
  }
}
