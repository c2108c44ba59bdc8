// Turns a text into the numbers that a model's graph takes: one for each term of its vocabulary.

import type { Vectorizer } from '#core/pipeline/text.ts'
import { murmurHash } from './murmurhash.ts'
import { createAnalyzer } from './terms.ts'

/** Writes a text's numbers into a row of zeros, and gives the positions that it wrote to. */
export type TextVectorizer = (text: string, row: Float64Array) => readonly number[]

/** Throws UnsupportedPattern where the token pattern uses what is not understood. */
export function createTextVectorizer(vectorizer: Vectorizer): TextVectorizer {
  const analyze = createAnalyzer(vectorizer)
  const placeOf = createPlaces(vectorizer.features)
  const weigh = createWeights(vectorizer)
  return (text, row) => {
    const touched: number[] = []
    const seen = new Set<number>()
    analyze(text, (term) => {
      const place = placeOf(term)
      if (place === null) return
      const position = place.position
      if (!seen.has(position)) {
        seen.add(position)
        touched.push(position)
      }
      row[position] = (row[position] as number) + place.value
    })
    weigh(row, touched)
    return touched
  }
}

interface Place {
  readonly position: number
  /** What one occurrence adds. */
  readonly value: number
}

function createPlaces(features: Vectorizer['features']): (term: string) => Place | null {
  if (features.kind === 'vocabulary') {
    const places = new Map(
      features.terms.map((term, position): [string, Place] => [term, { position, value: 1 }]),
    )
    return (term) => places.get(term) ?? null
  }
  const { count, alternateSign } = features
  return (term) => {
    const hash = murmurHash(term)
    const value = alternateSign && hash < 0 ? -1 : 1
    return { position: hashPosition(hash, count), value }
  }
}

const INT32_SMALLEST = -(2 ** 31)
const INT32_LARGEST = 2 ** 31 - 1

/** scikit-learn's, which goes around the one integer that has no opposite. */
function hashPosition(hash: number, count: number): number {
  return hash === INT32_SMALLEST ? (INT32_LARGEST - (count - 1)) % count : Math.abs(hash) % count
}

function createWeights({
  binary,
  sublinear,
  weights,
  norm,
}: Vectorizer): (row: Float64Array, touched: readonly number[]) => void {
  return (row, touched) => {
    let sum = 0
    for (const position of touched) {
      let value = binary ? 1 : (row[position] as number)
      if (sublinear) value = 1 + Math.log(value)
      if (weights !== null) value *= weights[position] as number
      row[position] = value
      sum += norm === 'l2' ? value * value : Math.abs(value)
    }
    if (norm === null || sum === 0) return
    const divisor = norm === 'l2' ? Math.sqrt(sum) : sum
    for (const position of touched) row[position] = (row[position] as number) / divisor
  }
}
