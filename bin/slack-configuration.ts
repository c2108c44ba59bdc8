// Slack's settings, checked at start; apart from the bot, whose library only those load who use it.

import { type Outcome, succeed } from '#core/errors.ts'
import { invalid, isHttpUrl, withoutPassword } from './settings.ts'

export type SlackConnection =
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string }

export interface SlackConfiguration {
  readonly botToken: string
  readonly connection: SlackConnection
  /** Another address of Slack's Web API, for proxies and tests; ends with a slash. */
  readonly apiUrl: string | null
}

/** null where no bot is asked for; `invalid_input` with a sentence that names the setting and never shows a token. */
export function readSlack(
  value: (name: string) => string | null,
): Outcome<SlackConfiguration | null> {
  const botToken = value('SLACK_BOT_TOKEN')
  const appToken = value('SLACK_APP_TOKEN')
  const signingSecret = value('SLACK_SIGNING_SECRET')
  const apiUrl = value('SLACK_API_URL')
  if (botToken === null) {
    const other = appToken === null ? signingSecret && 'SLACK_SIGNING_SECRET' : 'SLACK_APP_TOKEN'
    return other === null ? succeed(null) : invalid(`${other} is set, but SLACK_BOT_TOKEN is not.`)
  }
  if (!botToken.startsWith('xoxb-')) {
    return invalid('SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-.')
  }
  if (apiUrl !== null && !isHttpUrl(apiUrl)) {
    return invalid(
      `SLACK_API_URL must be an http or https address; it is "${withoutPassword(apiUrl)}".`,
    )
  }
  const connection = connectionOf(appToken, signingSecret)
  if (!connection.ok) return connection
  const ended = apiUrl === null || apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`
  return succeed({ botToken, connection: connection.value, apiUrl: ended })
}

function connectionOf(
  appToken: string | null,
  signingSecret: string | null,
): Outcome<SlackConnection> {
  if (appToken !== null) {
    return appToken.startsWith('xapp-')
      ? succeed({ mode: 'socket', appToken })
      : invalid('SLACK_APP_TOKEN must be an app-level token, which begins with xapp-.')
  }
  return signingSecret !== null
    ? succeed({ mode: 'http', signingSecret })
    : invalid(
        'SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (socket mode) or SLACK_SIGNING_SECRET (events over HTTP) beside it.',
      )
}
