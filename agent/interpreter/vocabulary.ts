// The words by which a signature's fields are called: names, aliases, and the parts of a name that only one field has.

import type { InputField, Signature } from '#core/model.ts'
import { COMMON_WORDS } from './common-words.ts'
import { isTypoOf, sameWord, stem } from './similar.ts'
import type { Token } from './tokens.ts'
import { isUnitWord } from './units.ts'

export type Strength = 'name' | 'alias' | 'part'

interface Phrase {
  readonly field: number
  readonly words: readonly string[]
  readonly strength: Strength
}

/** A place in the message where a field is called by one of its words. */
export interface FieldMention {
  readonly field: number
  readonly from: number
  readonly to: number
  readonly strength: Strength
  readonly fuzzy: boolean
}

const CAMEL_BOUNDARY = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu
const NOT_WORD = /[^\p{L}\p{N}]+/u
/** Parts that say nothing about which field is meant. */
const EMPTY_PARTS: ReadonlySet<string> = new Set(
  `is has the of a an in at for to by with and or per no not my num number count value total_count type id code name level
  feature input column field flag`.split(/\s+/),
)
const MIN_PART_LENGTH = 3

/** `monthlyCharges`, `monthly_charges` and `Monthly Charges` are the same words. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(CAMEL_BOUNDARY, ' ')
    .toLowerCase()
    .normalize('NFKC')
    .split(NOT_WORD)
    .filter((word) => word !== '')
}

/** Worked out once for each signature: the catalogue outlives the turn. */
const vocabularies = new WeakMap<Signature, readonly Phrase[]>()

function phrasesOf(signature: Signature): readonly Phrase[] {
  const known = vocabularies.get(signature)
  if (known !== undefined) return known
  const phrases = buildPhrases(signature.inputs)
  vocabularies.set(signature, phrases)
  return phrases
}

function buildPhrases(inputs: readonly InputField[]): readonly Phrase[] {
  const phrases: Phrase[] = []
  inputs.forEach((input, field) => {
    const words = wordsOf(input.name)
    if (words.length > 0) phrases.push({ field, words, strength: 'name' })
    const [first, ...rest] = words
    // `is_online` and `has_partner` are called "online" and "partner".
    if ((first === 'is' || first === 'has') && rest.length > 0) {
      phrases.push({ field, words: rest, strength: 'alias' })
    }
    for (const alias of input.aliases ?? []) {
      const aliasWords = wordsOf(alias)
      if (aliasWords.length > 0) phrases.push({ field, words: aliasWords, strength: 'alias' })
    }
  })
  return [...phrases, ...distinctiveParts(inputs), ...paraphrases(inputs)].sort(
    (left, right) => right.words.length - left.words.length,
  )
}

/** Words that mean the same in any field's name, and how people say them instead. */
const PARAPHRASES: readonly { readonly words: string; readonly said: readonly string[] }[] = [
  {
    words: 'total overall altogether lifetime cumulative sum',
    said: sayings(
      'total|in total|totally|overall|altogether|all together|in all|all in all|all told|so far|to date|till now|until now|lifetime|cumulative|in sum|all in',
    ),
  },
  { words: 'hourly', said: ratesOf('hour', 'hourly') },
  { words: 'daily', said: ratesOf('day', 'daily') },
  { words: 'weekly', said: ratesOf('week', 'weekly') },
  { words: 'monthly', said: [...ratesOf('month', 'monthly'), 'per mo', 'a mo', 'pm'] },
  {
    words: 'yearly annual annually',
    said: [...ratesOf('year', 'yearly'), 'annual', 'annually', 'per annum'],
  },
]

function sayings(text: string): readonly string[] {
  return text.split('|')
}

/** "70 a month", "70 each month", "70 monthly". */
function ratesOf(span: string, adverb: string): readonly string[] {
  return [`per ${span}`, `a ${span}`, `each ${span}`, `every ${span}`, adverb]
}

/** "1680 overall" means `total_charges` where no other field counts in total. */
function paraphrases(inputs: readonly InputField[]): Phrase[] {
  return PARAPHRASES.flatMap(({ words: kind, said }) => {
    const kinds = kind.split(' ')
    const owners = inputs.flatMap(({ name }, field) =>
      wordsOf(name).some((word) => kinds.includes(word)) ? [field] : [],
    )
    const [field, another] = owners
    if (field === undefined || another !== undefined) return []
    return said.map((phrase) => ({ field, words: phrase.split(' '), strength: 'part' as const }))
  })
}

/** `credit` and `score` both mean `credit_score` where no other field has these words; `charges` of two fields means neither. */
function distinctiveParts(inputs: readonly InputField[]): Phrase[] {
  const owners = new Map<string, Set<number>>()
  inputs.forEach((input, field) => {
    for (const phrase of [input.name, ...(input.aliases ?? [])]) {
      for (const word of wordsOf(phrase)) {
        const key = stem(word)
        owners.set(key, (owners.get(key) ?? new Set()).add(field))
      }
    }
  })
  return inputs.flatMap((input, field) => {
    const words = wordsOf(input.name)
    if (words.length < 2) return []
    return words
      .filter(
        (word) =>
          word.length >= MIN_PART_LENGTH &&
          !EMPTY_PARTS.has(word) &&
          !isUnitWord(word) &&
          owners.get(stem(word))?.size === 1,
      )
      .map((word) => ({ field, words: [word], strength: 'part' as const }))
  })
}

