// Reads the small markdown of answers into plain values; anything it does not know stays text.

export interface Span {
  readonly kind: 'plain' | 'bold' | 'code'
  readonly text: string
}

export type Part =
  | { readonly kind: 'paragraph'; readonly lines: (readonly Span[])[] }
  | { readonly kind: 'heading'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: (readonly Span[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | {
      readonly kind: 'table'
      readonly head: (readonly Span[])[]
      readonly rows: (readonly Span[])[][]
    }

const LINE_END = /\r?\n/
const FENCE = /^\s*```\s*(\w*)\s*$/
const HEADING = /^#{1,6}\s+(.+)$/
const BULLET = /^\s*[-*•]\s+(.+)$/
const NUMBERED = /^\s*\d{1,3}[.)]\s+(.+)$/
const TABLE_ROW = /^\s*\|(.*)\|\s*$/
const TABLE_RULE = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/
/** A bar that is not escaped; escaped ones stand in the cell. */
const CELL_END = /(?<!\\)\|/
const SPAN = /\*\*(.+?)\*\*|`([^`]+)`/g
const ESCAPED = /\\([\\`*_#|-])/g
/** Escaped marks are put aside under private characters while the text is split, so that `\*\*` stays two stars. */
const ASIDE_START = 0xe000
// Characters that turn the direction of what follows could make a name read as another.
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/g

export function parseMarkdown(source: string): readonly Part[] {
  const parts: Part[] = []
  const rows = source.replace(DIRECTION_MARKS, '').split(LINE_END)
  let open: Part | null = null
  const close = () => {
    if (open !== null) parts.push(open)
    open = null
  }
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? ''
    const fence = FENCE.exec(row)
    if (fence !== null) {
      close()
      const end = rows.findIndex((other, place) => place > index && FENCE.test(other))
      const last = end < 0 ? rows.length : end
      const text = rows.slice(index + 1, last).join('\n')
      parts.push({ kind: 'code', language: fence[1] ?? '', text })
      index = last
      continue
    }
    const table = readTable(rows, index)
    if (table !== null) {
      close()
      parts.push(table)
      index += table.rows.length + 1
      continue
    }
    const next: Part | null = readRow(row, open)
    if (next !== open) {
      close()
      open = next
    }
  }
  close()
  return parts
}

/** A table that begins in this row: its head, the rule below it, and every row of bars that follows. */
function readTable(rows: readonly string[], start: number) {
  const head = readCells(rows[start])
  if (head === null || !TABLE_RULE.test(rows[start + 1] ?? '')) return null
  const body: (readonly Span[])[][] = []
  for (let index = start + 2; ; index++) {
    const cells = readCells(rows[index])
    if (cells === null) return { kind: 'table', head, rows: body } satisfies Part
    body.push(cells)
  }
}

function readCells(row: string | undefined): (readonly Span[])[] | null {
  const inner = TABLE_ROW.exec(row ?? '')?.[1]
  return inner?.split(CELL_END).map((cell) => parseSpans(cell.trim())) ?? null
}

/** The part that the row belongs to: the open one with the row added, a new one, or none after an empty row. */
function readRow(row: string, open: Part | null): Part | null {
  if (row.trim() === '') return null
  const heading = HEADING.exec(row)
  if (heading !== null) return { kind: 'heading', spans: parseSpans(heading[1] ?? '') }
  const numbered = NUMBERED.exec(row)
  const item = numbered ?? BULLET.exec(row)
  if (item !== null) {
    const ordered = numbered !== null
    const spans = parseSpans(item[1] ?? '')
    if (open?.kind === 'list' && open.ordered === ordered) {
      open.items.push(spans)
      return open
    }
    return { kind: 'list', ordered, items: [spans] }
  }
  if (open?.kind === 'paragraph') {
    open.lines.push(parseSpans(row))
    return open
  }
  return { kind: 'paragraph', lines: [parseSpans(row)] }
}

export function parseSpans(row: string): readonly Span[] {
  const text = row.replace(ESCAPED, (_whole, mark: string) =>
    String.fromCharCode(ASIDE_START + mark.charCodeAt(0)),
  )
  const spans: Span[] = []
  let place = 0
  for (const match of text.matchAll(SPAN)) {
    if (match.index > place) spans.push(plain(text.slice(place, match.index)))
    const [whole, bold, code] = match
    if (bold !== undefined) spans.push({ kind: 'bold', text: putBack(bold) })
    else spans.push({ kind: 'code', text: putBack(code ?? '', '\\') })
    place = match.index + whole.length
  }
  if (place < text.length) spans.push(plain(text.slice(place)))
  return spans
}

function plain(text: string): Span {
  return { kind: 'plain', text: putBack(text) }
}

const ASIDE = /[\ue020-\ue07f]/g

/** Inside code a backslash is a backslash, so there `before` puts it back too. */
function putBack(text: string, before = ''): string {
  return text.replace(
    ASIDE,
    (mark) => before + String.fromCharCode(mark.charCodeAt(0) - ASIDE_START),
  )
}
