// Cuts a message into words, numbers, marks, quotations and data, each with its place in the text.

import { lookup } from './lookup.ts'
import { readNumberAt } from './number-literals.ts'
import type { Segment } from './structured.ts'

export type TokenKind = 'word' | 'number' | 'mark' | 'quote' | 'data'

export interface Token {
  readonly kind: TokenKind
  /** Lower case; contractions are spelled out over two tokens; a mark stands for itself, a line break is `\n`. */
  readonly word: string
  /** As written, for spellings that must be kept. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** True when nothing stands between this token and the one before it (`monthly_charges`, `24months`). */
  readonly glued: boolean
  readonly value?: number
  readonly currency?: string
  /** Lower-case `m` behind a number: a million or metres. */
  readonly metres?: boolean
  readonly segment?: Segment
}

const WORD = /[\p{L}_][\p{L}\p{N}_]*(?:['’][\p{L}]+)?/uy
const ORDINAL = /(\d{1,4})(?:st|nd|rd|th)\b/iy
const CAMEL_BOUNDARY = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u
const UNDERSCORES = /_+/
const APOSTROPHE = /[’]/g
const SPACE = /[^\S\n]/
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
const LETTER = /\p{L}/u

/** What people leave the apostrophe out of, and what has one. */
const contractionOf = lookup<readonly string[]>({
  dont: ['do', 'not'],
  doesnt: ['does', 'not'],
  didnt: ['did', 'not'],
  isnt: ['is', 'not'],
  arent: ['are', 'not'],
  cant: ['can', 'not'],
  cannot: ['can', 'not'],
  wont: ['will', 'not'],
  wouldnt: ['would', 'not'],
  shouldnt: ['should', 'not'],
  whats: ['what', 'is'],
  thats: ['that', 'is'],
  lets: ['let', 'us'],
  im: ['i', 'am'],
  wanna: ['want', 'to'],
  gimme: ['give', 'me'],
})

const IS_AFTER: ReadonlySet<string> = new Set(
  'it what who that there here how where when she he which everything this'.split(' '),
)

function expand(word: string): readonly string[] {
  const known = contractionOf(word.replace("'", ''))
  if (known !== undefined) return known
  const at = word.indexOf("'")
  if (at < 0) return [word]
  const head = word.slice(0, at)
  const tail = word.slice(at + 1)
  if (tail === 't' && head.endsWith('n')) return [head.slice(0, -1), 'not']
  if (tail === 'd') return [head, 'would']
  if (tail === 'll') return [head, 'will']
  if (tail === 've') return [head, 'have']
  if (tail === 're') return [head, 'are']
  if (tail === 'm') return [head, 'am']
  if (word === "let's") return ['let', 'us']
  if (tail === 's') return IS_AFTER.has(head) ? [head, 'is'] : [head]
  return [head, tail]
}

/** `segments` are the quotations and data found before, in order; each becomes one token. */
export function tokenise(text: string, segments: readonly Segment[]): readonly Token[] {
  const tokens: Token[] = []
  let position = 0
  let next = 0
  let lastEnd = -1
  const push = (token: Omit<Token, 'glued'>) => {
    tokens.push({ ...token, glued: token.start === lastEnd })
    lastEnd = token.end
  }
  while (position < text.length) {
    const segment = segments[next]
    if (segment !== undefined && position >= segment.start) {
      const kind = segment.kind === 'quote' ? 'quote' : 'data'
      const { start, end } = segment
      push({ kind, word: kind, text: text.slice(start, end), start, end, segment })
      position = end
      next++
      continue
    }
    const end = readToken(text, position, segment?.start ?? text.length, push)
    position = end
  }
  return tokens
}

function readToken(
  text: string,
  position: number,
  limit: number,
  push: (token: Omit<Token, 'glued'>) => void,
): number {
  const character = text[position] ?? ''
  if (SPACE.test(character)) return position + 1
  ORDINAL.lastIndex = position
  const ordinal = ORDINAL.exec(text)
  if (ordinal !== null) {
    const end = position + ordinal[0].length
    const value = Number(ordinal[1])
    push({ kind: 'word', word: `${value}th`, text: ordinal[0], start: position, end })
    return end
  }
  const literal = readNumberAt(text, position)
  if (literal !== null && literal.end <= limit) {
    const { end, value, currency, metres } = literal
    push({
      kind: 'number',
      word: String(value),
      text: text.slice(position, end),
      start: position,
      end,
      value,
      ...(currency === undefined ? {} : { currency }),
      ...(metres ? { metres } : {}),
    })
    return end
  }
  WORD.lastIndex = position
  const word = WORD.exec(text)
  if (word !== null && word[0] !== '_') return readWords(word[0], position, push)
  if (character === '-' && isBetweenWords(text, position)) return position + 1
  // "$70/month"
  if (character === '/' && isRate(text, position)) {
    push({ kind: 'word', word: 'per', text: '/', start: position, end: position + 1 })
    return position + 1
  }
  const symbol = String.fromCodePoint(text.codePointAt(position) ?? 0)
  const end = position + symbol.length
  push({ kind: 'mark', word: symbol, text: symbol, start: position, end })
  return end
}

/** The hyphen of `3-bedroom` and `month-to-month` parts words and means nothing. */
function isBetweenWords(text: string, position: number): boolean {
  const before = text[position - 1] ?? ''
  const after = text[position + 1] ?? ''
  return LETTER_OR_DIGIT.test(before) && LETTER.test(after)
}

const NUMBER_END = /[\d$€£¥₹km]/i

function isRate(text: string, position: number): boolean {
  return (
    NUMBER_END.test(text[position - 1] ?? '') &&
    LETTER.test(text[position + 1] ?? '') &&
    DIGIT_BEFORE.test(text.slice(Math.max(0, position - 4), position))
  )
}

const DIGIT_BEFORE = /\d/

function readWords(
  found: string,
  position: number,
  push: (token: Omit<Token, 'glued'>) => void,
): number {
  let offset = position
  for (const chunk of found.split(UNDERSCORES)) {
    const start = chunk === '' ? offset : found.indexOf(chunk, offset - position) + position
    let place = start
    for (const piece of chunk.split(CAMEL_BOUNDARY)) {
      if (piece === '') continue
      const word = piece.toLowerCase().normalize('NFKC').replace(APOSTROPHE, "'")
      const end = place + piece.length
      const parts = expand(word)
      for (const part of parts) {
        push({
          kind: 'word',
          word: part,
          text: parts.length === 1 ? piece : part,
          start: place,
          end,
        })
      }
      place = end
    }
    offset = place
  }
  return position + found.length
}
