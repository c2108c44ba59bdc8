// Renders a presentation as plain text: the fallback of every surface and the output of the command line.

import type { Block, Cell, Column, Presentation } from './blocks.ts'
import { formatNumber, formatPercent } from './numbers.ts'

/** A cell longer than this is cut: one long text must not push the other columns off the screen. */
const MAX_CELL_WIDTH = 60
const BAR_WIDTH = 24
const HALF_BAR_WIDTH = 12

/** Sentences first, then each block, one blank line between; no line ends in a space, the whole ends without a newline. */
export function renderPlainText(presentation: Presentation): string {
  const parts = [plainSentences(presentation.text), ...presentation.blocks.map(renderBlock)]
  return parts.filter((part) => part !== '').join('\n\n')
}

export function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return plainSentences(block.text)
    case 'fields':
      return titled(block.title, renderFields(block.items))
    case 'table':
      return titled(block.title, renderTable(block.columns, block.rows, block.omitted ?? 0))
    case 'bars':
      return titled(block.title, renderBars(block))
    case 'contributions':
      return titled(block.title, renderContributions(block))
    case 'code':
      return titled(block.title, indent(withoutControls(block.text)))
    case 'link':
      return block.label === block.href
        ? block.href
        : `${withoutControls(block.label)}: ${block.href}`
    case 'choices':
      return titled(
        block.title,
        block.items.map(({ message }) => `  - ${oneLine(message)}`).join('\n'),
      )
    case 'notice':
      return [
        `${NOTICE_WORDS[block.tone]}${plainSentences(block.text)}`,
        ...(block.details ?? []).map((detail) => `  - ${oneLine(detail)}`),
      ].join('\n')
  }
}

const NOTICE_WORDS = { warning: 'Note: ', error: 'Error: ', success: '' } as const

const BOLD = /\*\*(.+?)\*\*/g
const CODE = /(?<!\\)`([^`]+)`/g
const ESCAPED = /\\([\\`*_])/g

/** Takes the marks of our small markdown off and leaves the words. */
export function plainSentences(markdown: string): string {
  return withoutControls(markdown.replace(CODE, '$1').replace(BOLD, '$1').replace(ESCAPED, '$1'))
}

// Control characters could move a terminal's cursor or hide text; line breaks and tabs stay.
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking control characters out is the purpose
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const LINE_BREAKS = /\s*[\n\t]+\s*/g

/** A problem may quote a file or a table, so what reaches a terminal is cleaned of control characters. */
export function withoutControls(text: string): string {
  return text.replace(CONTROL, '')
}

function oneLine(text: string): string {
  return withoutControls(text).replace(LINE_BREAKS, ' ')
}

function titled(title: string | undefined, body: string): string {
  if (title === undefined) return body
  return body === '' ? oneLine(title) : `${oneLine(title)}\n${body}`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}

function renderFields(
  items: readonly { readonly label: string; readonly value: string }[],
): string {
  const labels = items.map(({ label }) => oneLine(label))
  const width = widest(labels)
  return items
    .map(({ value }, index) =>
      `  ${pad(labels[index] ?? '', width, 'left')}  ${oneLine(value)}`.trimEnd(),
    )
    .join('\n')
}

/** Columns as wide as their widest cell on a terminal, wide characters counted as two; numbers to the right. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  omitted = 0,
): string {
  const texts = rows.map((row) => columns.map((_, index) => cellText(row[index] ?? null)))
  const widths = columns.map((column, index) =>
    widest([oneLine(column.label), ...texts.map((row) => row[index] ?? '')]),
  )
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left')).join('  ')}`.trimEnd()
  const lines = [
    line(columns.map((column) => oneLine(column.label))),
    line(widths.map((width) => '─'.repeat(width))),
    ...texts.map(line),
  ]
  if (omitted > 0) lines.push(`  and ${omitted.toLocaleString('en-US')} more`)
  return lines.join('\n')
}

function cellText(cell: Cell): string {
  if (cell === null) return '–'
  if (typeof cell === 'number') return formatNumber(cell)
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  return cut(oneLine(cell))
}

/** A bar to the left of the middle lowers, one to the right raises. */
function renderContributions({
  items,
  omitted = 0,
}: Extract<Block, { kind: 'contributions' }>): string {
  const largest = Math.max(...items.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  const labels = items.map(({ label }) => oneLine(label))
  const width = widest(labels)
  const lines = items.map(({ value }, index) => {
    const length = Math.round((Math.abs(value) / largest) * HALF_BAR_WIDTH)
    const bar = '█'.repeat(length)
    const left = (value < 0 ? bar : '').padStart(HALF_BAR_WIDTH)
    const right = (value < 0 ? '' : bar).padEnd(HALF_BAR_WIDTH)
    const sign = value < 0 ? '' : '+'
    return `  ${pad(labels[index] ?? '', width, 'left')}  ${left}│${right}  ${sign}${formatNumber(value)}`
  })
  if (omitted > 0) lines.push(`  and ${omitted} that moved it less`)
  return lines.join('\n')
}

function renderBars(block: Extract<Block, { kind: 'bars' }>): string {
  const labels = block.items.map(({ label }) => oneLine(label))
  const values = block.items.map(({ value }) =>
    block.format === 'percent' ? formatPercent(value / block.maximum) : formatNumber(value),
  )
  const labelWidth = widest(labels)
  const valueWidth = widest(values)
  return block.items
    .map(({ value, emphasised }, index) => {
      const share = block.maximum > 0 ? Math.min(1, Math.max(0, value / block.maximum)) : 0
      const filled = Math.round(share * BAR_WIDTH)
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
      const mark = emphasised === true ? ' ←' : ''
      return `  ${pad(labels[index] ?? '', labelWidth, 'left')}  ${bar}  ${pad(values[index] ?? '', valueWidth, 'right')}${mark}`
    })
    .join('\n')
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, Bun.stringWidth(text)), 0)
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - Bun.stringWidth(text)))
  return align === 'right' ? space + text : text + space
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

function cut(text: string): string {
  if (Bun.stringWidth(text) <= MAX_CELL_WIDTH) return text
  let kept = ''
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (Bun.stringWidth(kept + segment) > MAX_CELL_WIDTH - 1) break
    kept += segment
  }
  return `${kept}…`
}
