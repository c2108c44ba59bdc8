// Making and revoking keys, each written into the audit log before it happens.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Principal } from '#core/operations/operation.ts'
import { isModelName } from '#core/registry/names.ts'
import { makeApiKey, type NewApiKey, type RandomBytes } from './api-key.ts'
import { SCOPES } from './grants-file.ts'
import type { ApiKeyRecord, AuditOutcome, PeopleStore } from './people-store.ts'

/** As long as a name of a model: enough for `nightly scoring of the churn team`. */
const MAX_NAME_LENGTH = 64

export interface KeyContext {
  readonly store: PeopleStore
  readonly randomBytes: RandomBytes
  readonly now: () => number
  /** Who makes or revokes. */
  readonly by: Principal
  readonly requestId: string
}

export type KeyWish = Omit<NewApiKey, 'createdBy' | 'expiresAtMs'> & {
  /** From when it is made; null for ever. */
  readonly lifetimeMs: number | null
}

/** `key` is the only time that anybody sees it. */
export async function createKey(
  wish: KeyWish,
  context: KeyContext,
): Promise<Outcome<{ readonly key: string; readonly record: ApiKeyRecord }>> {
  const checked = checkWish(wish)
  if (!checked.ok) return checked
  const { store, randomBytes, now, by } = context
  const nowMs = now()
  const { lifetimeMs, ...rest } = wish
  const expiresAtMs = lifetimeMs === null ? null : nowMs + lifetimeMs
  const { key, stored } = makeApiKey(
    { ...rest, expiresAtMs, createdBy: by.id },
    { randomBytes, nowMs },
  )
  await recorded('create_key', stored.id, context, async () => {
    await store.createApiKey(stored)
    return 'done'
  })
  const { sha256: _, ...record } = stored
  return succeed({ key, record })
}

/** From now on it opens nothing; revoking again changes nothing. */
export async function revokeKey(id: string, context: KeyContext): Promise<Outcome<ApiKeyRecord>> {
  let outcome: Outcome<ApiKeyRecord> = fail('not_found', `There is no API key ${id}.`)
  if ((await context.store.findApiKey(id)) === null) return outcome
  await recorded('revoke_key', id, context, async () => {
    outcome = await context.store.revokeApiKey(id)
    return outcome.ok ? 'done' : outcome.failure.code
  })
  return outcome
}

async function recorded(
  operation: string,
  subject: string,
  { store, by, requestId }: KeyContext,
  work: () => Promise<AuditOutcome>,
): Promise<void> {
  const id = await store.recordAudit({
    principal: by.id,
    display: by.display ?? null,
    surface: by.surface,
    operation,
    subject,
    outcome: 'started',
    requestId,
  })
  await store.finishAudit(id, { outcome: await work(), subject: null })
}

function checkWish({ name, scopes, models }: KeyWish): Outcome<void> {
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    return fail('invalid_input', `A key needs a name of 1 to ${MAX_NAME_LENGTH} characters.`)
  }
  const unknownScope = scopes?.find((scope) => !SCOPES.includes(scope))
  if (unknownScope !== undefined) {
    return fail(
      'invalid_input',
      `There is no scope “${unknownScope}”; there are ${SCOPES.join(', ')}.`,
    )
  }
  const badModel = models?.find((model) => !isModelName(model))
  if (badModel !== undefined) {
    return fail('invalid_input', `“${badModel}” cannot be the name of a model.`)
  }
  return succeed(undefined)
}
