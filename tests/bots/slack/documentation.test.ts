// The manifest that docs/slack.md has people paste asks for what the bot uses, within what Slack takes.

import { expect, test } from 'bun:test'
import manifest from '#bots/slack/manifest.json'

test('the manifest stays within what Slack takes', () => {
  const { agent_view: agent, slash_commands: commands } = manifest.features
  expect(agent.agent_description.length).toBeLessThanOrEqual(300)
  expect(agent.suggested_prompts.length).toBeLessThanOrEqual(4)
  expect(commands.map(({ command }) => command)).toEqual(['/parley'])
  expect(manifest.settings.event_subscriptions.bot_events).toContain('agent_session_stopped')
})
