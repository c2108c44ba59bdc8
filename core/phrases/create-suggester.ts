// The port to suggestions: the pair is opened at the first request, equal requests run once, and answers are kept for a while.

import { type Outcome, succeed } from '#core/errors.ts'
import { openPhrasePair, type PairConfig } from './phrase-pair.ts'
import { type PhraseSuggestion, type PhraseWishes, suggestPhrases } from './rank-phrases.ts'
import { makeRules, type PhraseRules } from './search-phrases.ts'

/** Some hundred bytes each: a few megabytes at most. */
const MAX_KEPT_ANSWERS = 10_000

/** The models do not change while they are open; this only bounds how long a text that somebody typed stays in memory. */
const KEPT_MS = 10 * 60 * 1000

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
  const kept = createKeptAnswers(options.now)
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

type Answer = readonly PhraseSuggestion[]

/** Least recently asked first out; requests for what is being made wait for it. */
function createKeptAnswers(now: () => number) {
  const answers = new Map<string, { readonly answer: Promise<Answer>; readonly untilMs: number }>()
  const running = new Set<Promise<Answer>>()
  let [hits, misses] = [0, 0]
  return {
    get(key: string, make: () => Promise<Answer>): Promise<Answer> {
      const known = answers.get(key)
      answers.delete(key)
      if (known !== undefined && known.untilMs > now()) {
        hits += 1
        answers.set(key, known)
        return known.answer
      }
      misses += 1
      const answer = make()
      running.add(answer)
      answer.then(
        () => running.delete(answer),
        () => {
          running.delete(answer)
          answers.delete(key)
        },
      )
      answers.set(key, { answer, untilMs: now() + KEPT_MS })
      const [oldest] = answers.keys()
      if (answers.size > MAX_KEPT_ANSWERS && oldest !== undefined) answers.delete(oldest)
      return answer
    },
    statistics: () => ({ hits, misses }),
    async close() {
      await Promise.allSettled(running)
      answers.clear()
    },
  }
}
