// The seam to a server that keeps experiments beside Parley's own record of them.

import type { TrainingRun } from '#core/registry/registry.ts'

/** A small file that is logged with a run. */
export interface RunArtifact {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface RunTracker {
  /**
   * Logs a run that has ended. Never rejects and never takes longer than its own limit: null where all was logged, else a
   * sentence for the person that says what was not.
   */
  log(run: TrainingRun, artifacts: readonly RunArtifact[]): Promise<string | null>
}
