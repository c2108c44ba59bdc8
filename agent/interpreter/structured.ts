// Finds what is quoted or pasted as data in a message: quotations, JSON, tables. None of it is ever read as a request.

import { parseJsonLike } from './json-like.ts'
import { findTables, type Table } from './tables.ts'

export type Segment =
  | {
      readonly kind: 'quote'
      readonly start: number
      readonly end: number
      readonly content: string
    }
  | { readonly kind: 'json'; readonly start: number; readonly end: number; readonly value: unknown }
  | { readonly kind: 'table'; readonly start: number; readonly end: number; readonly table: Table }

/** Data longer than this is not searched for: it belongs into a file, and a turn must stay quick. */
const MAX_SEARCHED_CHARACTERS = 200_000

const FENCE = /```[\w-]*\n?([\s\S]*?)```/g
const OPENERS: Readonly<Record<string, string>> = {
  '"': '"',
  '“': '”',
  '„': '“',
  '«': '»',
  '`': '`',
  "'": "'",
  '‘': '’',
}
const BEFORE_QUOTE = /[\s([{:=,;>—–-]/
const AFTER_QUOTE = /[\s)\]}.,;:!?—–-]/

/** In order of their places, none inside another. `isColumn` tells whether a header cell could name an input. */
export function findSegments(
  text: string,
  isColumn: (cell: string) => boolean,
): readonly Segment[] {
  if (text.length > MAX_SEARCHED_CHARACTERS) return []
  const segments: Segment[] = []
  const free = (start: number, end: number) =>
    segments.every((segment) => end <= segment.start || start >= segment.end)
  for (const match of text.matchAll(FENCE)) {
    const start = match.index
    segments.push(readFence(match[1] ?? '', start, start + match[0].length, isColumn))
  }
  for (const segment of findJson(text)) {
    if (free(segment.start, segment.end)) segments.push(segment)
  }
  for (const { start, end, table } of findTables(text, isColumn)) {
    if (free(start, end)) segments.push({ kind: 'table', start, end, table })
  }
  for (const segment of findQuotes(text)) {
    if (free(segment.start, segment.end)) segments.push(segment)
  }
  return segments.sort((left, right) => left.start - right.start)
}

function readFence(
  content: string,
  start: number,
  end: number,
  isColumn: (cell: string) => boolean,
): Segment {
  const value = parseJsonLike(content.trim())
  if (typeof value === 'object' && value !== null) return { kind: 'json', start, end, value }
  const [table] = findTables(content, isColumn)
  if (table !== undefined) return { kind: 'table', start, end, table: table.table }
  return { kind: 'quote', start, end, content: content.trim() }
}

/** Brackets that open nothing are tried no longer after this many: every try reads on to the end. */
const MAX_FAILED_BRACKETS = 10

function findJson(text: string): Segment[] {
  const found: Segment[] = []
  let position = 0
  let failed = 0
  while (position < text.length && failed < MAX_FAILED_BRACKETS) {
    const character = text[position]
    if (character === '{' || character === '[') {
      const end = closingBracket(text, position)
      const value = end === null ? undefined : parseJsonLike(text.slice(position, end))
      if (end !== null && typeof value === 'object' && value !== null) {
        found.push({ kind: 'json', start: position, end, value })
        position = end
        continue
      }
      failed++
    }
    position++
  }
  return found
}

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']' }

/** Index behind the bracket that closes the one at `start`, brackets in texts not counted; null when it stays open. */
function closingBracket(text: string, start: number): number | null {
  const open: string[] = []
  let quote: string | null = null
  for (let position = start; position < text.length; position++) {
    const character = text[position] ?? ''
    if (quote !== null) {
      if (character === '\\') position++
      else if (character === quote) quote = null
    } else if (character === '"') quote = character
    else if (CLOSERS[character] !== undefined) open.push(CLOSERS[character])
    else if (character === '}' || character === ']') {
      if (open.pop() !== character) return null
      if (open.length === 0) return position + 1
    }
  }
  return null
}

function findQuotes(text: string): Segment[] {
  const found: Segment[] = []
  // Where no closing mark came once, none comes later.
  const unclosed = new Set<string>()
  let position = 0
  while (position < text.length) {
    const opener = text[position] ?? ''
    const closer = OPENERS[opener]
    const before = text[position - 1] ?? ' '
    if (closer !== undefined && !unclosed.has(opener) && BEFORE_QUOTE.test(before)) {
      const end = closingQuote(text, position, opener, closer)
      if (end !== null) {
        const content = text.slice(position + 1, end).trim()
        found.push({ kind: 'quote', start: position, end: end + 1, content })
        position = end + 1
        continue
      }
      unclosed.add(opener)
    }
    position++
  }
  return found
}

/** The closing mark must end a word, so that the apostrophe of "don't" closes nothing. */
function closingQuote(text: string, start: number, opener: string, closer: string): number | null {
  if ((text[start + 1] ?? ' ').trim() === '') return null
  for (let position = start + 2; position < text.length; position++) {
    if (text[position] !== closer) continue
    const after = text[position + 1] ?? ' '
    if (AFTER_QUOTE.test(after) || (opener !== "'" && opener !== '‘')) return position
  }
  return null
}
