// Finds pasted tables: markdown, tabs, commas, semicolons; with a header of input names, or bare rows of numbers.

import type { Scalar } from '#core/model.ts'
import { readNumberAt } from './number-literals.ts'

export interface Table {
  /** Header cells as written; null where only numbers were pasted. */
  readonly columns: readonly string[] | null
  readonly rows: readonly (readonly Scalar[])[]
}

interface PlacedTable {
  readonly start: number
  readonly end: number
  readonly table: Table
}

interface Line {
  readonly start: number
  readonly end: number
  readonly text: string
}

const DELIMITERS = ['|', '\t', ',', ';'] as const
const MARKDOWN_RULE = /^[\s|:-]+$/
const BLANK = /^\s*$/
const MAX_HEADER_CELL = 60
const OUTER_PIPES = /^\s*\||\|\s*$/g

export function findTables(text: string, isColumn: (cell: string) => boolean): PlacedTable[] {
  const lines = splitLines(text)
  const found: PlacedTable[] = []
  let index = 0
  while (index < lines.length) {
    const block = readBlock(lines, index, isColumn)
    if (block === null) index++
    else {
      found.push(block.table)
      index = block.next
    }
  }
  return found
}

function readBlock(lines: readonly Line[], first: number, isColumn: (cell: string) => boolean) {
  for (const delimiter of DELIMITERS) {
    const header = splitCells(lines[first]?.text ?? '', delimiter)
    const kind = header.length < 2 ? null : kindOfHeader(header, isColumn)
    // Nothing below is read before the first line can begin a table: no text costs more than its length.
    if (kind === null) continue
    const { rows, next } = readRows(lines, first + 1, delimiter, header.length, kind)
    const body = kind === 'names' ? rows : [header, ...rows]
    if (rows.length === 0) continue
    const table = {
      columns: kind === 'names' ? header : null,
      rows: body.map((cells) => cells.map(readCell)),
    }
    const start = lines[first]?.start ?? 0
    return { table: { start, end: lines[next - 1]?.end ?? start, table }, next }
  }
  return null
}

const isNumber = (cell: string) => typeof readCell(cell) === 'number'

function kindOfHeader(
  header: readonly string[],
  isColumn: (cell: string) => boolean,
): 'names' | 'numbers' | null {
  if (header.every(isNumber)) return 'numbers'
  const plausible = header.every(
    (cell) => cell !== '' && cell.length <= MAX_HEADER_CELL && typeof readCell(cell) === 'string',
  )
  return plausible && header.filter(isColumn).length * 2 >= header.length ? 'names' : null
}

function readRows(
  lines: readonly Line[],
  from: number,
  delimiter: string,
  width: number,
  kind: 'names' | 'numbers',
): { rows: readonly (readonly string[])[]; next: number } {
  const rows: (readonly string[])[] = []
  let next = from
  for (; next < lines.length; next++) {
    const line = lines[next]?.text ?? ''
    if (delimiter === '|' && line.includes('-') && MARKDOWN_RULE.test(line)) continue
    if (BLANK.test(line)) break
    const cells = splitCells(line, delimiter)
    if (cells.length !== width || (kind === 'numbers' && !cells.every(isNumber))) break
    rows.push(cells)
  }
  return { rows, next }
}

/** A number where the whole cell is one, true and false, null for an empty cell, else the text. */
export function readCell(cell: string): Scalar {
  const text = cell.trim()
  const lower = text.toLowerCase()
  if (text === '' || lower === 'null' || lower === 'na' || lower === 'n/a' || lower === 'nan') {
    return null
  }
  if (lower === 'true') return true
  if (lower === 'false') return false
  const literal = readNumberAt(text, 0)
  return literal !== null && literal.end === text.length ? literal.value : text
}

function splitLines(text: string): Line[] {
  const lines: Line[] = []
  let start = 0
  for (const part of text.split('\n')) {
    const line = part.endsWith('\r') ? part.slice(0, -1) : part
    lines.push({ start, end: start + line.length, text: line })
    start += part.length + 1
  }
  return lines
}

/** Cells of a line; a cell in double quotes may hold the delimiter, and `""` in it is one quote. */
function splitCells(line: string, delimiter: string): string[] {
  const text = delimiter === '|' ? line.replace(OUTER_PIPES, '') : line
  if (!text.includes(delimiter)) return [text.trim()]
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let position = 0; position < text.length; position++) {
    const character = text[position] ?? ''
    if (quoted && character === '"' && text[position + 1] === '"') {
      cell += '"'
      position++
    } else if (character === '"' && (quoted || cell.trim() === '')) quoted = !quoted
    else if (character === delimiter && !quoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += character
  }
  cells.push(cell.trim())
  return cells
}
