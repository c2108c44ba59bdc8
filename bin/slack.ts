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

/** Parley itself does not depend on Slack: where the bot cannot connect, everything else runs and the sentence says so. */
export async function connectSlack(
  bot: SlackBot,
  { connection }: Pick<SlackConfiguration, 'connection'>,
): Promise<string> {
  try {
    await bot.start()
    return connection.mode === 'socket' ? 'connected by socket' : 'listening at /slack/events'
  } catch (error) {
    return `not connected: ${reasonOf(error)}`
  }
}

/** Slack's own word for it; an error's text may hold an address. */
function reasonOf(error: unknown): string {
  const data = error instanceof Error && 'data' in error ? error.data : null
  const code = typeof data === 'object' && data !== null && 'error' in data ? data.error : null
  return typeof code === 'string' ? `Slack answered ${code}.` : 'Slack could not be reached.'
}
