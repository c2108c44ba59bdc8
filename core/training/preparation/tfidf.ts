// Texts as weighed counts of their words and pairs of words, as scikit-learn's TfidfVectorizer weighs them.

import { comparePoints } from '../code-points.ts'
import type { SparseMatrix } from '../learners/design.ts'

export interface TfidfOptions {
  /** 1 for words alone, 2 for pairs of neighbours too. */
  readonly longestGram: number
  /** Terms in fewer texts than this are not learned. */
  readonly minimumTexts: number
}

export interface FittedTfidf {
  readonly options: TfidfOptions
  /** In Python's order. */
  readonly terms: readonly string[]
  /** Weight of each term: 1 + ln((1 + texts) / (1 + texts with the term)). */
  readonly weights: Float64Array
}

/** Python's `\b\w\w+\b`: two letters, digits or underscores and more. */
const TOKEN = /[\p{L}\p{N}_]{2,}/gu

function termsOf(text: string, longestGram: number): readonly string[] {
  const words = text.toLowerCase().match(TOKEN) ?? []
  if (longestGram === 1) return words
  const terms = [...words]
  for (let length = 2; length <= longestGram; length++) {
    for (let start = 0; start + length <= words.length; start++) {
      terms.push(words.slice(start, start + length).join(' '))
    }
  }
  return terms
}

/** A missing text has no words. */
export function fitTfidf(texts: readonly (string | null)[], options: TfidfOptions): FittedTfidf {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const term of new Set(termsOf(text ?? '', options.longestGram))) {
      counts.set(term, (counts.get(term) ?? 0) + 1)
    }
  }
  const known = [...counts].filter(([, count]) => count >= options.minimumTexts)
  known.sort(([left], [right]) => comparePoints(left, right))
  return {
    options,
    terms: known.map(([term]) => term),
    weights: Float64Array.from(
      known,
      ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1,
    ),
  }
}

/** Rows of length 1, or 0 where no word is known. */
export function applyTfidf(
  { options, terms, weights }: FittedTfidf,
  texts: readonly (string | null)[],
): SparseMatrix {
  const places = new Map(terms.map((term, place) => [term, place]))
  const start = new Int32Array(texts.length + 1)
  const column: number[] = []
  const value: number[] = []
  texts.forEach((text, row) => {
    const counts = new Map<number, number>()
    for (const term of termsOf(text ?? '', options.longestGram)) {
      const place = places.get(term)
      if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1)
    }
    const entries = [...counts].sort(([left], [right]) => left - right)
    const weighed = entries.map(([place, count]) => count * (weights[place] as number))
    const length = Math.sqrt(weighed.reduce((sum, weight) => sum + weight * weight, 0))
    entries.forEach(([place], index) => {
      column.push(place)
      value.push((weighed[index] as number) / length)
    })
    start[row + 1] = column.length
  })
  return {
    rows: texts.length,
    columns: terms.length,
    start,
    column: Int32Array.from(column),
    value: Float64Array.from(value),
  }
}
