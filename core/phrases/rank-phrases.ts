// Ranks what was found for a blank by how well it fits and how positive it makes the sentence, and drops the rest.

import type { Sentence, SentimentStep } from '#core/language/steps.ts'
import { compareIds, type FoundPhrase, type PhraseRules, searchPhrases } from './search-phrases.ts'

export interface PhraseWishes {
  readonly topK: number
  /** 0 to 1: what sounds less positive is dropped. */
  readonly minPositivity: number
  readonly maxWords: number
}

export interface PhraseSuggestion {
  readonly text: string
  /** Comparable within one text only; higher is better. */
  readonly score: number
  /** 0 to 1. */
  readonly positivity: number
}

/** Suggestions for the blank between two halves of a text, best first. */
export async function suggestPhrases(
  { rules, sentiment }: { readonly rules: PhraseRules; readonly sentiment: SentimentStep },
  [left, right]: readonly [string, string],
  wishes: PhraseWishes,
): Promise<readonly PhraseSuggestion[]> {
  const found = await searchPhrases(rules, left, right, wishes.maxWords)
  if (found.length === 0) return []
  const texts = found.map(({ ids }) => rules.show(ids))
  const hearsAlone = rules.settings.parameters.alone > 0
  const heard = await sentiment.positivity([
    { before: left, phrase: '', after: right },
    ...texts.map((phrase): Sentence => ({ before: left, phrase, after: right })),
    ...(hearsAlone ? texts.map((phrase): Sentence => ({ before: '', phrase, after: '' })) : []),
  ])
  const odds = Float64Array.from(heard, logOdds)
  // What was negative before the blank was filled is not held against the suggestion.
  const start = Math.min(odds[0] ?? 0, 0)
  const scored = found.map((one, at) => {
    const lift = (odds[1 + at] ?? 0) - start
    const alone = hearsAlone ? (odds[1 + found.length + at] ?? 0) : 0
    return { text: texts[at] ?? '', ...score(rules, one, lift, alone) }
  })
  const positive = scored.filter(({ positivity }) => positivity >= wishes.minPositivity)
  positive.sort((one, other) => other.score - one.score || compareIds(one.ids, other.ids))
  return pickDiverse(rules, positive, wishes.topK).map(({ text, score, positivity }) => ({
    text,
    score,
    positivity,
  }))
}

interface Scored {
  readonly text: string
  readonly ids: readonly number[]
  readonly score: number
  readonly positivity: number
}

function score(
  { settings }: PhraseRules,
  { ids, fluency }: FoundPhrase,
  lift: number,
  alone: number,
): Omit<Scored, 'text'> {
  const { parameters } = settings
  const mixed = parameters.alone * alone + (1 - parameters.alone) * lift
  const bounded = Math.max(-parameters.bound, Math.min(parameters.bound, mixed))
  const length = ids.length > 1 ? parameters.phrase + parameters.per_word * (ids.length - 1) : 0
  return {
    ids,
    score: fluency + length + parameters.positivity * bounded,
    positivity: 1 / (1 + Math.exp(-mixed)),
  }
}

/** No two that share a word which carries meaning: `very good` adds little to `good`. */
function pickDiverse({ notLast }: PhraseRules, ranked: readonly Scored[], topK: number): Scored[] {
  const chosen: Scored[] = []
  const used = new Set<string>()
  for (const one of ranked) {
    const meaning = one.text.split(' ').filter((word) => !notLast.has(word))
    if (meaning.some((word) => used.has(word))) continue
    for (const word of meaning) used.add(word)
    chosen.push(one)
    if (chosen.length === topK) break
  }
  return chosen
}

const SMALLEST_PROBABILITY = 1e-6

function logOdds(probability: number): number {
  const kept = Math.min(1 - SMALLEST_PROBABILITY, Math.max(SMALLEST_PROBABILITY, probability))
  return Math.log(kept / (1 - kept))
}
