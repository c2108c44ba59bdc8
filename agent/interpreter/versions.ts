// Finds the versions that a message speaks of: "version 2", "v1", "its second version", "the previous one", "one version back".

import type { KnownModel } from '../language.ts'
import { lookup } from './lookup.ts'
import type { Token } from './tokens.ts'

export type VersionReference =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'first' | 'latest' }
  /** Steps from the live version: -1 is the one before it. */
  | { readonly kind: 'steps'; readonly steps: number }

export interface VersionMention {
  readonly from: number
  readonly to: number
  readonly reference: VersionReference
}

const VERSION_NOUN = /^(?:versions?|releases?|revisions?|iterations?|ver|rev)$/
const SHORT_VERSION = /^(?:v|ver|version|rev)(\d{1,4})$/
const ORDINAL_NUMBER = /^(\d{1,4})th$/
const ordinalOf = lookup<number>({
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
})
const smallCount = lookup<number>({
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
})
const relativeOf = lookup<VersionReference>({
  previous: { kind: 'steps', steps: -1 },
  prior: { kind: 'steps', steps: -1 },
  earlier: { kind: 'steps', steps: -1 },
  preceding: { kind: 'steps', steps: -1 },
  older: { kind: 'steps', steps: -1 },
  former: { kind: 'steps', steps: -1 },
  last: { kind: 'steps', steps: -1 },
  next: { kind: 'steps', steps: 1 },
  newer: { kind: 'steps', steps: 1 },
  latest: { kind: 'latest' },
  newest: { kind: 'latest' },
  recent: { kind: 'latest' },
  oldest: { kind: 'first' },
  original: { kind: 'first' },
  initial: { kind: 'first' },
  old: { kind: 'steps', steps: -1 },
})

/** `behind` gives the index behind a model's name that begins there: "the previous churn version". */
export function findVersionMentions(
  tokens: readonly Token[],
  behind: (index: number) => number = (index) => index,
): readonly VersionMention[] {
  const found: VersionMention[] = []
  let index = 0
  while (index < tokens.length) {
    const mention = readVersion(tokens, index) ?? readParted(tokens, index, behind)
    if (mention === null) index++
    else {
      found.push(mention)
      index = mention.to
    }
  }
  return found
}

const wordAt = (tokens: readonly Token[], index: number): string => tokens[index]?.word ?? ''
const isNoun = (word: string) => VERSION_NOUN.test(word)

function readVersion(tokens: readonly Token[], from: number): VersionMention | null {
  const word = wordAt(tokens, from)
  const short = SHORT_VERSION.exec(word)
  if (short !== null) return mention(from, from + 1, numbered(Number(short[1])))
  if (isNoun(word) || (word === 'v' && tokens[from + 1]?.kind === 'number')) {
    return readNumbered(tokens, from)
  }
  const ordinal = ordinalOf(word) ?? Number(ORDINAL_NUMBER.exec(word)?.[1] ?? Number.NaN)
  if (
    Number.isInteger(ordinal) &&
    (isNoun(wordAt(tokens, from + 1)) || isOneOf(tokens, from + 1))
  ) {
    return mention(from, from + 2, numbered(ordinal))
  }
  const relative = relativeOf(word)
  const next = wordAt(tokens, from + 1)
  const isSingular = isNoun(next) && !next.endsWith('s')
  if (relative !== undefined && (isSingular || next === 'one')) {
    return mention(from, from + 2, relative)
  }
  return readSteps(tokens, from)
}

/** "the previous churn version": the model's name between the word and its noun. */
function readParted(
  tokens: readonly Token[],
  from: number,
  behind: (index: number) => number,
): VersionMention | null {
  const word = wordAt(tokens, from)
  const ordinal = ordinalOf(word) ?? Number(ORDINAL_NUMBER.exec(word)?.[1] ?? Number.NaN)
  const reference = relativeOf(word) ?? (Number.isInteger(ordinal) ? numbered(ordinal) : undefined)
  const next = behind(from + 1)
  if (reference === undefined || next === from + 1) return null
  const noun = wordAt(tokens, next) === 'model' ? wordAt(tokens, next + 1) : wordAt(tokens, next)
  if (isNoun(noun) && !noun.endsWith('s')) return mention(from, from + 1, reference)
  // "I preferred the previous churn": the word alone, where nothing else is previous ("the previous churn customer").
  const ends = noun === '' || tokens[next]?.kind === 'mark' || AFTER_BARE.has(noun)
  return ends && BARE.has(word) ? mention(from, from + 1, reference) : null
}

const BARE: ReadonlySet<string> = new Set([
  'previous',
  'prior',
  'older',
  'old',
  'earlier',
  'former',
])
const AFTER_BARE: ReadonlySet<string> = new Set([
  'again',
  'back',
  'please',
  'instead',
  'live',
  'online',
  'was',
])

const isOneOf = (tokens: readonly Token[], index: number) => wordAt(tokens, index) === 'one'

/** "version 2", "version two", "version #2", "version number 2", "the version before". */
function readNumbered(tokens: readonly Token[], from: number): VersionMention | null {
  let index = from + 1
  while (['#', 'number', 'no', ':', '='].includes(wordAt(tokens, index))) index++
  const token = tokens[index]
  const number =
    token?.kind === 'number' && token.currency === undefined
      ? (token.value ?? Number.NaN)
      : (smallCount(token?.word ?? '') ?? Number.NaN)
  if (Number.isInteger(number) && number > 0) return mention(from, index + 1, numbered(number))
  if (wordAt(tokens, from + 1) === 'before') {
    const end = ['that', 'this', 'it'].includes(wordAt(tokens, from + 2)) ? from + 3 : from + 2
    return mention(from, end, { kind: 'steps', steps: -1 })
  }
  return null
}

/** "one version back", "back a version", "two versions earlier", "the one before". */
function readSteps(tokens: readonly Token[], from: number): VersionMention | null {
  const word = wordAt(tokens, from)
  if (word === 'one' && wordAt(tokens, from + 1) === 'before') {
    return mention(from, from + 2, { kind: 'steps', steps: -1 })
  }
  const count = word === 'a' ? 1 : (smallCount(word) ?? tokens[from]?.value ?? Number.NaN)
  if (!Number.isInteger(count) || !isNoun(wordAt(tokens, from + 1))) return null
  if (wordAt(tokens, from - 1) === 'by') {
    return mention(from, from + 2, { kind: 'steps', steps: -count })
  }
  const after = wordAt(tokens, from + 2)
  if (after === 'back' || after === 'earlier' || after === 'before') {
    return mention(from, from + 3, { kind: 'steps', steps: -count })
  }
  return wordAt(tokens, from - 1) === 'back'
    ? mention(from, from + 2, { kind: 'steps', steps: -count })
    : null
}

const numbered = (number: number): VersionReference => ({ kind: 'number', number })

function mention(from: number, to: number, reference: VersionReference): VersionMention {
  return { from, to, reference }
}

/** The number meant, or null where the model has no such version ("previous" of the first). */
export function resolveVersion(model: KnownModel, reference: VersionReference): number | null {
  switch (reference.kind) {
    case 'number':
      return reference.number
    case 'first':
      return model.versions[0] ?? null
    case 'latest':
      return model.versions.at(-1) ?? null
    case 'steps': {
      const at = model.live === null ? -1 : model.versions.indexOf(model.live)
      return at < 0 ? null : (model.versions[at + reference.steps] ?? null)
    }
  }
}
