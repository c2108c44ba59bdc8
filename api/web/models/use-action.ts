// Runs something that changes a model: one at a time, its problem kept for showing, the models read again after it.

import { useState } from 'react'
import type { Answer, Problem } from '../client/http.ts'
import { useAppState } from '../state/app-state.ts'

export function useAction() {
  const { models, announcement } = useAppState()
  const [running, setRunning] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  /** `key` names the button that shows the wait, `said` is announced when it worked. True when it did. */
  const run = async (key: string, act: () => Promise<Answer<unknown>>, said: string) => {
    setRunning(key)
    setProblem(null)
    const answer = await act()
    await models.refresh()
    setRunning(null)
    if (answer.ok) announcement.set(() => said)
    else setProblem(answer.problem)
    return answer.ok
  }
  return { run, running, problem, setProblem }
}
