// Discord's settings, checked at start, and the bot that they start.

import type { Agent } from '#agent/turn.ts'
import { type DiscordBot, startDiscordBot } from '#bots/discord/bot.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Ports } from '#core/operations/operation.ts'
import { principalOf } from '#core/people/grants.ts'
import type { Grants } from '#core/people/grants-file.ts'

export interface DiscordConfiguration {
  readonly token: string
  readonly applicationId: string
  /** Another address of Discord's API, for proxies and tests. */
  readonly apiUrl: string | null
  /** Commands are registered in this server alone, where they appear at once. */
  readonly guildId: string | null
}

const SNOWFLAKE = /^\d{15,21}$/
const SPACE = /\s/

/** null where no bot is asked for; `invalid_input` with a sentence that names the setting and never shows the token. */
export function readDiscord(
  value: (name: string) => string | null,
): Outcome<DiscordConfiguration | null> {
  const token = value('DISCORD_TOKEN')
  const applicationId = value('DISCORD_APPLICATION_ID')
  const apiUrl = value('DISCORD_API_URL')
  const guildId = value('DISCORD_GUILD_ID')
  if (token === null) {
    return applicationId === null
      ? succeed(null)
      : invalid('DISCORD_APPLICATION_ID is set, but DISCORD_TOKEN is not; a bot needs both.')
  }
  if (SPACE.test(token)) {
    return invalid('DISCORD_TOKEN must be the bot’s token alone, without spaces or the word Bot.')
  }
  if (applicationId === null || !SNOWFLAKE.test(applicationId)) {
    return invalid(
      'DISCORD_APPLICATION_ID must be the long number under General Information in the developer portal.',
    )
  }
  if (guildId !== null && !SNOWFLAKE.test(guildId)) {
    return invalid(
      `DISCORD_GUILD_ID must be the id of a server, a long number; it is "${guildId}".`,
    )
  }
  if (apiUrl !== null && !isHttpUrl(apiUrl)) {
    return invalid(`DISCORD_API_URL must be an http or https address; it is "${apiUrl}".`)
  }
  return succeed({ token, applicationId, apiUrl, guildId })
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}

function invalid(message: string): Outcome<never> {
  return fail('invalid_input', message)
}

/** Parley itself does not depend on Discord: where the bot cannot connect, everything else runs and the sentence says so. */
export async function connectDiscord(
  configuration: DiscordConfiguration,
  services: { readonly ports: Ports; readonly agent: Agent; readonly grants: Grants },
): Promise<{ readonly bot: DiscordBot | null; readonly sentence: string }> {
  const { ports, agent, grants } = services
  try {
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
