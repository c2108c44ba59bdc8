// Who may run what, and what must be confirmed first.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Call, Effect, Operation, Principal, Role } from './operation.ts'

const ROLE_RANK = { viewer: 0, deployer: 1, admin: 2 } as const satisfies Record<Role, number>

/** Predicting is reading: it changes nothing that another person sees. */
export const ROLE_NEEDED = {
  read: 'viewer',
  write: 'deployer',
  destructive: 'admin',
} as const satisfies Record<Effect, Role>

/**
 * Surfaces where a language model or an interpreter writes the input. There `confirm: true` inside the input means
 * nothing: only a person's own answer, carried as `call.confirmed`, does.
 */
const TALKING_SURFACES: ReadonlySet<Principal['surface']> = new Set(['chat', 'slack', 'discord'])

export function mayInvoke(operation: Pick<Operation, 'effect'>, principal: Principal): boolean {
  return ROLE_RANK[principal.role] >= ROLE_RANK[ROLE_NEEDED[operation.effect]]
}

/** `forbidden` names the role that is missing. */
export function authorise(
  operation: Pick<Operation, 'effect' | 'title'>,
  principal: Principal,
): Outcome<void> {
  if (mayInvoke(operation, principal)) return succeed(undefined)
  const needed = ROLE_NEEDED[operation.effect]
  return fail(
    'forbidden',
    `“${operation.title}” needs the role ${needed}; you have the role ${principal.role}.`,
  )
}

/** The sentence to put to the person before this runs, or null when it may run at once. */
export function needsConfirmation(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  call: Pick<Call, 'confirmed' | 'principal'>,
): string | null {
  if (operation.effect !== 'destructive' || call.confirmed) return null
  if (input['confirm'] === true && !TALKING_SURFACES.has(call.principal.surface)) return null
  return operation.confirms?.(input) ?? `“${operation.title}” cannot be undone. Go ahead?`
}
