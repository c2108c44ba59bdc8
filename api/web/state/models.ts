// The models and samples of the server as the page knows them, read again whenever they may have changed.

import { fetchModels, fetchSamples, type ModelSummary, type Sample } from '../client/api.ts'
import type { Problem } from '../client/http.ts'
import { createStore, type Store } from './store.ts'

export interface ModelsState {
  /** Null until the server has told. */
  readonly models: readonly ModelSummary[] | null
  readonly samples: readonly Sample[]
  readonly problem: Problem | null
  /** Grows with each change of the list, so that an open panel knows when to read again. */
  readonly revision: number
}

export interface Models {
  readonly store: Store<ModelsState>
  refresh(): Promise<void>
}

export function createModels(): Models {
  const store = createStore<ModelsState>({
    models: null,
    samples: [],
    problem: null,
    revision: 0,
  })
  let latest = 0
  return {
    store,
    async refresh() {
      latest += 1
      const turn = latest
      const [models, samples] = await Promise.all([fetchModels(), knownSamples(store.get())])
      // An older answer must not overwrite a newer one.
      if (turn !== latest) return
      store.set((before) => {
        if (!models.ok) return { ...before, problem: models.problem }
        const list = models.value.models
        const same = JSON.stringify(list) === JSON.stringify(before.models)
        if (same && before.problem === null && samples === before.samples) return before
        return {
          models: same ? before.models : list,
          samples,
          problem: null,
          revision: same ? before.revision : before.revision + 1,
        }
      })
    },
  }
}

/** Samples come with the release and do not change while it runs. */
async function knownSamples({ samples }: ModelsState): Promise<readonly Sample[]> {
  if (samples.length > 0) return samples
  const answer = await fetchSamples()
  return answer.ok && answer.value.samples.length > 0 ? answer.value.samples : samples
}
