// Jobs of one process: they run at once, and end with it.

import type { Outcome } from '#core/errors.ts'
import type { Progress } from '#core/operations/operation.ts'
import { JOB_LIFETIME_MS, type JobState, type Jobs, type RunWork } from './jobs.ts'

/** Ended ones that can still be looked up; each holds an answer of some kilobytes. */
const MAX_KEPT = 1_000

interface Entry {
  readonly state: Omit<JobState, 'status' | 'progress' | 'outcome'>
  readonly controller: AbortController
  progress: Progress | null
  outcome: Outcome<unknown> | null
}

export function createLocalJobs(options: {
  readonly runWork: RunWork
  /** Milliseconds since 1970. */
  readonly now: () => number
}): Jobs {
  const { runWork, now } = options
  const entries = new Map<string, Entry>()
  const forgetOld = () => {
    for (const [id, { state, outcome }] of entries) {
      const isOld = state.createdAtMs < now() - JOB_LIFETIME_MS || entries.size > MAX_KEPT
      if (outcome !== null && isOld) entries.delete(id)
    }
  }
  return {
    async run(id, work, { signal, progress }) {
      const controller = new AbortController()
      const stop = () => controller.abort()
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      const { operation, principal } = work
      const entry: Entry = {
        state: { id, operation, owner: principal.id, createdAtMs: now() },
        controller,
        progress: null,
        outcome: null,
      }
      entries.set(id, entry)
      forgetOld()
      const outcome = await runWork(work, {
        signal: controller.signal,
        progress(one) {
          entry.progress = one
          progress(one)
        },
      })
      signal.removeEventListener('abort', stop)
      entry.outcome = outcome
      return outcome
    },
    async find(id) {
      const entry = entries.get(id)
      if (entry === undefined || entry.state.createdAtMs < now() - JOB_LIFETIME_MS) return null
      const { state, progress, outcome } = entry
      const status = outcome === null ? 'running' : outcome.ok ? 'done' : 'failed'
      return { ...state, status, progress, outcome }
    },
    async cancel(id) {
      entries.get(id)?.controller.abort()
    },
    async close() {
      for (const { controller, outcome } of entries.values()) {
        if (outcome === null) controller.abort()
      }
    },
  }
}
