// Finds the numbers of a message in digits and in words, with their currency and unit.

import { lookup } from './lookup.ts'
import { scaled } from './number-literals.ts'
import {
  isNumberWord,
  magnitudeOf,
  type Read,
  readAndAHalf,
  readTail,
  readWords,
  startsWords,
  wordAt,
} from './number-words.ts'
import type { Token } from './tokens.ts'
import { isUnitWord, readUnit, type Unit } from './units.ts'

export interface NumberMention {
  /** First token, and the one behind the number itself (its unit not counted). */
  readonly from: number
  readonly to: number
  /** Behind the unit; the same as `to` where there is none. */
  readonly unitTo: number
  readonly value: number
  readonly unit: Unit | null
  /** `1.2m` may be 1.2 metres where the field is a length. */
  readonly metres: boolean
  /** "one" and "a couple" are often no number at all: leaving them unused proves nothing. */
  readonly weak: boolean
}

const ARTICLES: ReadonlySet<string> = new Set(['a', 'an'])
const signOf = lookup<-1>({ minus: -1, negative: -1 })
const currencyOf = lookup<string>({
  usd: 'money:USD',
  us$: 'money:USD',
  eur: 'money:EUR',
  gbp: 'money:GBP',
  jpy: 'money:JPY',
  inr: 'money:INR',
  chf: 'money:CHF',
})

/** All numbers in order. `taken` marks tokens that are something else already (a version, a name). */
export function findNumbers(
  tokens: readonly Token[],
  taken: (index: number) => boolean = () => false,
): readonly NumberMention[] {
  const found: NumberMention[] = []
  let index = 0
  while (index < tokens.length) {
    const mention = taken(index) ? null : readMention(tokens, index)
    if (mention === null || taken(mention.to - 1)) index++
    else {
      found.push(mention)
      index = Math.max(mention.unitTo, mention.to)
    }
  }
  return found
}

function readMention(tokens: readonly Token[], index: number): NumberMention | null {
  const mention = readSingle(tokens, index)
  if (mention === null || isPronoun(tokens, mention)) return null
  return withRest(tokens, mention)
}

/** "the monthly one", "which one": a word for a thing, not a number. */
function isPronoun(tokens: readonly Token[], { from, to, unit }: NumberMention): boolean {
  if (unit !== null || to !== from + 1 || wordAt(tokens, from) !== 'one') return false
  const before = [1, 2, 3].map((distance) => tokens[from - distance])
  const at = before.findIndex((token) => POINTERS.has(token?.word ?? ''))
  return at >= 0 && before.slice(0, at).every((token) => token?.kind === 'word')
}

const POINTERS: ReadonlySet<string> = new Set(
  'the this that which first last other same another every each any no'.split(' '),
)

/** "2 years and 3 months", "70 dollars and 50 cents": one value in the smaller unit. */
function withRest(tokens: readonly Token[], mention: NumberMention): NumberMention {
  const { unit, unitTo } = mention
  if (unit === null) return mention
  const start = wordAt(tokens, unitTo) === 'and' ? unitTo + 1 : unitTo
  const rest = readSingle(tokens, start)
  if (rest?.unit?.family !== unit.family || rest.unit.factor >= unit.factor) return mention
  if (rest.unitTo === rest.to) return mention
  const value = scaled(mention.value, unit.factor / rest.unit.factor) + rest.value
  return { ...mention, to: rest.to, unitTo: rest.unitTo, unit: rest.unit, value, weak: false }
}

function readSingle(tokens: readonly Token[], index: number): NumberMention | null {
  const money = currencyOf(wordAt(tokens, index))
  const signed = signOf(wordAt(tokens, money === undefined ? index : index + 1))
  const start = index + (money === undefined ? 0 : 1) + (signed === undefined ? 0 : 1)
  const number = readNumber(tokens, start)
  if (number === null) return null
  const first = tokens[start]
  const currency = money ?? (first?.currency === undefined ? undefined : `money:${first.currency}`)
  const unit = readUnit(tokens, number.next)
  const half = unit === null ? null : readAndAHalf(tokens, unit.next)
  const value = (number.value + (half === null ? 0 : 0.5)) * (signed ?? 1)
  return {
    from: index,
    to: number.next,
    unitTo: half ?? unit?.next ?? number.next,
    value,
    unit: currency === undefined ? (unit?.unit ?? null) : { family: currency, factor: 1 },
    metres: first?.metres === true,
    weak:
      number.next === start + 1 &&
      (wordAt(tokens, start) === 'one' || ARTICLES.has(wordAt(tokens, start))),
  }
}

function readNumber(tokens: readonly Token[], index: number): Read | null {
  return (
    readQuarters(tokens, index) ??
    readFraction(tokens, index) ??
    readHalf(tokens, index) ??
    readArticle(tokens, index) ??
    readPlain(tokens, index)
  )
}

