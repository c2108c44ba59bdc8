// Gathers the numbers that a reply may use: those of results, of the person's words and of the models at hand.

import { findNumbers } from '../interpreter/numbers.ts'
import { tokenise } from '../interpreter/tokens.ts'
import type { LanguageTurn, RanStep } from '../language.ts'
import { situationOf } from './prompt.ts'

export interface NumberSources {
  readonly values: Iterable<number>
  /** Years, months, days, hours of the times in results: they excuse a date, and no percentage or amount. */
  readonly dateParts: ReadonlySet<number>
  /** Whether this very text stands in a source, for versions such as `3.0.0`. */
  has(text: string): boolean
}

export interface NumberCollector extends NumberSources {
  /** A structured result or the text of one: its numbers, those in its texts and names, and the lengths of its lists. */
  addResult(result: unknown): void
  /** What the person said: numbers in words too, and `2.31k`. */
  addWords(text: string): void
}

const NUMBER =
  /(?<![\d.])[-−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?(\s?%)?/gi
const TIME = /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?/g
const DIGITS = /\d+/g
const GROUPING = /,/g
const DOTTED = /\d+(?:\.\d+){2,}/g
/** Fingerprints are no numbers, and their digits would excuse any small one. */
const FINGERPRINT = /\b(?=[0-9a-f-]*[a-f])(?=[0-9a-f-]*\d)[0-9a-f-]{12,}\b/gi

export function createNumberCollector(): NumberCollector {
  const values = new Set<number>()
  const dateParts = new Set<number>()
  const texts = new Set<string>()
  const addText = (text: string) => {
    for (const [dotted] of text.matchAll(DOTTED)) texts.add(dotted)
    for (const [time] of text.matchAll(TIME)) {
      for (const [part] of time.matchAll(DIGITS)) dateParts.add(Number(part))
    }
    const rest = text.replace(TIME, ' ').replace(FINGERPRINT, ' ')
    for (const match of rest.matchAll(NUMBER)) {
      const value = Number(
        match[0]
          .replace(match[1] ?? '', '')
          .replace(GROUPING, '')
          .replace('−', '-'),
      )
      if (!Number.isFinite(value)) continue
      values.add(value)
      if (match[1] !== undefined) values.add(value / 100)
    }
  }
  const addResult = (result: unknown): void => {
    if (typeof result === 'number') values.add(result)
    else if (typeof result === 'string') addText(result)
    else if (Array.isArray(result)) {
      values.add(result.length)
      for (const entry of result) addResult(entry)
    } else if (typeof result === 'object' && result !== null) {
      for (const [key, entry] of Object.entries(result)) {
        addText(key)
        addResult(entry)
      }
    }
  }
  return {
    values,
    dateParts,
    has: (text) => texts.has(text),
    addResult,
    addWords(text) {
      addText(text)
      for (const { value } of findNumbers(tokenise(text, []))) values.add(value)
    },
  }
}

/** All that a reply of this turn may draw on: the conversation so far, what is at hand, and what ran in this turn. */
export function sourcesOf(turn: LanguageTurn, ran: readonly RanStep[]): NumberSources {
  const sources = createNumberCollector()
  sources.addResult(situationOf(turn))
  sources.addWords(turn.request.message)
  for (const { person, steps } of turn.state().transcript) {
    sources.addWords(person)
    for (const { result } of steps) sources.addResult(parsed(result))
  }
  for (const { step, presentation, message } of ran) {
    sources.addResult(step.output)
    sources.addResult(presentation)
    sources.addResult(message)
  }
  return sources
}

/** Remembered results were cut to a limit; a cut one counts as text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
