// Puts data that people and files wrote before Claude so that it stays data, and short.

import { MAX_LIST_ENTRIES, MAX_TEXT_CHARACTERS } from './limits.ts'

/** Objects nested deeper than this are not results of ours. */
const MAX_DEPTH = 8

const OPENING = /</g

/** JSON inside marks that nothing in it can close. */
export function asData(value: unknown): string {
  return `<data>\n${inertJson(JSON.stringify(value))}\n</data>`
}

/** JSON text in which no tag can begin: `<` only ever stands inside its strings. */
export function inertJson(json: string): string {
  return json.replace(OPENING, '\\u003c')
}

/** Lists cut to their first entries with a count of the rest, texts cut to a limit; numbers stay as they are. */
export function trim(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return clipText(value, MAX_TEXT_CHARACTERS)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '…'
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_LIST_ENTRIES).map((entry) => trim(entry, depth + 1))
    const left = value.length - shown.length
    return left > 0 ? [...shown, `… and ${left} more, shown to the person`] : shown
  }
  const entries = Object.entries(value)
  const shown = entries
    .slice(0, MAX_LIST_ENTRIES * 2)
    .map(([key, entry]) => [key, trim(entry, depth + 1)])
  const left = entries.length - shown.length
  return Object.fromEntries(left > 0 ? [...shown, ['…', `${left} more`]] : shown)
}

export function clipText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters in all)`
}
