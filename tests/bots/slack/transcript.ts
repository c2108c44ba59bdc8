// Writes messages as they were sent to Slack down as Markdown, for the documentation.

import type { SeenMessage } from './fake-slack.ts'

type Json = Record<string, unknown>

export function transcriptOf(messages: readonly SeenMessage[]): string {
  return messages
    .map(({ text, blocks, isStreaming }) => {
      const own = blocks.some(({ type }) => type === 'markdown') && !isStreaming ? '' : text
      const startsWithText = blocks[0]?.['type'] === 'markdown' && String(blocks[0]['text']) !== ''
      const said = startsWithText && own === '' ? '' : text
      return [said, ...blocks.map(blockOf)].filter((part) => part !== '').join('\n\n')
    })
    .join('\n\n')
}

function blockOf(block: Json): string {
  switch (block['type']) {
    case 'markdown':
      return String(block['text'])
    case 'section':
      return [
        textOf(block['text']),
        ...listOf(block['fields']).map(
          (field) =>
            `- ${textOf(field)
              .replace('\n', ': ')
              .replace(/^\*(.*)\*: /, '$1: ')}`,
        ),
      ]
        .filter((line) => line !== '')
        .join('\n')
    case 'context':
      return listOf(block['elements'])
        .map((one) => `_${textOf(one)}_`)
        .join(' ')
    case 'actions':
      return listOf(block['elements'])
        .map((one) => `\`[ ${textOf(one['text'])} ]\``)
        .join(' ')
    case 'data_table':
      return tableOf(Array.isArray(block['rows']) ? block['rows'].map(listOf) : [])
    default:
      return ''
  }
}

function tableOf([header = [], ...rows]: readonly Json[][]): string {
  const line = (cells: readonly Json[]) =>
    `| ${cells.map((cell) => String(cell['text'])).join(' | ')} |`
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n')
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('text' in value)) return ''
  return String(value.text)
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value : []
}
