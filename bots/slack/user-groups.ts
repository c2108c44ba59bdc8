// Which user groups a person is in, asked of Slack only where permissions depend on it, and remembered for minutes.

import type { WebClient } from './slack-types.ts'

/** Whoever is taken out of a group loses its rights after this at the latest. */
const MEMORY_MS = 60_000

export interface UserGroups {
  of(team: string, user: string): Promise<readonly string[]>
}

/** Where Slack cannot be asked, nobody is in any group: rights are never guessed. */
export function createUserGroups(options: {
  readonly client: WebClient
  /** False where no group is named in the permissions, so that Slack need not be asked. */
  readonly isNeeded: boolean
  readonly now: () => number
  readonly report: (error: unknown) => void
}): UserGroups {
  const { client, isNeeded, now, report } = options
  let known: {
    readonly members: ReadonlyMap<string, readonly string[]>
    readonly at: number
  } | null = null
  return {
    async of(team, user) {
      if (!isNeeded) return []
      if (known === null || now() - known.at > MEMORY_MS) {
        known = { members: await load(client, team).catch(giveUp), at: now() }
      }
      return known.members.get(user) ?? []
    },
  }

  function giveUp(error: unknown): ReadonlyMap<string, readonly string[]> {
    report(error)
    return new Map()
  }
}

async function load(
  client: WebClient,
  team: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { usergroups = [] } = await client.usergroups.list({ include_users: true, team_id: team })
  const groups = new Map<string, string[]>()
  for (const { id, users = [] } of usergroups) {
    if (id === undefined) continue
    for (const user of users) groups.set(user, [...(groups.get(user) ?? []), id])
  }
  return groups
}
