// Who somebody on Discord is to Parley: by ids that Discord has verified, never by a name.

import type { Principal } from '#core/operations/operation.ts'
import type { Identity } from '#core/people/grants.ts'

export type DiscordIdentity = Extract<Identity, { surface: 'discord' }>

/** Who asks with their rights, or null where they may not do anything; the permissions file answers. */
export type DiscordPrincipals = (identity: DiscordIdentity) => Principal | null

/** Without a configuration everybody may look and predict, nobody may change anything. */
export const everyoneViews: DiscordPrincipals = ({ user, display }) => ({
  id: `discord:${user}`,
  role: 'viewer',
  surface: 'discord',
  ...(display !== undefined && { display }),
})

export const STRANGER_SENTENCE =
  'You may not use this Parley. Whoever runs it can allow it in the permissions file.'

interface Speaker {
  readonly id: string
  readonly username: string
  readonly globalName: string | null
}

/** Roles as they came with the event itself, so they are as fresh as what was said. */
export function identityOf(
  user: Speaker,
  roles: readonly string[] | { readonly cache: ReadonlyMap<string, unknown> } | undefined,
): DiscordIdentity {
  const ids = roles === undefined ? [] : 'cache' in roles ? [...roles.cache.keys()] : roles
  return {
    surface: 'discord',
    user: user.id,
    roles: ids,
    display: user.globalName ?? user.username,
  }
}
