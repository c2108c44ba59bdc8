// Neutral blocks as messages of components; pure, so that every limit can be tested without a network.

import {
  type APIButtonComponent,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  ComponentType,
} from 'discord.js'
import { clipText, splitText } from '#bots/shared/split-text.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { renderBlock } from '#core/presentation/plain-text.ts'
import { DISCORD, MAX_BUTTON_ROWS, MAX_MESSAGES, TEXT_PIECE } from './limits.ts'
import { codeBlock, escapeDiscord, toDiscordMarkdown } from './markdown.ts'

export interface Button {
  readonly label: string
  readonly tone: 'primary' | 'secondary' | 'success' | 'danger'
  /** What a click brings back. */
  readonly id: string
}

/** The components of one message. */
export type Page = readonly APIMessageTopLevelComponent[]

export interface Renderable extends Presentation {
  readonly buttons?: readonly Button[]
  /** Names of files that are posted along; a file without a component of its own would not be seen. */
  readonly files?: readonly string[]
  /** Small print below: what is being done right now. */
  readonly status?: string | null
}

/** A piece of a message with what it costs. */
interface Piece {
  readonly component: APIMessageTopLevelComponent
  readonly components: number
  readonly characters: number
}

/** Accent colours of notices. */
const NOTICE_COLOURS = { warning: 0xf0b232, error: 0xda373c, success: 0x23a55a } as const

const ABSOLUTE = /^https?:\/\//i
const INDENT = /^ {2}/gm
const MORE = 'There is more than fits here; ask for a part of it.'

/** At least one message and at most MAX_MESSAGES; none breaks a limit of Discord, whatever the blocks hold. */
export function renderMessages(answer: Renderable): readonly Page[] {
  const tail = [
    ...(answer.files ?? []).slice(0, DISCORD.filesPerMessage).map(filePiece),
    ...buttonRows(answer.buttons ?? []),
    ...(answer.status ? textPieces(`-# ⏳ ${escapeDiscord(answer.status)}`) : []),
  ]
  const body = [
    ...textPieces(toDiscordMarkdown(answer.text)),
    ...answer.blocks.filter((block) => !repeats(block, answer.text)).flatMap(renderPieces),
  ]
  const pages = pack(body)
  if (pages.length > MAX_MESSAGES) {
    pages.length = MAX_MESSAGES
    const last = pages.at(-1) ?? []
    // Room for the remark and for the buttons that belong below the answer.
    last.splice(Math.max(0, last.length - 1))
    tail.unshift(...textPieces(`-# ${MORE}`))
  }
  const last = pages.at(-1) ?? []
  const end = pack([...last, ...tail])
  const all = [...pages.slice(0, -1), ...end].filter((page) => page.length > 0)
  const shown = all.length === 0 ? [textPieces('Done.')] : all
  return shown.map((page) => page.map(({ component }) => component))
}

/** A failure's notice says again what the reply has said. */
function repeats(block: Block, text: string): boolean {
  return block.kind === 'notice' && block.text === text && (block.details ?? []).length === 0
}

function pack(pieces: readonly Piece[]): Piece[][] {
  const pages: Piece[][] = []
  let page: Piece[] = []
  let components = 0
  let characters = 0
  for (const piece of pieces) {
    const isFull =
      components + piece.components > DISCORD.componentsPerMessage ||
      characters + piece.characters > DISCORD.textPerMessage
    if (isFull && page.length > 0) {
      pages.push(page)
      page = []
      components = 0
      characters = 0
    }
    page.push(piece)
    components += piece.components
    characters += piece.characters
  }
  if (page.length > 0) pages.push(page)
  return pages
}

function textPieces(markdown: string): Piece[] {
  return splitText(markdown, TEXT_PIECE).map((content) => ({
    component: { type: ComponentType.TextDisplay, content },
    components: 1,
    characters: content.length,
  }))
}

function renderPieces(block: Block): Piece[] {
  switch (block.kind) {
    case 'text':
      return textPieces(toDiscordMarkdown(block.text))
    case 'fields': {
      const lines = block.items.map(
        ({ label, value }) => `${escapeDiscord(label)}: **${escapeDiscord(value)}**`,
      )
      return textPieces(titled(block.title, lines.join('\n')))
    }
    case 'table':
    case 'bars':
    case 'contributions': {
      const { title, ...rest } = block
      const drawn = renderBlock(rest).replace(INDENT, '')
      return textPieces(titled(title, codeBlock(drawn)))
    }
    case 'code':
      return textPieces(titled(block.title, codeBlock(block.text, block.language)))
    case 'link':
      return ABSOLUTE.test(block.href)
        ? textPieces(`${escapeDiscord(block.label)}: ${block.href}`)
        : textPieces(`${escapeDiscord(block.label)}: \`${block.href}\``)
    case 'choices':
      // The choices themselves are buttons, which the caller gives with what a click means.
      return block.title === undefined ? [] : textPieces(titled(block.title, ''))
    case 'notice':
      return noticePieces(block)
  }
}

function noticePieces({ tone, text, details = [] }: Extract<Block, { kind: 'notice' }>): Piece[] {
  const lines = [toDiscordMarkdown(text), ...details.map((detail) => `- ${escapeDiscord(detail)}`)]
  return textPieces(lines.join('\n')).map(({ component, characters }) => ({
    component: {
      type: ComponentType.Container,
      accent_color: NOTICE_COLOURS[tone],
      components: component.type === ComponentType.TextDisplay ? [component] : [],
    },
    components: 2,
    characters,
  }))
}

function titled(title: string | undefined, body: string): string {
  if (title === undefined) return body
  return body === '' ? `**${escapeDiscord(title)}**` : `**${escapeDiscord(title)}**\n${body}`
}

function filePiece(name: string): Piece {
  return {
    component: { type: ComponentType.File, file: { url: `attachment://${name}` } },
    components: 1,
    characters: 0,
  }
}

const STYLES = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const

function buttonRows(buttons: readonly Button[]): Piece[] {
  const shown = buttons.slice(0, DISCORD.buttonsPerRow * MAX_BUTTON_ROWS)
  const rows: Piece[] = []
  for (let start = 0; start < shown.length; start += DISCORD.buttonsPerRow) {
    const row = shown.slice(start, start + DISCORD.buttonsPerRow)
    rows.push({
      component: {
        type: ComponentType.ActionRow,
        components: row.map(
          ({ label, tone, id }): APIButtonComponent => ({
            type: ComponentType.Button,
            style: STYLES[tone],
            label: clipText(label, DISCORD.buttonLabel),
            custom_id: id,
          }),
        ),
      },
      components: 1 + row.length,
      characters: 0,
    })
  }
  return rows
}
