// Reads a model's description and reads it again whenever the list of models changes.

import { useCallback, useEffect, useState } from 'react'
import { type DescribedModel, describeModel } from '../client/api.ts'
import type { Problem } from '../client/http.ts'
import { useAppState } from '../state/app-state.ts'
import { useStore } from '../state/store.ts'

export interface Described {
  /** The last one that was read stays while the next is on its way. */
  readonly model: DescribedModel | null
  readonly problem: Problem | null
  readonly reload: () => void
}

/** `version` null is the live version, or the newest where none is live. */
export function useDescribedModel(name: string, version: number | null): Described {
  const { models } = useAppState()
  const { models: known, revision } = useStore(models.store)
  const [state, setState] = useState<Omit<Described, 'reload'>>({ model: null, problem: null })
  const [asked, setAsked] = useState(0)
  const isKnown = known === null ? null : known.some((one) => one.name === name)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the list or a click asks again
  useEffect(() => {
    // The list says first what is there; asking for what is gone would only fail.
    if (isKnown === null) return
    if (!isKnown) return setState({ model: null, problem: goneProblem(name) })
    let current = true
    void describeModel(name, version ?? undefined).then((answer) => {
      if (!current) return
      if (answer.ok) setState({ model: answer.value, problem: null })
      else setState((before) => ({ ...before, problem: answer.problem }))
    })
    return () => {
      current = false
    }
  }, [name, version, isKnown, revision, asked])
  const reload = useCallback(() => {
    setAsked((before) => before + 1)
    void models.refresh()
  }, [models])
  return { ...state, reload }
}

function goneProblem(name: string): Problem {
  const message = `There is no model “${name}” here any more.`
  return { kind: 'refused', code: 'not_found', message, details: [] }
}
