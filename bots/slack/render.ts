// Renders neutral blocks as Slack's Block Kit, cut to Slack's limits; pure.

import { clipText, splitText } from '#bots/shared/split-text.ts'
import type { Block, Cell } from '#core/presentation/blocks.ts'
import { formatNumber } from '#core/presentation/numbers.ts'
import { plainSentences, renderBlock } from '#core/presentation/plain-text.ts'
import { type Button, buttonRow } from './buttons.ts'
import { SLACK_LIMITS } from './limits.ts'
import { escapeSlack, toMarkdown, toMrkdwn } from './markdown.ts'
import type { DataTableBlock, KnownBlock } from './slack-types.ts'

type Choices = Extract<Block, { kind: 'choices' }>
type Link = Extract<Block, { kind: 'link' }>
type Table = Extract<Block, { kind: 'table' }>
type Notice = Extract<Block, { kind: 'notice' }>

/** Turns a block's choices into buttons; the caller knows whether they answer a confirmation. */
export type ChoiceButtons = (choices: Choices) => readonly Button[]

const sayButtons: ChoiceButtons = ({ items }) =>
  items.map(({ label, message }) => ({ label, value: { kind: 'say', message } }))

/** All blocks of an answer in order, for as many messages as they need (`inMessages`). */
export function renderBlocks(
  blocks: readonly Block[],
  options: { readonly baseUrl: string; readonly choiceButtons?: ChoiceButtons },
): KnownBlock[] {
  const { baseUrl, choiceButtons = sayButtons } = options
  return blocks.flatMap((block, index) =>
    block.kind === 'link' ? [renderLink(block, baseUrl)] : renderOne(block, index, choiceButtons),
  )
}

/** Our own addresses begin with a slash, which Slack does not know how to open. */
function renderLink({ href, label }: Link, baseUrl: string): KnownBlock {
  const whole = URL.canParse(href, baseUrl) ? new URL(href, baseUrl).href : href
  return section(
    `<${linkTarget(whole)}|${escapeSlack(label.trim() === '' ? whole : label).replaceAll('|', '∣')}>`,
  )
}

/** Sentences as one or more `markdown` blocks. */
export function renderText(text: string): KnownBlock[] {
  return splitText(toMarkdown(text), SLACK_LIMITS.markdownText).map((piece) => ({
    type: 'markdown',
    text: piece,
  }))
}

function renderOne(
  block: Exclude<Block, Link>,
  index: number,
  choiceButtons: ChoiceButtons,
): KnownBlock[] {
  switch (block.kind) {
    case 'text':
      return renderText(block.text)
    case 'fields':
      return renderFields(block)
    case 'table':
      return renderTable(block)
    case 'bars':
    case 'contributions':
      return preformatted(renderBlock(block))
    case 'code':
      return [...titleOf(block.title), ...fenced(block.text, block.language)]
    case 'choices':
      return [...titleOf(block.title), ...buttonRow(choiceButtons(block), String(index))]
    case 'notice':
      return renderNotice(block)
  }
}

function renderFields({ title, items }: Extract<Block, { kind: 'fields' }>): KnownBlock[] {
  const lines = items.map(
    ({ label, value }) => `*${toMrkdwn(escapeMarks(label))}*\n${toMrkdwn(value)}`,
  )
  const blocks: KnownBlock[] = []
  for (let start = 0; start < lines.length; start += SLACK_LIMITS.sectionFields) {
    blocks.push({
      type: 'section',
      fields: lines
        .slice(start, start + SLACK_LIMITS.sectionFields)
        .map((text) => ({ type: 'mrkdwn', text: clipText(text, SLACK_LIMITS.sectionField) })),
    })
  }
  return [...titleOf(title), ...blocks]
}

function renderTable(table: Table): KnownBlock[] {
  const { title, columns, rows, omitted = 0 } = table
  const caption = plainSentences(title ?? columns.map(({ label }) => label).join(', '))
  // A table needs a header and a row; wider ones than Slack takes are shown as text.
  if (rows.length === 0 || columns.length === 0 || columns.length > SLACK_LIMITS.tableColumns) {
    return preformatted(renderBlock(table))
  }
  const { block, shown } = dataTable(table, caption)
  const left = omitted + rows.length - shown
  return [
    ...titleOf(title),
    block,
    ...(left > 0 ? [context(`and ${left.toLocaleString('en-US')} more`)] : []),
  ]
}

/** Room for the smallest cell of every row even where one cell is a novel. */
const MAX_CELL = 400

