// Discord's settings, checked at start.

import { type Outcome, succeed } from '#core/errors.ts'
import { invalid, isHttpUrl, withoutPassword } from './settings.ts'

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
    return invalid(
      `DISCORD_API_URL must be an http or https address; it is "${withoutPassword(apiUrl)}".`,
    )
  }
  return succeed({ token, applicationId, apiUrl, guildId })
}
