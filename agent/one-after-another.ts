// Runs jobs of one key strictly one after another; jobs of other keys do not wait.

export interface Sequencer {
  run<Result>(key: string, job: () => Promise<Result>): Promise<Result>
}

export function createSequencer(): Sequencer {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, job) {
      const before = last.get(key) ?? Promise.resolve()
      // A job that failed must not keep the next one from running.
      const mine = before.then(job, job)
      const settled = mine.then(
        () => undefined,
        () => undefined,
      )
      last.set(key, settled)
      void settled.then(() => {
        if (last.get(key) === settled) last.delete(key)
      })
      return mine
    },
  }
}
