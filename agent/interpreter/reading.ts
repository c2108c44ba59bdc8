// A message taken apart once: tokens, models, versions, and clauses as plain strings that patterns are matched on.

import type { KnownModel } from '../language.ts'
import { findModelMentions, type ModelMention } from './models.ts'
import { isTypoOf } from './similar.ts'
import { findSegments, type Segment } from './structured.ts'
import { type Token, tokenise } from './tokens.ts'
import { findVersionMentions, type VersionMention } from './versions.ts'
import { fieldNamed } from './vocabulary.ts'

/** A piece of a message between marks. In `text` models are `@0`, versions `#0`, numbers `NUM`, quotations `QUOTE`, data `DATA`. */
export interface Clause {
  readonly text: string
  /** The mark that ends it, or ''. */
  readonly mark: string
  /** Clauses of one sentence share a number. */
  readonly sentence: number
  readonly from: number
  readonly to: number
}

export interface MessageReading {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly segments: readonly Segment[]
  readonly models: readonly ModelMention[]
  readonly versions: readonly VersionMention[]
  readonly clauses: readonly Clause[]
  /** All clauses in one string, marks parted by spaces; for patterns that need no clause. */
  readonly whole: string
}

/** Words that requests are made of; a slip of the pen in one of them is put right before patterns are tried. */
const REQUEST_WORDS: readonly string[] =
  `undeploy deploy deployed redeploy delete remove promote rollback predict prediction predictions versions version history models
  model describe explain inputs columns features fields metrics accuracy accurate available upload uploaded publish unpublish
  offline online please sample example classify estimate estimated probability forecast previous`.split(
    /\s+/,
  )

/** More than twice as long as any order may be, so that what is cut off belongs to none. */
const MAX_CLAUSE_CHARACTERS = 700

/** A request stands at the beginning; matching patterns on more would only cost time. */
const MAX_PATTERN_CHARACTERS = 2000

const SENTENCE_MARKS: ReadonlySet<string> = new Set(['.', '!', '?', ';', '\n'])
const CLAUSE_MARKS: ReadonlySet<string> = new Set([
  ',',
  '.',
  '!',
  '?',
  ';',
  '\n',
  '–',
  '—',
  '-',
  '(',
  ')',
  ':',
])
const CLAUSE_WORDS: ReadonlySet<string> = new Set(['but'])
const LETTER = /\p{L}/u

export function readMessage(text: string, models: readonly KnownModel[]): MessageReading {
  const known = new Map<string, boolean>()
  const isColumn = (cell: string) => {
    const found =
      known.get(cell) ?? models.some((model) => fieldNamed(model.signature, cell) !== null)
    known.set(cell, found)
    return found
  }
  const segments = findSegments(text, isColumn)
  const tokens = tokenise(text, segments)
  const mentions = findModelMentions(models, tokens)
  const behind = (index: number) => mentions.find(({ from }) => from === index)?.to ?? index
  const versions = findVersionMentions(tokens, behind).filter(({ from, to }) =>
    mentions.every((mention) => to <= mention.from || from >= mention.to),
  )
  const clauses = toClauses(tokens, mentions, versions)
  const whole = clauses
    .map((clause) => `${clause.text} ${clause.mark}`.trim())
    .join(' ')
    .slice(0, MAX_PATTERN_CHARACTERS)
  return { text, tokens, segments, models: mentions, versions, clauses, whole }
}

function toClauses(
  tokens: readonly Token[],
  models: readonly ModelMention[],
  versions: readonly VersionMention[],
): readonly Clause[] {
  const clauses: Clause[] = []
  let words: string[] = []
  let sentence = 0
  let from = 0
  const finish = (to: number, mark: string) => {
    if (words.length > 0 || mark === '?') {
      const text = words.join(' ').slice(0, MAX_CLAUSE_CHARACTERS)
      clauses.push({ text, mark, sentence, from, to })
    }
    if (SENTENCE_MARKS.has(mark)) sentence++
    words = []
  }
  let index = 0
  while (index < tokens.length) {
    const token = tokens[index]
    if (token === undefined) break
    const model = models.findIndex((mention) => mention.from === index)
    const version = versions.findIndex((mention) => mention.from === index)
    if (model >= 0) {
      words.push(`@${model}`)
      index = models[model]?.to ?? index + 1
      continue
    }
    if (version >= 0) {
      words.push(`#${version}`)
      index = versions[version]?.to ?? index + 1
      continue
    }
    const ends =
      (token.kind === 'mark' && CLAUSE_MARKS.has(token.word)) ||
      (token.kind === 'word' && CLAUSE_WORDS.has(token.word))
    if (ends) {
      finish(index, token.word)
      from = index + 1
    } else {
      const said = wordOf(token)
      if (said !== null) words.push(said)
    }
    index++
  }
  finish(tokens.length, '')
  return clauses
}

function wordOf(token: Token): string | null {
  switch (token.kind) {
    case 'number':
      return 'NUM'
    case 'quote':
      return 'QUOTE'
    case 'data':
      return 'DATA'
    case 'word':
      return corrected(token.word)
    case 'mark':
      // Smileys and signs say nothing to a pattern.
      return LETTER.test(token.word) ? token.word : null
  }
}

function corrected(word: string): string {
  if (REQUEST_WORDS.includes(word)) return word
  return REQUEST_WORDS.find((known) => isTypoOf(word, known)) ?? word
}
