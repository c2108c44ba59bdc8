// Hears what people say to the bot: direct messages, mentions and the threads that grow from them; once each.

import type { App } from '@slack/bolt'
import { z } from 'zod'
import type { SeenEvents } from '#bots/shared/seen-events.ts'
import { clipText } from '#bots/shared/split-text.ts'
import { findOperation } from '#core/operations/index.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Ports, Principal } from '#core/operations/operation.ts'
import { type Asker, type Conversations, guestOf, keyOf, type Task } from './conversation.ts'
import { filesOfMessage, receiveFiles, type SlackFile } from './files.ts'
import { SLACK_LIMITS } from './limits.ts'
import { fromSlackText } from './markdown.ts'
import { createThreadReply } from './reply.ts'

export interface ListenerTools {
  readonly app: App
  readonly ports: Ports
  readonly conversations: Conversations
  readonly seen: SeenEvents
  readonly botToken: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly fileOrigins: readonly string[]
  readonly hookOrigins: readonly string[]
  readonly report: (error: unknown) => void
}

const fileShape = z.object({
  id: z.string().optional(),
  name: z.string().nullish(),
  size: z.number().optional(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
  file_access: z.string().optional(),
})

const messageShape = z.object({
  channel: z.string(),
  channel_type: z.string().optional(),
  subtype: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  files: z.array(fileShape).optional(),
  // Whose workspace the person is of, in a channel that several share.
  user_team: z.string().optional(),
  source_team: z.string().optional(),
  team: z.string().optional(),
})

type Message = z.output<typeof messageShape>

/** Edits, joins and other bots are not said to us. */
const HEARD_SUBTYPES: ReadonlySet<string> = new Set(['file_share', 'thread_broadcast'])

/** Ids of direct messages between the bot and one person begin so. */
export const isDirect = (channel: string): boolean => channel.startsWith('D')

export function listenToMessages(tools: ListenerTools): void {
  const { app, conversations } = tools
  app.event('message', async ({ event, context }) => {
    await hear(tools, event, { ...teamAndBot(context), isMention: false })
  })
  app.event('app_mention', async ({ event, context }) => {
    await hear(tools, event, { ...teamAndBot(context), isMention: true })
  })
  app.event('agent_session_stopped', async ({ event, context }) => {
    const { team } = teamAndBot(context)
    const thread = isDirect(event.channel) ? null : event.thread_ts
    conversations.stop({ team, channel: event.channel, thread, user: event.user })
  })
  app.event('app_home_opened', async ({ event, context }) => {
    if (event.tab !== 'messages') return
    const { team } = teamAndBot(context)
    const principal = await conversations.principalOf({ team, user: event.user })
    if (principal !== null) await suggest(tools, event.channel, principal)
  })
}

function teamAndBot(context: {
  readonly teamId?: string
  readonly enterpriseId?: string
  readonly botUserId?: string
}) {
  return {
    team: context.teamId ?? '',
    enterprise: context.enterpriseId,
    botUserId: context.botUserId ?? null,
  }
}

interface Heard {
  readonly team: string
  readonly enterprise: string | undefined
  readonly botUserId: string | null
  readonly isMention: boolean
}

async function hear(tools: ListenerTools, event: unknown, heard: Heard): Promise<void> {
  const parsed = messageShape.safeParse(event)
  if (!parsed.success) return
  const message = parsed.data
  const { channel, user, ts } = message
  if (user === undefined || message.bot_id !== undefined || user === heard.botUserId) return
  if (message.subtype !== undefined && !HEARD_SUBTYPES.has(message.subtype)) return
  const asker: Asker = {
    team: heard.team,
    channel,
    thread: isDirect(channel) ? null : (message.thread_ts ?? ts),
    user,
    ...guestOf(message.user_team ?? message.source_team ?? message.team, [
      heard.team,
      heard.enterprise,
    ]),
  }
  if (!(await isForUs(tools, message, asker, heard))) return
  // A text that mentions us comes twice, as a message and as a mention, and either may be sent again.
  if (!(await tools.seen.claim([heard.team, channel, ts].join(':')))) return
  const thread = message.thread_ts ?? ts
  const { app, ports, report } = tools
  const reply = createThreadReply(
    { channel, thread, user, team: heard.team },
    { client: app.client, monotonicMs: ports.monotonicMs, report },
  )
  await tools.conversations.take(asker, taskOf(tools, message, heard), reply, async (text) => {
    await app.client.chat.postEphemeral({ channel, user, thread_ts: thread, text })
  })
}

/** A thread that somebody began with us goes on without a mention, for the people who speak with us in it. */
async function isForUs(
  { ports }: ListenerTools,
  message: Message,
  asker: Asker,
  { isMention, botUserId, team }: Heard,
): Promise<boolean> {
  if (isMention || isDirect(message.channel)) return true
  if (botUserId !== null && message.text?.includes(`<@${botUserId}>`) === true) return true
  if (message.thread_ts === undefined) return false
  const owner = `slack:${asker.home ?? team}:${asker.user}`
  return (await ports.registry.readConversation(keyOf(asker), owner)) !== null
}

function taskOf(tools: ListenerTools, message: Message, { botUserId, isMention }: Heard): Task {
  const text = fromSlackText(message.text ?? '', botUserId)
  const { app, ports, botToken, fileOrigins } = tools
  return {
    kind: 'talk',
    message: text === '' && message.files === undefined && !isMention ? 'help' : text,
    async uploads(principal, signal) {
      const files: readonly SlackFile[] =
        message.files ??
        (isMention
          ? await filesOfMessage(app.client, {
              channel: message.channel,
              ts: message.ts,
              thread: message.thread_ts ?? null,
            })
          : [])
      const fileTools = { ports, client: app.client, botToken, fetch: tools.fetch, fileOrigins }
      return receiveFiles(files, fileTools, principal.id, signal)
    },
  }
}

/** What fits the models at hand, where a person opens the conversation. */
async function suggest(
  { app, ports, report }: ListenerTools,
  channel: string,
  principal: Principal,
): Promise<void> {
  const help = findOperation('help')
  if (help === null) return
  const outcome = await invoke(
    help,
    {},
    {
      principal,
      requestId: ports.randomId(),
      signal: new AbortController().signal,
      progress: () => undefined,
      confirmed: false,
      ports,
    },
  )
  const suggestions = outcome.ok ? suggestionsOf(outcome.value) : []
  const prompts = ['What can you do?', ...suggestions]
    .slice(0, SLACK_LIMITS.suggestedPrompts)
    .map((message) => ({ title: clipText(message, SLACK_LIMITS.buttonText), message }))
  await app.client.assistant.threads
    .setSuggestedPrompts({ channel_id: channel, prompts })
    .catch(report)
}

function suggestionsOf(output: Readonly<Record<string, unknown>>): string[] {
  const { suggestions } = output
  return Array.isArray(suggestions)
    ? suggestions.filter((one): one is string => typeof one === 'string')
    : []
}
