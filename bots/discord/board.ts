// The messages of one answer: sent once, edited while it grows, continued in the channel when Discord's token has run out.

import {
  type APIMessageTopLevelComponent,
  DiscordAPIError,
  type Message,
  MessageFlags,
  type RepliableInteraction,
} from 'discord.js'
import type { ScoredFile } from '#bots/shared/scored-file.ts'
import type { Page } from './render.ts'

export interface Outgoing {
  readonly components: readonly APIMessageTopLevelComponent[]
  readonly flags: MessageFlags.IsComponentsV2
  readonly files?: { attachment: Buffer; name: string }[]
}

/** Where messages of one answer go. */
export interface Outlet {
  /** Posts the next message and answers its id. */
  send(message: Outgoing): Promise<string>
  edit(id: string, message: Outgoing): Promise<void>
}

export interface Board {
  /** Shows these pages instead of what was shown before; the files go with the last. */
  show(pages: readonly Page[], files?: readonly ScoredFile[]): Promise<void>
}

export function createBoard(outlet: Outlet): Board {
  const shown: { id: string; text: string }[] = []
  return {
    async show(pages, files = []) {
      for (const [index, components] of pages.entries()) {
        const isLast = index === pages.length - 1
        const message: Outgoing = {
          components,
          flags: MessageFlags.IsComponentsV2,
          ...(isLast && files.length > 0 && { files: files.map(toFile) }),
        }
        const text = JSON.stringify(components)
        const before = shown[index]
        if (before === undefined) shown[index] = { id: await outlet.send(message), text }
        else if (before.text !== text) {
          await outlet.edit(before.id, message)
          before.text = text
        }
      }
    },
  }
}

function toFile({ fileName, bytes }: ScoredFile) {
  return { attachment: Buffer.from(bytes), name: fileName }
}

/** Replies to the message first, so that it is plain who is answered; what follows stands below. */
export function messageOutlet(message: Message): Outlet {
  let isFirst = true
  const { channel } = message
  return {
    async send(outgoing) {
      if (!channel.isSendable()) throw new Error('this channel takes no messages')
      const reply = isFirst
        ? { reply: { messageReference: message.id, failIfNotExists: false } }
        : {}
      isFirst = false
      const sent = await channel.send({ ...outgoing, ...reply })
      return sent.id
    },
    async edit(id, outgoing) {
      await channel.messages.edit(id, outgoing)
    },
  }
}

/**
 * The interaction must have been deferred: the first message takes the place of "is thinking", or stands below what stands
 * there for the person alone.
 */
export function interactionOutlet(
  interaction: RepliableInteraction,
  { isBeside = false } = {},
): Outlet {
  let first: string | null = null
  return {
    async send(outgoing) {
      try {
        const isFirst = first === null && !isBeside
        const sent = isFirst
          ? await interaction.editReply(outgoing)
          : await interaction.followUp(outgoing)
        if (isFirst) first = sent.id
        return sent.id
      } catch (error) {
        return await sendBeside(interaction, outgoing, error)
      }
    },
    async edit(id, outgoing) {
      try {
        await interaction.editReply({ ...outgoing, message: id === first ? '@original' : id })
      } catch (error) {
        await sendBeside(interaction, outgoing, error)
      }
    },
  }
}

/** Invalid webhook token, unknown webhook, unknown message: what Discord says when the fifteen minutes are over. */
const EXPIRED: readonly (number | string)[] = [50_027, 10_015, 10_008]

async function sendBeside(
  interaction: RepliableInteraction,
  outgoing: Outgoing,
  error: unknown,
): Promise<string> {
  const { channel } = interaction
  const isExpired = error instanceof DiscordAPIError && EXPIRED.includes(error.code)
  if (!isExpired || channel === null || !channel.isSendable()) throw error
  const sent = await channel.send(outgoing)
  return sent.id
}
