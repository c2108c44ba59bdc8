// Which conversation a message belongs to, and who said it, from a platform's own verified ids.

import type { Principal, Role } from '#core/operations/operation.ts'

export type Platform = 'slack' | 'discord'

export interface Place {
  readonly platform: Platform
  /** Team or guild; `dm` where the platform has none. */
  readonly workspace: string
  readonly channel: string
  /** The thread inside the channel, or null for the channel itself. */
  readonly thread: string | null
}

/** A person on a platform, by ids that the platform has verified. */
export interface Person {
  readonly platform: Platform
  readonly workspace: string
  readonly user: string
  /** User groups or roles that the platform says the person has. */
  readonly groups: readonly string[]
}

/** What a person may do; the permissions configuration answers. */
export type RoleOf = (person: Person) => Role | Promise<Role>

/** Without a configuration everybody may look and predict, nobody may change anything. */
export const everyoneViews: RoleOf = () => 'viewer'

/**
 * The agent's conversation id: one for each person in each thread, so that two people in one channel never share a
 * memory, and a "yes" can only answer what was put to the one who says it.
 */
export function conversationKey(place: Place, user: string): string {
  const { platform, workspace, channel, thread } = place
  return [platform, workspace, channel, thread ?? 'channel', user].join(':')
}

export async function principalFor(person: Person, roleOf: RoleOf): Promise<Principal> {
  const { platform, workspace, user } = person
  return {
    id: `${platform}:${workspace}:${user}`,
    role: await roleOf(person),
    surface: platform,
  }
}
