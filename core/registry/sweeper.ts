// Takes leftovers away again and again, one sweep at a time.

import type { Logger } from '#core/operations/operation.ts'

/**
 * A file that no row names may belong to another process that has yet to write the row. An hour is far longer than
 * that takes, and longer than a network pauses within an upload.
 */
export const LEFTOVER_AGE_MS = 60 * 60 * 1000

const SWEEP_INTERVAL_MS = 10 * 60 * 1000

/** Sweeps again and again, one at a time; leftovers are a nuisance, never a reason to fail. */
export function startSweeper(work: () => Promise<void>, logger: Logger | undefined) {
  let running: Promise<void> | null = null
  const attempt = async () => {
    try {
      await work()
    } catch (error) {
      logger?.warn({ error: String(error) }, 'leftovers could not be removed')
    }
    running = null
  }
  const sweep = (): Promise<void> => {
    running ??= attempt()
    return running
  }
  const timer = setInterval(() => void sweep(), SWEEP_INTERVAL_MS)
  timer.unref()
  return {
    sweep,
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