/** Fields called in the message, the longest phrase first where two overlap. `taken` marks tokens that are something else. */
export function findFieldMentions(
  signature: Signature,
  tokens: readonly Token[],
  taken: (index: number) => boolean,
): readonly FieldMention[] {
  const phrases = phrasesOf(signature)
  const found: FieldMention[] = []
  for (let from = 0; from < tokens.length; from++) {
    if (tokens[from]?.kind !== 'word') continue
    const mention = readMention(phrases, tokens, from, taken)
    if (mention === null) continue
    const last = found.at(-1)
    if (last !== undefined && mention.from < last.to) {
      if (mention.to - mention.from > last.to - last.from) found[found.length - 1] = mention
      continue
    }
    found.push(mention)
  }
  return found
}

function readMention(
  phrases: readonly Phrase[],
  tokens: readonly Token[],
  from: number,
  taken: (index: number) => boolean,
): FieldMention | null {
  let best: FieldMention | null = null
  for (const { field, words, strength } of phrases) {
    if (best !== null && words.length < best.to - best.from) break
    const match =
      matchWords(words, tokens, from, strength) ??
      matchJoined(words, tokens, from) ??
      matchReversed(words, tokens, from) ??
      matchAround(words, tokens, from)
    if (match === null) continue
    let free = true
    for (let index = from; index < match.to; index++) if (taken(index)) free = false
    if (!free) continue
    const better =
      best === null ||
      match.to > best.to ||
      (match.to === best.to && rank(strength, match.fuzzy) > rank(best.strength, best.fuzzy))
    if (better) best = { field, from, to: match.to, strength, fuzzy: match.fuzzy }
  }
  return best
}

const STRENGTH_RANK = { name: 3, alias: 2, part: 1 } as const satisfies Record<Strength, number>

const rank = (strength: Strength, fuzzy: boolean) => STRENGTH_RANK[strength] * 2 + (fuzzy ? 0 : 1)

function matchWords(
  words: readonly string[],
  tokens: readonly Token[],
  from: number,
  strength: Strength,
): { to: number; fuzzy: boolean } | null {
  let fuzzy = false
  for (let offset = 0; offset < words.length; offset++) {
    const token = tokens[from + offset]
    const word = words[offset] ?? ''
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'number')) return null
    if (sameWord(token.word, word)) continue
    if (strength === 'part' || !isTypoOf(token.word, word)) return null
    fuzzy = true
  }
  return { to: from + words.length, fuzzy }
}

/** `totalcharges` for `total_charges` and "monthly charges" for `monthlycharges`: the same letters, cut elsewhere. */
function matchJoined(
  words: readonly string[],
  tokens: readonly Token[],
  from: number,
): { to: number; fuzzy: boolean } | null {
  const letters = words.join('')
  if (letters.length < MIN_JOINED_LENGTH) return null
  let spelt = ''
  for (let to = from; to < tokens.length && to < from + MAX_JOINED_TOKENS; to++) {
    const token = tokens[to]
    if (token?.kind !== 'word') return null
    spelt += token.word
    if (spelt === letters) return { to: to + 1, fuzzy: false }
    if (!letters.startsWith(spelt)) {
      const slip = to === from && words.length > 1 && isTypoOf(spelt, letters)
      return slip ? { to: to + 1, fuzzy: true } : null
    }
  }
  return null
}

/** Shorter names turn up inside other words. */
const MIN_JOINED_LENGTH = 6
const MAX_JOINED_TOKENS = 4

/** "length of the sepal" for `sepal_length`. */
function matchReversed(
  words: readonly string[],
  tokens: readonly Token[],
  from: number,
): { to: number; fuzzy: boolean } | null {
  const [first, second] = words
  if (words.length !== 2 || first === undefined || second === undefined) return null
  if (!sameWord(tokens[from]?.word ?? '', second) || tokens[from + 1]?.word !== 'of') return null
  const article = ARTICLES.has(tokens[from + 2]?.word ?? '') ? 1 : 0
  return sameWord(tokens[from + 2 + article]?.word ?? '', first)
    ? { to: from + 3 + article, fuzzy: false }
    : null
}

/** "paid $1680 so far" for "paid so far": the value may stand behind the first word. */
function matchAround(
  words: readonly string[],
  tokens: readonly Token[],
  from: number,
): { to: number; fuzzy: boolean } | null {
  const [first, ...rest] = words
  if (first === undefined || rest.length < 2 || !sameWord(tokens[from]?.word ?? '', first))
    return null
  const value = tokens[from + 1]
  if (value?.kind !== 'number') return null
  const behind = isUnitWord(tokens[from + 2]?.word ?? '') ? from + 3 : from + 2
  return rest.every((word, offset) => sameWord(tokens[behind + offset]?.word ?? '', word))
    ? { to: from + 1, fuzzy: false }
    : null
}

const ARTICLES: ReadonlySet<string> = new Set([
  'the',
  'a',
  'its',
  'their',
  'his',
  'her',
  'this',
  'that',
])

/** The field that a column or key means, by name, alias or a slip of the pen; null where none or several. */
export function fieldNamed(signature: Signature, key: string): InputField | null {
  const exact = signature.inputs.find((input) => input.name === key)
  if (exact !== undefined) return exact
  const words = wordsOf(key)
  if (words.length === 0) return null
  const joined = words.join(' ')
  const called = signature.inputs.filter((input) =>
    [input.name, ...(input.aliases ?? [])].some((name) => wordsOf(name).join(' ') === joined),
  )
  if (called.length > 0) return called.length === 1 ? (called[0] ?? null) : null
  const compact = words.join('')
  const squeezed = signature.inputs.filter((input) => wordsOf(input.name).join('') === compact)
  if (squeezed.length === 1) return squeezed[0] ?? null
  const near = signature.inputs.filter((input) => isTypoOf(compact, wordsOf(input.name).join('')))
  return near.length === 1 && !COMMON_WORDS.has(compact) ? (near[0] ?? null) : null
}
