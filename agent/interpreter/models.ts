// Finds the models that a message speaks of, by name, title or alias, slips of the pen included.

import type { KnownModel } from '../language.ts'
import { COMMON_WORDS } from './common-words.ts'
import { isTypoOf, SWAPPED_LENGTH, sameWord } from './similar.ts'
import type { Token } from './tokens.ts'
import { wordsOf } from './vocabulary.ts'

export interface ModelMention {
  readonly model: KnownModel
  readonly from: number
  readonly to: number
  readonly fuzzy: boolean
}

interface ModelPhrase {
  readonly model: KnownModel
  readonly words: readonly string[]
}

/** Longest phrase first; of several models of one phrase the one whose own name it is. */
export function findModelMentions(
  models: readonly KnownModel[],
  tokens: readonly Token[],
): readonly ModelMention[] {
  const phrases = models
    .flatMap((model) =>
      [model.name, model.title, ...model.aliases].map(
        (name): ModelPhrase => ({ model, words: withoutModel(wordsOf(name)) }),
      ),
    )
    .filter(({ words }) => words.length > 0)
    .sort((left, right) => right.words.length - left.words.length)
  const found: ModelMention[] = []
  const collect = (fuzzy: boolean) => {
    for (let from = 0; from < tokens.length; from++) {
      const mention = mentionAt(phrases, tokens, from, fuzzy)
      if (mention === null) continue
      if (found.some((other) => mention.from < other.to && mention.to > other.from)) continue
      found.push(mention)
    }
  }
  for (const [index, token] of tokens.entries()) {
    const quoted = quotedModel(models, token)
    if (quoted !== null) found.push({ model: quoted, from: index, to: index + 1, fuzzy: false })
  }
  collect(false)
  collect(true)
  return found.sort((left, right) => left.from - right.from)
}

/** A title may end in "model", which people leave out or say anyway. */
function withoutModel(words: readonly string[]): readonly string[] {
  return words.length > 1 && words.at(-1) === 'model' ? words.slice(0, -1) : words
}

function mentionAt(
  phrases: readonly ModelPhrase[],
  tokens: readonly Token[],
  from: number,
  fuzzy: boolean,
): ModelMention | null {
  for (const { model, words } of phrases) {
    const matches = words.every((word, offset) => {
      const token = tokens[from + offset]
      if (token === undefined || (token.kind !== 'word' && token.kind !== 'number')) return false
      return sameWord(token.word, word) || (fuzzy && isTypoOf(token.word, word))
    })
    if (matches) return { model, from, to: from + words.length, fuzzy }
  }
  return null
}

/** Named by a short word with two letters swapped alone: enough to look something up, too little to change it. */
export function isDoubtful(
  tokens: readonly Token[],
  all: readonly ModelMention[],
  model: KnownModel,
): boolean {
  const mentions = all.filter((mention) => mention.model === model)
  return (
    mentions.length > 0 &&
    mentions.every(
      ({ fuzzy, from, to }) =>
        fuzzy && to === from + 1 && (tokens[from]?.word.length ?? 0) === SWAPPED_LENGTH,
    )
  )
}

/** A name in quotation marks is a name; anything else in them is only a text. */
function quotedModel(models: readonly KnownModel[], token: Token): KnownModel | null {
  if (token.segment?.kind !== 'quote') return null
  const quoted = wordsOf(token.segment.content).join(' ')
  const named = models.filter((model) =>
    [model.name, model.title].some((name) => wordsOf(name).join(' ') === quoted),
  )
  return named.length === 1 ? (named[0] ?? null) : null
}

/** True where the mention is one everyday word (`price`, `loan`), which may well mean something else. */
export function isEverydayWord(mention: ModelMention, tokens: readonly Token[]): boolean {
  const word = tokens[mention.from]?.word ?? ''
  return mention.to - mention.from === 1 && (COMMON_WORDS.has(word) || EVERYDAY_TARGETS.has(word))
}

/** Words that models are called by and that people say every day without meaning one. */
const EVERYDAY_TARGETS: ReadonlySet<string> = new Set(
  `price prices sentiment fraud default sales demand revenue delay rating ratings quality spam risk wage rent traffic sales
  salary cost costs energy`.split(/\s+/),
)