function dataTable(
  { columns, rows }: Table,
  caption: string,
): { readonly block: DataTableBlock; readonly shown: number } {
  const header = columns.map(({ label }) => rawText(plainSentences(label)))
  const body: DataTableBlock['rows'] = []
  let characters = header.reduce((sum, { text }) => sum + text.length, 0)
  for (const row of rows.slice(0, SLACK_LIMITS.tableRows)) {
    const cells = columns.map((_, index) => cell(row[index] ?? null))
    characters += cells.reduce((sum, { text }) => sum + text.length, 0)
    if (body.length > 0 && characters > SLACK_LIMITS.tableCharacters) break
    body.push(cells)
  }
  return {
    block: {
      type: 'data_table',
      caption: caption === '' ? 'Table' : caption,
      rows: [header, ...body],
    },
    shown: body.length,
  }
}

function cell(value: Cell) {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return { type: 'raw_number' as const, value, text: formatNumber(value) }
  }
  if (typeof value === 'boolean') return rawText(value ? 'yes' : 'no')
  return rawText(value === null ? '–' : plainSentences(String(value)))
}

function rawText(text: string) {
  return { type: 'raw_text' as const, text: text === '' ? '–' : clipText(text, MAX_CELL) }
}

const NOTICE_SIGNS = { warning: ':warning:', error: ':x:', success: ':white_check_mark:' } as const

function renderNotice({ tone, text, details = [] }: Notice): KnownBlock[] {
  const lines = [
    `${NOTICE_SIGNS[tone]} ${toMrkdwn(text)}`,
    ...details.map((one) => `• ${toMrkdwn(one)}`),
  ]
  return splitText(lines.join('\n'), SLACK_LIMITS.sectionText).map(section)
}

function titleOf(title: string | undefined): KnownBlock[] {
  return title === undefined || title.trim() === ''
    ? []
    : [section(`*${toMrkdwn(escapeMarks(title))}*`)]
}

/** Lines up in a fixed-width font, as on a terminal. */
function preformatted(text: string): KnownBlock[] {
  return fenced(text, '')
}

const FENCE = /```/g
/** Code is shown as it is, but for what would call somebody. */
const CALL = /<(?=[!@#])/g

function fenced(text: string, language: string): KnownBlock[] {
  // A fence inside the text would end ours.
  const inner = text.replace(FENCE, "'''").replace(CALL, '‹')
  return splitText(`\`\`\`${language}\n${inner}\n\`\`\``, SLACK_LIMITS.markdownText).map(
    (piece) => ({
      type: 'markdown',
      text: piece,
    }),
  )
}

function section(text: string): KnownBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: clipText(text, SLACK_LIMITS.sectionText) },
  }
}

export function context(text: string): KnownBlock {
  return {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: clipText(text, SLACK_LIMITS.sectionText) }],
  }
}

const ASTERISKS = /\*/g

/** A star inside a bold label would end it. */
function escapeMarks(text: string): string {
  return text.replace(ASTERISKS, '∗')
}

/** The three characters that would end a link of Slack's are encoded, whatever the address holds. */
function linkTarget(href: string): string {
  return clipText(href, SLACK_LIMITS.linkUrl)
    .replaceAll('|', '%7C')
    .replaceAll('>', '%3E')
    .replaceAll('<', '%3C')
}

/**
 * Blocks in groups that one message each can hold: by their number, and by the characters of the markdown and the tables
 * in them, which Slack counts over the whole message.
 */
export function inMessages(blocks: readonly KnownBlock[]): KnownBlock[][] {
  const messages: KnownBlock[][] = []
  let current: KnownBlock[] = []
  let markdown = 0
  let cells = 0
  for (const block of blocks) {
    const [addedMarkdown, addedCells] = weigh(block)
    const isFull =
      current.length >= SLACK_LIMITS.blocksInMessage ||
      markdown + addedMarkdown > SLACK_LIMITS.markdownText ||
      (cells > 0 && cells + addedCells > SLACK_LIMITS.tableCharacters)
    if (isFull && current.length > 0) {
      messages.push(current)
      current = []
      markdown = 0
      cells = 0
    }
    current.push(block)
    markdown += addedMarkdown
    cells += addedCells
  }
  return current.length > 0 ? [...messages, current] : messages
}

function weigh(block: KnownBlock): readonly [markdown: number, cells: number] {
  if (block.type === 'markdown') return [block.text.length, 0]
  if (block.type !== 'data_table') return [0, 0]
  const cells = block.rows.flat().map((one) => ('text' in one ? one.text.length : 0))
  return [0, cells.reduce((sum, length) => sum + length, 0)]
}

/** For notifications and screen readers, which do not read blocks. */
export function fallbackText(reply: string): string {
  const text = clipText(escapeSlack(plainSentences(reply)), SLACK_LIMITS.messageText)
  return text === '' ? 'Parley has answered.' : text
}