/** "a quarter of a million", "three quarters of a million". */
function readQuarters(tokens: readonly Token[], index: number): Read | null {
  const first = wordAt(tokens, index)
  const count = first === 'three' ? 3 : ARTICLES.has(first) || first === 'one' ? 1 : 0
  const noun = wordAt(tokens, index + 1)
  if (count === 0 || (noun !== 'quarter' && noun !== 'quarters')) return null
  let next = index + 2
  if (wordAt(tokens, next) === 'of') next++
  if (ARTICLES.has(wordAt(tokens, next))) next++
  const magnitude = magnitudeOf(wordAt(tokens, next))
  return magnitude === undefined ? null : { value: (count * magnitude) / 4, next: next + 1 }
}

const DENOMINATORS: ReadonlySet<number> = new Set([2, 3, 4, 5, 8])

/** "1/2", "2 1/2". */
function readFraction(tokens: readonly Token[], index: number): Read | null {
  const part = readRatio(tokens, index)
  if (part !== null) return part
  const whole = tokens[index]
  if (whole?.kind !== 'number' || whole.value === undefined || !Number.isInteger(whole.value)) {
    return null
  }
  const rest = readRatio(tokens, index + 1)
  return rest === null ? null : { value: whole.value + rest.value, next: rest.next }
}

function readRatio(tokens: readonly Token[], index: number): Read | null {
  const [top, slash, bottom, after] = [0, 1, 2, 3].map((offset) => tokens[index + offset])
  if (slash?.word !== '/' || !slash.glued || bottom?.glued !== true || after?.word === '/')
    return null
  const numerator = top?.value ?? 0
  const denominator = bottom.value ?? 0
  if (!DENOMINATORS.has(denominator) || numerator < 1 || numerator >= denominator) return null
  return { value: numerator / denominator, next: index + 3 }
}

/** "half a million", "half a year". */
function readHalf(tokens: readonly Token[], index: number): Read | null {
  if (wordAt(tokens, index) !== 'half') return null
  if (!ARTICLES.has(wordAt(tokens, index + 1))) return null
  const magnitude = magnitudeOf(wordAt(tokens, index + 2))
  if (magnitude !== undefined) return { value: magnitude / 2, next: index + 3 }
  return readUnit(tokens, index + 2) === null ? null : { value: 0.5, next: index + 2 }
}

/** "a dozen", "a hundred", "a couple of", "a year and a half"; a bare "a month" is not a number. */
function readArticle(tokens: readonly Token[], index: number): Read | null {
  if (!ARTICLES.has(wordAt(tokens, index))) return null
  if (wordAt(tokens, index + 1) === 'couple') {
    return { value: 2, next: index + (wordAt(tokens, index + 2) === 'of' ? 3 : 2) }
  }
  if (magnitudeOf(wordAt(tokens, index + 1)) !== undefined) return readWords(tokens, index + 1, 1)
  const unit = readUnit(tokens, index + 1)
  if (unit === null) return null
  const isTime = unit.unit.family === 'calendar' || unit.unit.family === 'clock'
  const isSpan = isTime && !isRate(tokens, index)
  return isSpan || readAndAHalf(tokens, unit.next) !== null ? { value: 1, next: index + 1 } : null
}

/** "$70 a month" is a rate; "for a year" is a span of time. */
function isRate(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  if (before === undefined) return false
  return (
    before.kind === 'number' ||
    isUnitWord(before.word) ||
    isNumberWord(before.word) ||
    !SPAN_BEFORE.has(before.word)
  )
}

const SPAN_BEFORE: ReadonlySet<string> = new Set(
  'for of since over after is was tenure age but with about around nearly almost : = same'.split(
    ' ',
  ),
)

function readPlain(tokens: readonly Token[], index: number): Read | null {
  const token = tokens[index]
  if (token?.kind === 'number' && token.value !== undefined) {
    return readGroups(tokens, index) ?? readTail(tokens, index + 1, token.value)
  }
  if (token === undefined || !startsWords(token.word)) return null
  return readWords(tokens, index, null)
}

const GROUP = /^\d{3}$/
const FIRST_GROUP = /^[$€£]?\d{1,3}$/

/** "1 680": thousands parted by a space, where no other number follows that would make it a list. */
function readGroups(tokens: readonly Token[], index: number): Read | null {
  const first = tokens[index]
  const second = tokens[index + 1]
  if (
    first?.value === undefined ||
    !FIRST_GROUP.test(first.text) ||
    tokens[index - 1]?.kind === 'number'
  ) {
    return null
  }
  if (second?.kind !== 'number' || !GROUP.test(second.text) || second.start - first.end !== 1)
    return null
  if (tokens[index + 2]?.kind === 'number') return null
  return readTail(tokens, index + 2, first.value * 1000 + (second.value ?? 0))
}
