// The port to suggestions: the pair is opened at the first request, and its answers are kept for a while.

import { type Outcome, succeed } from '#core/errors.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { openPhrasePair, type PairConfig } from './phrase-pair.ts'
import { type PhraseSuggestion, type PhraseWishes, suggestPhrases } from './rank-phrases.ts'
import { makeRules, type PhraseRules } from './search-phrases.ts'

export interface PhraseAnswers {
  readonly modelVersion: string
  readonly config: PairConfig
  /** `wishes` are complete; `halves` is the text before and after its blank. */
  suggest(
    halves: readonly [string, string],
    wishes: PhraseWishes,
  ): Promise<readonly PhraseSuggestion[]>
}

export interface PhraseSuggester {
  /** `unavailable` names what is missing; it is looked for again at the next request. */
  open(): Promise<Outcome<PhraseAnswers>>
  statistics(): { readonly hits: number; readonly misses: number }
  /** Waits for what runs, then frees the models. */
  close(): Promise<void>
}

export function createPhraseSuggester(options: {
  /** Holds config.json and the files that it names. */
  readonly folder: string
  /** Milliseconds, for how long answers are kept. */
  readonly now: () => number
}): PhraseSuggester {
  const kept = createKeptAnswers<readonly PhraseSuggestion[]>(options.now)
  let opening: Promise<Outcome<PhraseRules>> | null = null

  const openRules = async (): Promise<Outcome<PhraseRules>> => {
    const pair = await openPhrasePair(options.folder)
    return pair.ok ? succeed(makeRules(pair.value)) : pair
  }
  return {
    async open() {
      opening ??= openRules()
      const rules = await opening.catch((error: unknown) => {
        opening = null
        throw error
      })
      if (!rules.ok) {
        opening = null
        return rules
      }
      const { config, modelVersion } = rules.value.pair
      return succeed({
        config,
        modelVersion,
        suggest: (halves, wishes) =>
          kept.get(JSON.stringify([halves, wishes]), () =>
            suggestPhrases(rules.value, halves, wishes),
          ),
      })
    },
    statistics: kept.statistics,
    async close() {
      const rules = await opening
      opening = null
      await kept.close()
      if (rules?.ok) await rules.value.pair.close()
    },
  }
}
