// Works out who somebody is to Parley: their role and limits, from what their platform verified and the permissions file.

import type { Principal } from '#core/operations/operation.ts'
import { type Grant, type Grants, NONE } from './grants-file.ts'
import { type Role, rankOf } from './roles.ts'

/** Somebody as their platform verified them. */
export type Identity =
  | { readonly surface: 'local' }
  | {
      readonly surface: 'slack'
      readonly team: string
      readonly user: string
      /** True for somebody of another workspace, in a channel that both share (Slack Connect); `team` is then theirs. */
      readonly isGuest?: boolean
      /** Ids of the user groups they are in; only needed where `namesSlackGroups`. */
      readonly groups: readonly string[]
      readonly display?: string
    }
  | {
      readonly surface: 'discord'
      readonly user: string
      /** Ids of their roles in the guild they speak in; none in a direct message. */
      readonly roles: readonly string[]
      readonly display?: string
    }

/** null where they may not do anything. */
export function roleOf(identity: Identity, grants: Grants): Role | null {
  return principalOf(identity, grants)?.role ?? null
}

/** Who asks, with their rights; null where they may not do anything. */
export function principalOf(identity: Identity, grants: Grants): Principal | null {
  const given = grantOf(identity, grants)
  if (given === NONE) return null
  const { role: own, models, scopes } = typeof given === 'string' ? { role: given } : given
  return {
    ...whoIs(identity),
    role: own,
    ...(models !== undefined && { models }),
    ...(scopes !== undefined && { scopes }),
  }
}

/** True where the file gives anything to a Slack user group, so that memberships have to be asked for. */
export function namesSlackGroups({ slack }: Grants): boolean {
  return Object.keys(slack.groups).length > 0
}

/** What names a person decides; else the strongest of their groups; else the default of the platform. */
function grantOf(identity: Identity, grants: Grants): Grant {
  switch (identity.surface) {
    case 'local':
      return grants.local
    case 'slack': {
      const { users, groups, default: rest } = grants.slack
      const own = find(users, `${identity.team}:${identity.user}`) ?? find(users, identity.user)
      // The file speaks of one's own people: guests have what is given to them by name, and nothing else.
      if (identity.isGuest === true) return own ?? NONE
      return own ?? strongest(identity.groups, groups) ?? rest
    }
    case 'discord': {
      const { users, roles, default: rest } = grants.discord
      return find(users, identity.user) ?? strongest(identity.roles, roles) ?? rest
    }
  }
}

function find(grants: Readonly<Record<string, Grant>>, id: string): Grant | null {
  return Object.hasOwn(grants, id) ? (grants[id] ?? null) : null
}

/** By role; of two of the same role, the one without limits. `none` only where every group that is named says it. */
function strongest(ids: readonly string[], grants: Readonly<Record<string, Grant>>): Grant | null {
  const found = ids.map((id) => find(grants, id)).filter((one) => one !== null)
  return found.reduce<Grant | null>(
    (best, one) => (best === null || strengthOf(one) > strengthOf(best) ? one : best),
    null,
  )
}

function strengthOf(one: Grant): number {
  if (one === NONE) return -1
  if (typeof one === 'string') return rankOf(one) + WITHOUT_LIMITS
  const isLimited = one.models !== undefined || one.scopes !== undefined
  return rankOf(one.role) + (isLimited ? 0 : WITHOUT_LIMITS)
}

/** Less than the step from one role to the next. */
const WITHOUT_LIMITS = 0.5

function whoIs(identity: Identity): Pick<Principal, 'id' | 'surface' | 'display'> {
  switch (identity.surface) {
    case 'local':
      return { id: 'local', surface: 'rest' }
    case 'slack': {
      const { team, user, display } = identity
      return {
        id: `slack:${team}:${user}`,
        surface: 'slack',
        ...(display !== undefined && { display }),
      }
    }
    case 'discord': {
      const { user, display } = identity
      return {
        id: `discord:${user}`,
        surface: 'discord',
        ...(display !== undefined && { display }),
      }
    }
  }
}
