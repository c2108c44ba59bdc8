// The port to suggestions: the pair that comes with Parley, opened at the first request, and answers kept for a while.

import { type Outcome, succeed } from '#core/errors.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { type FolderModel, openPhraseFolder, type PhraseModel } from './phrase-model.ts'
import type { PhraseSuggestion, PhraseWishes } from './rank-phrases.ts'

export interface PhraseSuggester {
  /** The pair that comes with Parley. `unavailable` names what is missing; it is looked for again at the next request. */
  bundled(): Promise<Outcome<FolderModel>>
  /** What `model` says, kept by text, wishes and `modelVersion`. */
  ask(
    model: Pick<PhraseModel, 'suggest'>,
    modelVersion: string,
    halves: readonly [string, string],
    wishes: PhraseWishes,
  ): Promise<readonly PhraseSuggestion[]>
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
  let opening: Promise<Outcome<FolderModel>> | null = null

  return {
    async bundled() {
      opening ??= openPhraseFolder(options.folder)
      const opened = await opening.catch((error: unknown) => {
        opening = null
        throw error
      })
      if (!opened.ok) {
        opening = null
        return opened
      }
      return succeed(opened.value)
    },
    ask: (model, modelVersion, halves, wishes) =>
      kept.get(JSON.stringify([modelVersion, halves, wishes]), () => model.suggest(halves, wishes)),
    statistics: kept.statistics,
    async close() {
      const opened = await opening
      opening = null
      await kept.close()
      if (opened?.ok) await opened.value.close()
    },
  }
}
