// One turn at a time for each conversation: a message in the middle of a running turn waits, is told so, and is never lost.

/** More than this waiting in one conversation is a stuck client or a joke; further messages are refused, and told so. */
export const MAX_WAITING = 5

export type Admission =
  /** Runs now. */
  | 'running'
  /** Runs when what was said before is answered. */
  | 'waiting'
  /** Too many wait already; nothing will run. */
  | 'refused'

export interface TurnDesk {
  /**
   * Decides at once (so that the surface can say it) and runs `job` in its turn. `finished` resolves when the job has
   * ended, also by a failure, and never rejects: a job reports its own failures.
   */
  admit(
    key: string,
    job: (signal: AbortSignal) => Promise<void>,
  ): { readonly admission: Admission; readonly finished: Promise<void> }
  /** Stops the running turn and forgets what waits behind it. False where nothing runs. */
  stop(key: string): boolean
  /** Stops everything and waits until nothing runs. */
  close(): Promise<void>
}

interface Line {
  controller: AbortController
  readonly waiting: Waiting[]
  running: Promise<void>
}

interface Waiting {
  readonly job: (signal: AbortSignal) => Promise<void>
  readonly finish: () => void
}

export function createTurnDesk(report: (error: unknown) => void = () => undefined): TurnDesk {
  const lines = new Map<string, Line>()

  async function work(key: string, line: Line): Promise<void> {
    for (let next = line.waiting.shift(); next !== undefined; next = line.waiting.shift()) {
      line.controller = new AbortController()
      await next.job(line.controller.signal).catch(report)
      next.finish()
    }
    lines.delete(key)
  }

  function stop(key: string): boolean {
    const line = lines.get(key)
    if (line === undefined) return false
    for (const waiting of line.waiting.splice(0)) waiting.finish()
    line.controller.abort()
    return true
  }

  return {
    admit(key, job) {
      const line = lines.get(key)
      if (line !== undefined && line.waiting.length >= MAX_WAITING) {
        return { admission: 'refused', finished: Promise.resolve() }
      }
      const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
      if (line !== undefined) {
        line.waiting.push({ job, finish })
        return { admission: 'waiting', finished }
      }
      const opened: Line = {
        controller: new AbortController(),
        waiting: [{ job, finish }],
        running: Promise.resolve(),
      }
      lines.set(key, opened)
      opened.running = work(key, opened)
      return { admission: 'running', finished }
    },
    stop,
    async close() {
      const running = [...lines.values()].map((line) => line.running)
      for (const key of [...lines.keys()]) stop(key)
      await Promise.all(running)
    },
  }
}

/** Said at once to a message that has to wait. */
export const WAITING_SENTENCE =
  'I am still answering what you said before. This message is next; nothing is lost.'
export const REFUSED_SENTENCE =
  'Too many of your messages are waiting already, so I did not take this one. Please send it again when I have caught up.'
