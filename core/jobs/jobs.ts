// Long work as jobs: run here or on whichever replica has room, looked up later, cancelled, and not lost with a machine.

import { fail, type Outcome } from '#core/errors.ts'
import type { OperationName, Principal, Progress } from '#core/operations/operation.ts'

/** How long what became of a job can be looked up. */
export const JOB_LIFETIME_MS = 24 * 60 * 60 * 1000

/** What is to be done, as data: any replica can do it. */
export interface JobWork {
  readonly operation: OperationName
  /** Checked already; JSON. */
  readonly input: unknown
  readonly principal: Principal
  readonly requestId: string
}

export interface JobState {
  /** 128 random bits in hex. */
  readonly id: string
  readonly operation: OperationName
  /** Principal's id; for others the job does not exist. */
  readonly owner: string
  readonly status: 'waiting' | 'running' | 'done' | 'failed'
  readonly progress: Progress | null
  /** What the operation answered, or why it did not; null until then. */
  readonly outcome: Outcome<unknown> | null
  /** Milliseconds since 1970. */
  readonly createdAtMs: number
}

interface Watching {
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

/** Does the work; never throws. */
export type RunWork = (work: JobWork, watching: Watching) => Promise<Outcome<unknown>>

/** A port: in this process, or a queue of several replicas. */
export interface Jobs {
  /** Waits for the end. An aborted signal cancels the job. */
  run(id: string, work: JobWork, watching: Watching): Promise<Outcome<unknown>>
  /** null where there is none, or it ended too long ago. */
  find(id: string): Promise<JobState | null>
  /** Nothing where it has ended. */
  cancel(id: string): Promise<void>
  close(): Promise<void>
}

export function cancelledJob(): Outcome<never> {
  return fail('cancelled', 'Stopped before it was done.')
}
