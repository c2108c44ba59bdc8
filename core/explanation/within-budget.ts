// Asks a model about many rows within a time budget, and gives up as soon as it shows that the time will not do.

/** Enough to see that a model is far too slow. */
const FIRST_SLICE = 8

/** From so many rows on, what a call costs by itself no longer hides what a row costs. */
const TELLING_SLICE = 64

const LARGEST_SLICE = 512

export interface Budget {
  readonly milliseconds: number
  readonly monotonicMs: () => number
}

/** The answers in the order of the rows, asked in growing slices; null where it would take longer than the budget. */
export async function askWithin<Question, Answer>(
  rows: readonly Question[],
  ask: (rows: readonly Question[]) => Promise<readonly Answer[]>,
  { milliseconds, monotonicMs }: Budget,
): Promise<readonly Answer[] | null> {
  const answers: Answer[] = []
  const startedMs = monotonicMs()
  let size = FIRST_SLICE
  while (answers.length < rows.length) {
    const slice = rows.slice(answers.length, answers.length + size)
    const beforeMs = monotonicMs()
    answers.push(...(await ask(slice)))
    const nowMs = monotonicMs()
    const rowMs = (nowMs - beforeMs) / slice.length
    const left = rows.length - answers.length
    size = Math.min(2 * size, LARGEST_SLICE)
    const expected = slice.length >= TELLING_SLICE ? left : Math.min(size, left)
    if (nowMs - startedMs + rowMs * expected > milliseconds) return null
  }
  return answers
}
