// The Slack bot of a running server, from its settings.

import type { Agent } from '#agent/turn.ts'
import { createSlackBot, type SlackBot } from '#bots/slack/bot.ts'
import type { Ports } from '#core/operations/operation.ts'
import { namesSlackGroups, principalOf } from '#core/people/grants.ts'
import type { Grants } from '#core/people/grants-file.ts'
import type { SlackConfiguration } from './slack-configuration.ts'

export function makeSlackBot(
  configuration: SlackConfiguration,
  services: { readonly ports: Ports; readonly agent: Agent; readonly grants: Grants },
): SlackBot {
  const { ports, agent, grants } = services
  return createSlackBot({
    ...configuration,
    ports,
    agent,
    principalOf: (identity) => principalOf(identity, grants),
    needsUserGroups: namesSlackGroups(grants),
  })
}

/** Slack answers within a second; the server's own start waits no longer than this for it. */
const PATIENCE_MS = 5_000

/** Parley itself does not depend on Slack: where the bot cannot connect, everything else runs and the sentence says so. */
export async function connectSlack(
  bot: SlackBot,
  { connection }: Pick<SlackConfiguration, 'connection'>,
): Promise<string> {
  const connected =
    connection.mode === 'socket' ? 'connected by socket' : 'listening at /slack/events'
  const started = bot.start().then(
    () => connected,
    (error: unknown) => `not connected: ${reasonOf(error)}`,
  )
  const late = Bun.sleep(PATIENCE_MS).then(
    () => 'not connected yet; Slack does not answer, and I keep trying',
  )
  return Promise.race([started, late])
}

/** Slack's own word for it; an error's text may hold an address. */
function reasonOf(error: unknown): string {
  const data = error instanceof Error && 'data' in error ? error.data : null
  const code = typeof data === 'object' && data !== null && 'error' in data ? data.error : null
  return typeof code === 'string' ? `Slack answered ${code}.` : 'Slack could not be reached.'
}
