// Answers kept for a while: equal requests at once are made once, what failed is forgotten, and the one asked for longest ago goes first.

/** Some hundred bytes each: a few megabytes at most. */
export const MAX_KEPT_ANSWERS = 10_000

/** The models do not change while they are open; this only bounds how long a text that somebody typed stays in memory. */
export const KEPT_MS = 10 * 60 * 1000

export interface KeptAnswers<T> {
  /** `make` runs where nothing is known for the key, or what is known is too old. */
  get(key: string, make: () => Promise<T>): Promise<T>
  statistics(): { readonly hits: number; readonly misses: number }
  /** Waits for what is being made, however it ends. */
  close(): Promise<void>
}

export function createKeptAnswers<T>(now: () => number): KeptAnswers<T> {
  const answers = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>()
  const running = new Set<Promise<T>>()
  let [hits, misses] = [0, 0]
  return {
    get(key, make) {
      const known = answers.get(key)
      // A map keeps the order of insertion: what is asked for again goes to its end.
      answers.delete(key)
      if (known !== undefined && known.untilMs > now()) {
        hits += 1
        answers.set(key, known)
        return known.answer
      }
      misses += 1
      const answer = make()
      const kept = { answer, untilMs: now() + KEPT_MS }
      running.add(answer)
      answer.then(
        () => running.delete(answer),
        () => {
          running.delete(answer)
          if (answers.get(key) === kept) answers.delete(key)
        },
      )
      answers.set(key, kept)
      const [oldest] = answers.keys()
      if (answers.size > MAX_KEPT_ANSWERS && oldest !== undefined) answers.delete(oldest)
      return answer
    },
    statistics: () => ({ hits, misses }),
    async close() {
      await Promise.allSettled(running)
      answers.clear()
    },
  }
}
