// Finds the numbers of a message in digits and in words, with their currency and unit.

import { scaled } from './number-literals.ts'
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

const SMALL: Readonly<Record<string, number>> = {
  zero: 0,
  nil: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  fourty: 40,
  fivteen: 15,
  eightteen: 18,
  ninteen: 19,
}

const TENS: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fourty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  ninty: 90,
}

const MAGNITUDES: Readonly<Record<string, number>> = {
  hundred: 100,
  hundreds: 100,
  thousand: 1e3,
  thousands: 1e3,
  grand: 1e3,
  lakh: 1e5,
  million: 1e6,
  millions: 1e6,
  billion: 1e9,
  dozen: 12,
}

const ARTICLES: ReadonlySet<string> = new Set(['a', 'an'])
const SIGNS: Readonly<Record<string, -1>> = { minus: -1, negative: -1 }
const CURRENCY_WORDS: Readonly<Record<string, string>> = {
  usd: 'money:USD',
  us$: 'money:USD',
  eur: 'money:EUR',
  gbp: 'money:GBP',
  jpy: 'money:JPY',
  inr: 'money:INR',
  chf: 'money:CHF',
}

interface Read {
  readonly value: number
  readonly next: number
}

export function isNumberWord(word: string): boolean {
  return word in SMALL || word in TENS || word in MAGNITUDES || word === 'half'
}

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
  return mention === null ? null : withRest(tokens, mention)
}

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
  const money = CURRENCY_WORDS[wordAt(tokens, index)]
  const signed = SIGNS[wordAt(tokens, money === undefined ? index : index + 1)]
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

const wordAt = (tokens: readonly Token[], index: number): string => tokens[index]?.word ?? ''

/** "a year and a half": the index behind it, or null. */
function readAndAHalf(tokens: readonly Token[], index: number): number | null {
  const words = [0, 1, 2].map((offset) => wordAt(tokens, index + offset)).join(' ')
  return words === 'and a half' || words === 'and one half' ? index + 3 : null
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
  const magnitude = MAGNITUDES[wordAt(tokens, next)]
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
  const magnitude = MAGNITUDES[wordAt(tokens, index + 2)]
  if (magnitude !== undefined) return { value: magnitude / 2, next: index + 3 }
  return readUnit(tokens, index + 2) === null ? null : { value: 0.5, next: index + 2 }
}

/** "a dozen", "a hundred", "a couple of", "a year and a half"; a bare "a month" is not a number. */
function readArticle(tokens: readonly Token[], index: number): Read | null {
  if (!ARTICLES.has(wordAt(tokens, index))) return null
  if (wordAt(tokens, index + 1) === 'couple') {
    return { value: 2, next: index + (wordAt(tokens, index + 2) === 'of' ? 3 : 2) }
  }
  if (wordAt(tokens, index + 1) in MAGNITUDES) return readWords(tokens, index + 1, 1)
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

const startsWords = (word: string) => word in SMALL || word in TENS || word === 'dozen'

/** Behind digits: "1.2 million", "2 and a half", "2 dozen". */
function readTail(tokens: readonly Token[], index: number, value: number): Read {
  const magnitude = MAGNITUDES[wordAt(tokens, index)]
  if (magnitude !== undefined) return readTail(tokens, index + 1, scaled(value, magnitude))
  const half = readAndAHalf(tokens, index)
  return half === null ? { value, next: index } : { value: value + 0.5, next: half }
}

/** "two thousand three hundred and ten", "twenty four", "two and a half", "one point five". */
function readWords(tokens: readonly Token[], start: number, given: number | null): Read | null {
  let total = 0
  let group: number | null = given
  let index = start
  for (; index < tokens.length; index++) {
    const word = wordAt(tokens, index)
    const magnitude = MAGNITUDES[word]
    if (magnitude !== undefined) {
      if (magnitude === 100 || magnitude === 12) group = (group ?? 1) * magnitude
      else {
        total += (group ?? 1) * magnitude
        group = null
      }
      continue
    }
    if (word === 'and' && index > start && continuesAfterAnd(tokens, index, total, group)) continue
    const next = joinSmall(group, word)
    if (next === null) break
    group = next
  }
  if (index === start) return null
  return readPoint(tokens, index, total + (group ?? 0))
}

/** "three hundred and ten" goes on; "twenty and thirty" are two numbers. */
function continuesAfterAnd(
  tokens: readonly Token[],
  index: number,
  total: number,
  group: number | null,
): boolean {
  const next = wordAt(tokens, index + 1)
  const open = group === null ? total >= 100 : group >= 100 && group % 100 === 0
  return open && (next in SMALL || next in TENS)
}

/** The group with a small number or ten added, or null where the two do not join ("twenty" "thirty"). */
function joinSmall(group: number | null, word: string): number | null {
  const small = SMALL[word]
  const tens = TENS[word]
  if (group === null) return tens ?? small ?? null
  if (tens !== undefined) return group >= 100 && group % 100 === 0 ? group + tens : null
  if (small === undefined) return null
  if (group >= 20 && group % 10 === 0 && group % 100 !== 0) {
    return small < 10 && small > 0 ? group + small : null
  }
  return group >= 100 && group % 100 === 0 ? group + small : null
}

function readPoint(tokens: readonly Token[], index: number, value: number): Read {
  const half = readAndAHalf(tokens, index)
  if (half !== null) return { value: value + 0.5, next: half }
  if (wordAt(tokens, index) !== 'point') return { value, next: index }
  let next = index + 1
  let digits = ''
  while ((SMALL[wordAt(tokens, next)] ?? 10) < 10) {
    digits += SMALL[wordAt(tokens, next)]
    next++
  }
  return digits === '' ? { value, next: index } : { value: Number(`${value}.${digits}`), next }
}
