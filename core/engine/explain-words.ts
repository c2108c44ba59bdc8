// What single words add, where the columns that reach a predictor are counts and weights of a text's words.

import type { ExplanationEntry } from '#core/pipeline/explanation-entry.ts'
import type { TextStep } from '#core/pipeline/steps.ts'

/** Columns from `start` on that stand for these terms. */
export interface WordRun {
  readonly start: number
  readonly terms: readonly string[]
}

/**
 * The runs of columns that are words of a text. Null where a text reaches the predictor in another form (characters, hashes,
 * a selection of terms), in which its words cannot be told apart.
 */
export function wordRunsOf(
  { origins }: ExplanationEntry,
  steps: readonly TextStep[],
): readonly WordRun[] | null {
  const runs: WordRun[] = []
  let start = 0
  for (const { input, column, count } of origins) {
    const readers = steps.filter((step) => step.input === input && step.column === column)
    const [step] = readers
    if (step !== undefined) {
      const { analyzer, features } = step.vectorizer
      if (readers.length > 1 || analyzer !== 'word' || features.kind !== 'vocabulary') return null
      if (features.terms.length !== count) return null
      runs.push({ start, terms: features.terms })
    }
    start += count
  }
  return runs
}

export interface WordSum {
  readonly word: string
  readonly contribution: number
  /** False for a word whose absence counts. */
  readonly isPresent: boolean
}

/** More words than this are no reason but a list. */
const MAX_WORDS = 50

/** What each word adds, strongest first; a run of several words is shared evenly among them. */
export function addUpWords(
  { start, terms }: WordRun,
  row: Float64Array,
  contributions: Float64Array,
): readonly WordSum[] {
  const sums = new Map<string, { contribution: number; isPresent: boolean }>()
  terms.forEach((term, index) => {
    const contribution = contributions[start + index] as number
    if (contribution === 0) return
    const isPresent = row[start + index] !== 0
    const words = term.split(' ')
    for (const word of words) {
      const known = sums.get(word) ?? { contribution: 0, isPresent: false }
      known.contribution += contribution / words.length
      known.isPresent ||= isPresent
      sums.set(word, known)
    }
  })
  return [...sums]
    .map(([word, sum]) => ({ word, ...sum }))
    .sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution))
    .slice(0, MAX_WORDS)
}
