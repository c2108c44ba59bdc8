// The Discord bot: connects, registers its commands, hands messages and interactions on, and ends cleanly.

import {
  ApplicationFlags,
  Client,
  Events,
  GatewayIntentBits,
  Partials,
  REST,
  Routes,
} from 'discord.js'
import { z } from 'zod'
import type { Agent, TurnResult } from '#agent/turn.ts'
import { createDirectAgent } from '#bots/shared/direct-agent.ts'
import { createSeenEvents } from '#bots/shared/seen-events.ts'
import { createTurnDesk } from '#bots/shared/turn-desk.ts'
import { OPERATIONS } from '#core/operations/index.ts'
import type { Ports } from '#core/operations/operation.ts'
import { createActionStore } from './actions.ts'
import { commandsOf } from './commands.ts'
import { answerInteraction } from './interactions.ts'
import { answerMessage, isMeantFor } from './messages.ts'
import { type DiscordPrincipals, everyoneViews } from './people.ts'
import { registerCommands } from './registration.ts'
import { report, type TurnServices } from './turns.ts'

export interface DiscordBotOptions {
  readonly token: string
  readonly applicationId: string
  /** Another server that speaks Discord's API, for tests and proxies; null for Discord itself. */
  readonly apiUrl: string | null
  /** Registers the commands in this server alone, where they appear at once; null for everywhere. */
  readonly guildId: string | null
  readonly ports: Ports
  readonly agent: Agent
  /** Who a person is and may do; everybody is a viewer by default. */
  readonly principalOf?: DiscordPrincipals
  /** Told of each turn when it is shown; for figures and tests. */
  readonly onTurn?: (result: TurnResult) => void
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

export interface DiscordBot {
  /** What the bot is called on Discord. */
  readonly name: string
  readonly commands: 'unchanged' | 'registered'
  /** Takes nothing new, stops what runs, says so, and disconnects. */
  close(): Promise<void>
}

/** Where Discord keeps attachments. */
const ATTACHMENT_ORIGINS: readonly string[] = [
  'https://cdn.discordapp.com',
  'https://media.discordapp.net',
]

/** A server that cannot be reached by then is told to the person who started Parley. */
const READY_TIMEOUT_MS = 30_000

const applicationSchema = z.object({ flags: z.number().optional() })

/** Rejects where Discord refuses the token or cannot be reached; nothing keeps running then. */
export async function startDiscordBot(options: DiscordBotOptions): Promise<DiscordBot> {
  const address = options.apiUrl === null ? {} : { api: options.apiUrl }
  const rest = new REST(address).setToken(options.token)
  const commands = await registerCommands(rest, options, commandsOf(OPERATIONS))
  const client = new Client({
    intents: (await mayReadMessages(rest))
      ? [...INTENTS, GatewayIntentBits.MessageContent]
      : INTENTS,
    // Direct messages come from channels that were never announced.
    partials: [Partials.Channel],
    // No name in an answer may ring a bell anywhere.
    allowedMentions: { parse: [], repliedUser: false },
    rest: address,
  })
  return connect(client, options, commands)
}

/** Servers for channels and roles, messages that mention the bot, direct messages; none of them is privileged. */
const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
] as const

const CONTENT_FLAGS =
  ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited

/** What other messages say is read only where the owner has switched that on for the application. */
async function mayReadMessages(rest: REST): Promise<boolean> {
  const application = applicationSchema.safeParse(await rest.get(Routes.currentApplication()))
  return application.success && ((application.data.flags ?? 0) & CONTENT_FLAGS) !== 0
}

async function connect(
  client: Client,
  options: DiscordBotOptions,
  commands: DiscordBot['commands'],
): Promise<DiscordBot> {
  const { ports } = options
  const services = createServices(options)
  const seen = createSeenEvents('discord', ports)
  const running = new Set<Promise<void>>()
  let isClosing = false
  const track = (work: () => Promise<void>) => {
    if (isClosing) return
    const job = work().catch((error: unknown) => report(services, '', error))
    running.add(job)
    void job.finally(() => running.delete(job))
  }
  client.on(Events.InteractionCreate, (interaction) =>
    track(() => answerInteraction(services, seen, interaction)),
  )
  client.on(Events.MessageCreate, (message) =>
    track(async () => {
      if (!isMeantFor(message, client.user?.id ?? '')) return
      if (await seen.claim(`message:${message.id}`)) await answerMessage(services, message)
    }),
  )
  client.on(Events.Error, (error) => report(services, '', error))
  // The token was reset, or an intent was taken away: only whoever runs Parley can mend that.
  client.on(Events.Invalidated, () => report(services, '', new Error('session ended by Discord')))
  await login(client, options.token)
  return {
    name: client.user?.username ?? '',
    commands,
    async close() {
      isClosing = true
      await services.desk.close()
      await Promise.allSettled(running)
      await client.destroy()
    },
  }
}

function createServices({
  ports,
  agent,
  apiUrl,
  principalOf,
  onTurn,
  fetch: own,
}: DiscordBotOptions): TurnServices {
  const onError = (error: unknown) => report({ ports }, '', error)
  return {
    ports,
    agent,
    direct: createDirectAgent(ports),
    desk: createTurnDesk(onError),
    actions: createActionStore(ports),
    principalOf: principalOf ?? everyoneViews,
    onTurn: onTurn ?? (() => undefined),
    fetch: own ?? ((url, init) => fetch(url, init)),
    attachmentOrigins:
      apiUrl === null ? ATTACHMENT_ORIGINS : [...ATTACHMENT_ORIGINS, new URL(apiUrl).origin],
  }
}

async function login(client: Client, token: string): Promise<void> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => reject(new Error('Discord did not answer in time')),
    READY_TIMEOUT_MS,
  )
  client.once(Events.ClientReady, () => resolve())
  try {
    await client.login(token)
    await ready
  } catch (error) {
    await client.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
