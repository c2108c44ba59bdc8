// From a text to its terms as scikit-learn's vectorizers count them: words, characters, and runs of both.

import type { Vectorizer } from '#core/pipeline/text.ts'
import { PYTHON_SPACE } from './character-sets.ts'
import { createTokenizer } from './find-tokens.ts'
import { stripAccents } from './strip-accents.ts'

/** Gives each term of a text to `take`, as often as it occurs. */
export type Analyzer = (text: string, take: (term: string) => void) => void

const SEVERAL_SPACES = new RegExp(`[${PYTHON_SPACE}]{2,}`, 'gu')
const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, 'u')

/** Throws UnsupportedPattern where the token pattern uses what is not understood. */
export function createAnalyzer(vectorizer: Vectorizer): Analyzer {
  const { lowercase, stripAccents: accents, ngramRange } = vectorizer
  const prepare = (text: string) => {
    const cased = lowercase ? text.toLowerCase() : text
    return accents === null ? cased : stripAccents(cased, accents)
  }
  const [least, most] = ngramRange
  switch (vectorizer.analyzer) {
    case 'word': {
      const tokenize = createTokenizer(vectorizer.tokenPattern)
      const stopWords = new Set(vectorizer.stopWords)
      return (text, take) => {
        const tokens = tokenize(prepare(text))
        const words =
          stopWords.size === 0 ? tokens : tokens.filter((token) => !stopWords.has(token))
        takeWords(words, least, most, take)
      }
    }
    case 'char':
      return (text, take) => takeRuns(prepare(text).replace(SEVERAL_SPACES, ' '), least, most, take)
    case 'char_wb':
      return (text, take) => {
        for (const word of prepare(text).split(SPACES)) {
          if (word !== '') takeInside(` ${word} `, least, most, take)
        }
      }
  }
}

function takeWords(
  words: readonly string[],
  least: number,
  most: number,
  take: (term: string) => void,
): void {
  for (let count = least; count <= Math.min(most, words.length); count++) {
    for (let start = 0; start + count <= words.length; start++) {
      take(count === 1 ? (words[start] as string) : words.slice(start, start + count).join(' '))
    }
  }
}

/** Where each code point begins, and the end. */
function placesOf(text: string): readonly number[] {
  const places: number[] = []
  let at = 0
  for (const point of text) {
    places.push(at)
    at += point.length
  }
  places.push(at)
  return places
}

function takeRuns(text: string, least: number, most: number, take: (term: string) => void): void {
  const places = placesOf(text)
  const length = places.length - 1
  for (let count = least; count <= Math.min(most, length); count++) {
    for (let start = 0; start + count <= length; start++) {
      take(text.slice(places[start], places[start + count]))
    }
  }
}

/** A word shorter than the run is taken whole, once. */
function takeInside(word: string, least: number, most: number, take: (term: string) => void): void {
  const places = placesOf(word)
  const length = places.length - 1
  for (let count = least; count <= most; count++) {
    if (count >= length) {
      take(word)
      return
    }
    for (let start = 0; start + count <= length; start++) {
      take(word.slice(places[start], places[start + count]))
    }
  }
}
