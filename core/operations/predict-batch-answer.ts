// How a scored batch reads: how many rows, how they came out, what went wrong, where the result is.

import type { Block, Cell, Presentation } from '#core/presentation/blocks.ts'
import { formatPercent, formatQuantity } from '#core/presentation/numbers.ts'
import { countOf, escapeMarkdown, joinWords } from '#core/presentation/phrases.ts'
import type { BatchOutput } from './predict-batch.ts'

const MAX_LABELS_IN_SENTENCE = 4
const MAX_PROBLEMS_SHOWN = 5

export function presentBatch(batch: BatchOutput): Presentation {
  const blocks: Block[] = []
  const labels = batch.summary.labels
  if (labels !== undefined && batch.scored > 0) {
    blocks.push({
      kind: 'bars',
      title: 'Rows by predicted class',
      maximum: batch.scored,
      format: 'number',
      items: labels.map(({ label, count }) => ({ label, value: count })),
    })
  }
  blocks.push(firstRows(batch))
  if (batch.failed > 0) {
    blocks.push({
      kind: 'notice',
      tone: 'warning',
      text: `${countOf(batch.failed, 'row')} could not be scored.`,
      details: batch.problems
        .slice(0, MAX_PROBLEMS_SHOWN)
        .map(({ line, message }) => `line ${line}: ${message}`),
    })
  }
  if (batch.result !== undefined) {
    blocks.push({
      kind: 'link',
      label: `Download ${batch.result.file_name}`,
      href: `/api/uploads/${batch.result.upload}`,
    })
  }
  return { text: sentences(batch), blocks }
}

function sentences(batch: BatchOutput): string {
  const start = `${batch.model} scored ${countOf(batch.scored, 'row')}${batch.failed > 0 ? ` of ${batch.rows.toLocaleString('en-US')}` : ''}`
  const { labels, values } = batch.summary
  if (batch.scored === 0) return `${start}.`
  if (labels !== undefined) {
    const parts = labels
      .filter(({ count }) => count > 0)
      .slice(0, MAX_LABELS_IN_SENTENCE)
      .map(({ label, count }) => `${count.toLocaleString('en-US')} as ${escapeMarkdown(label)}`)
    return `${start}: ${joinWords(parts)}.`
  }
  const [first] = values ?? []
  if (first === undefined) return `${start}.`
  const quantity = (value: number) => formatQuantity(value, batch.unit)
  return `${start}: ${quantity(first.mean)} on average, from ${quantity(first.minimum)} to ${quantity(first.maximum)}.`
}

function firstRows({ first_rows, rows }: BatchOutput): Block {
  const isShare = first_rows.columns.map((column) => column.startsWith('probability_'))
  return {
    kind: 'table',
    title: 'First rows',
    columns: first_rows.columns.map((label, index) => ({
      label,
      align: isShare[index] || label === 'line' ? 'right' : 'left',
    })),
    rows: first_rows.rows.map((cells) =>
      cells.map(
        (cell, index): Cell =>
          typeof cell === 'number' && isShare[index] ? formatPercent(cell) : cell,
      ),
    ),
    ...(rows > first_rows.rows.length ? { omitted: rows - first_rows.rows.length } : {}),
  }
}
