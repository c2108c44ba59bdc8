// Who may run what, and which models exist for them.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { type Role, rankOf } from '#core/people/roles.ts'
import { joinWords } from '#core/presentation/phrases.ts'
import type { Effect, Operation, Principal } from './operation.ts'

/** Predicting is reading: it changes nothing that another person sees. */
export const ROLE_NEEDED = {
  read: 'viewer',
  write: 'deployer',
  destructive: 'admin',
} as const satisfies Record<Effect, Role>

export function mayInvoke(
  operation: Pick<Operation, 'effect' | 'name'>,
  principal: Principal,
): boolean {
  return hasRole(operation, principal) && hasScope(operation, principal)
}

function hasRole({ effect }: Pick<Operation, 'effect'>, { role }: Principal): boolean {
  return rankOf(role) >= rankOf(ROLE_NEEDED[effect])
}

function hasScope({ effect, name }: Pick<Operation, 'effect' | 'name'>, { scopes }: Principal) {
  return scopes === undefined || scopes.includes(name) || scopes.includes(effect)
}

const ALLOWED = succeed(undefined)

/** `forbidden` names the role or the scope that is missing, and who can give it. */
export function authorise(
  operation: Pick<Operation, 'effect' | 'name' | 'title'>,
  principal: Principal,
): Outcome<void> {
  if (!hasRole(operation, principal)) {
    const needed = ROLE_NEEDED[operation.effect]
    return fail(
      'forbidden',
      `“${operation.title}” needs the role ${needed}; you have the role ${principal.role}. Ask an admin of this Parley for it.`,
    )
  }
  if (hasScope(operation, principal)) return ALLOWED
  return fail(
    'forbidden',
    `“${operation.title}” needs the scope ${operation.name} or ${operation.effect}; you have ${joinWords(principal.scopes ?? [])}. Ask an admin of this Parley for it.`,
  )
}

/** False for a model that does not exist for this person, whether or not it does for others. */
export function maySee({ models }: Pick<Principal, 'models'>, name: string): boolean {
  return models === undefined || models.includes(name)
}

/** What is said of a model that may not be seen; the same where there is none of that name. */
export function modelRefusal({ models = [] }: Pick<Principal, 'models'>, name: string) {
  const own = models.length === 0 ? 'no model' : `${joinWords(models)} only`
  return fail(
    'forbidden',
    `You may use ${own}; “${name}” is not among them. Ask an admin of this Parley to add it.`,
  )
}
