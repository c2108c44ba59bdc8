// Starts the Discord bot beside the server; its libraries are loaded only when it is asked for.

import type { Agent } from '#agent/turn.ts'
import type { DiscordBot } from '#bots/discord/bot.ts'
import type { Ports } from '#core/operations/operation.ts'
import { principalOf } from '#core/people/grants.ts'
import type { Grants } from '#core/people/grants-file.ts'
import type { DiscordConfiguration } from './discord-configuration.ts'

/** Parley itself does not depend on Discord: where the bot cannot connect, everything else runs and the sentence says so. */
export async function connectDiscord(
  configuration: DiscordConfiguration,
  services: { readonly ports: Ports; readonly agent: Agent; readonly grants: Grants },
): Promise<{ readonly bot: DiscordBot | null; readonly sentence: string }> {
  const { ports, agent, grants } = services
  try {
    const { startDiscordBot } = await import('#bots/discord/bot.ts')
    const bot = await startDiscordBot({
      ...configuration,
      ports,
      agent,
      principalOf: (identity) => principalOf(identity, grants),
    })
    const commands = bot.commands === 'registered' ? 'commands registered' : 'commands up to date'
    return { bot, sentence: `connected as ${bot.name}, ${commands}` }
  } catch (error) {
    return { bot: null, sentence: `not connected: ${reasonOf(error)}` }
  }
}

const UNAUTHORIZED = 401
const FORBIDDEN = 403

/** Which setting to look at; an error's own text may hold an address or a header. */
function reasonOf(error: unknown): string {
  const status = error instanceof Error && 'status' in error ? error.status : null
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (status === UNAUTHORIZED || code === 'TokenInvalid') return 'Discord refused DISCORD_TOKEN.'
  if (status === FORBIDDEN) {
    return 'Discord refused to register the commands; look at DISCORD_APPLICATION_ID and DISCORD_GUILD_ID.'
  }
  return 'Discord could not be reached.'
}
