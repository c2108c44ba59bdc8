// The real bot with real ports against the loopback Discord, three people, and patience for its answers.

import { createAgent } from '#agent/agent.ts'
import type { Agent, TurnResult } from '#agent/turn.ts'
import { type DiscordBot, startDiscordBot } from '#bots/discord/bot.ts'
import { principalOf } from '#core/people/grants.ts'
import { DEFAULT_GRANTS, type Grants } from '#core/people/grants-file.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../../support/ports.ts'
import { APPLICATION_ID, DEPLOYER_ROLE_ID, GUILD_ID, TOKEN } from './discord-gateway.ts'
import { startDiscordServer } from './discord-server.ts'
import type { DiscordServer, Shown, User } from './discord-types.ts'

export const ADA: User = { id: '500000000000000001', name: 'ada' }
export const DEE: User = { id: '500000000000000002', name: 'dee', roles: [DEPLOYER_ROLE_ID] }
export const VIC: User = { id: '500000000000000003', name: 'vic' }

/** Ada is an admin by her id, Dee a deployer by a role of the server, everybody else looks and predicts. */
const GRANTS: Grants = {
  ...DEFAULT_GRANTS,
  discord: {
    default: 'viewer',
    users: { [ADA.id]: 'admin' },
    roles: { [DEPLOYER_ROLE_ID]: 'deployer' },
  },
}

export interface RunningBot {
  readonly discord: DiscordServer
  readonly bot: DiscordBot
  readonly ports: TestPorts
  /** The bot's newest message once it holds this text; throws with what is there when it never comes. */
  until(text: string | RegExp, more?: { after?: number }): Promise<Shown>
  /** How many messages the bot has sent, for `after`. */
  count(): number
  waitFor(what: string, isTrue: () => boolean): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 4000
const LOOK_EVERY_MS = 5

export interface BotTestOptions {
  readonly samples?: readonly string[]
  readonly agentOf?: (ports: TestPorts) => Agent
  readonly guildId?: string | null
  readonly applicationFlags?: number
  readonly grants?: Grants
  readonly onTurn?: (result: TurnResult) => void
  /** Ports of somebody else, who closes them. */
  readonly ports?: TestPorts
}

export async function runBot(options: BotTestOptions = {}): Promise<RunningBot> {
  const discord = startDiscordServer()
  discord.applicationFlags = options.applicationFlags ?? 0
  const ports = options.ports ?? (await createTestPorts())
  if (options.ports === undefined) await deploySamples(ports, options.samples ?? ['churn'])
  const bot = await startDiscordBot({
    token: TOKEN,
    applicationId: APPLICATION_ID,
    apiUrl: discord.apiUrl,
    guildId: options.guildId === undefined ? GUILD_ID : options.guildId,
    ports,
    agent: options.agentOf?.(ports) ?? createAgent({ ports }),
    ...(options.onTurn !== undefined && { onTurn: options.onTurn }),
    principalOf: (identity) => principalOf(identity, options.grants ?? GRANTS),
  })
  const waitFor = async (what: string, isTrue: () => boolean) => {
    const deadline = performance.now() + PATIENCE_MS
    while (!isTrue()) {
      if (performance.now() > deadline) {
        const seen = discord.messages().map(({ text }) => text)
        throw new Error(`waited for ${what}; seen: ${JSON.stringify(seen, null, 1)}`)
      }
      await Bun.sleep(LOOK_EVERY_MS)
    }
  }
  return {
    discord,
    bot,
    ports,
    waitFor,
    count: () => discord.messages().length,
    async until(text, { after = 0 } = {}) {
      const find = () =>
        discord
          .messages()
          .slice(after)
          .findLast((shown) =>
            typeof text === 'string' ? shown.text.includes(text) : text.test(shown.text),
          )
      await waitFor(String(text), () => find() !== undefined)
      const found = find()
      if (found === undefined) throw new Error('gone')
      return found
    },
    async close() {
      await bot.close()
      if (options.ports === undefined) await ports.close()
      await discord.stop()
    },
  }
}

/** The same bot started once more against the same Discord. */
export function restart(
  { discord, ports }: RunningBot,
  guildId: string | null = GUILD_ID,
  token = TOKEN,
): Promise<DiscordBot> {
  const { apiUrl } = discord
  const agent = createAgent({ ports })
  return startDiscordBot({ token, applicationId: APPLICATION_ID, apiUrl, guildId, ports, agent })
}

export function buttonOf({ buttons }: Shown, label: string): string {
  const found = buttons.find((button) => button.label.includes(label))
  if (found === undefined) throw new Error(`no button ${label} among ${JSON.stringify(buttons)}`)
  return found.id
}
