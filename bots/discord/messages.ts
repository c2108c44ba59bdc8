// Messages that are meant for the bot: direct ones, mentions, replies to it, and threads that it is part of.

import type { Client, Message } from 'discord.js'
import type { Attachment } from '#bots/shared/attachment.ts'
import type { Place } from '#bots/shared/conversation-key.ts'
import { createBoard, messageOutlet } from './board.ts'
import { TYPING_INTERVAL_MS } from './limits.ts'
import { identityOf } from './people.ts'
import { orderTurn, type TurnServices } from './turns.ts'

const GREETING = 'hello'

/** Files that one turn can hold; more in one message are refused by Discord anyway. */
const MAX_ATTACHMENTS = 10

/** True where the bot should answer. Without the message content intent, a thread's plain messages come empty and are left alone. */
export function isMeantFor(message: Message, botId: string): boolean {
  if (message.author.bot || message.system || message.webhookId !== null) return false
  if (!message.inGuild()) return true
  if (message.mentions.users.has(botId)) return true
  const { channel } = message
  const isOurThread = channel.isThread() && channel.joined
  const isForOther = message.mentions.users.size > 0 || message.mentions.repliedUser !== null
  return isOurThread && !isForOther && (message.content !== '' || message.attachments.size > 0)
}

export async function answerMessage(services: TurnServices, message: Message): Promise<void> {
  const attachments = [...message.attachments.values()].slice(0, MAX_ATTACHMENTS).map(toAttachment)
  const words = withoutMention(message.content, message.client)
  const typing = keepTyping(message)
  try {
    await orderTurn(services, {
      place: placeOf(message),
      person: identityOf(message.author, message.member?.roles),
      work: { kind: 'say', message: words === '' && attachments.length === 0 ? GREETING : words },
      attachments,
      board: createBoard(messageOutlet(message)),
    })
  } finally {
    typing.stop()
  }
}

function withoutMention(content: string, client: Client<true>): string {
  return content
    .replaceAll(`<@${client.user.id}>`, '')
    .replaceAll(`<@!${client.user.id}>`, '')
    .trim()
}

function placeOf({ guildId, channelId }: Message): Place {
  // A thread is a channel of its own on Discord.
  return { platform: 'discord', workspace: guildId ?? 'dm', channel: channelId, thread: null }
}

export function toAttachment(file: {
  readonly url: string
  readonly name: string
  readonly size: number
}): Attachment {
  return { url: file.url, fileName: file.name, sizeBytes: file.size }
}

function keepTyping({ channel }: Message): { stop(): void } {
  const type = () => {
    // Not worth a word where it fails: it is only a sign that somebody is at work.
    if (channel.isSendable()) void channel.sendTyping().catch(() => undefined)
  }
  type()
  const timer = setInterval(type, TYPING_INTERVAL_MS)
  return { stop: () => clearInterval(timer) }
}
