// From a text to the numbers of its words, exactly as models/positive-phrases/tokenisation.md says.

/** Words of a pair by id, and back. */
export interface Vocabulary {
  readonly words: readonly string[]
  readonly ids: ReadonlyMap<string, number>
}

export const TOKEN = {
  pad: 0,
  start: 1,
  end: 2,
  mask: 3,
  number: 4,
  firstUnknown: 5,
  firstWord: 10,
}

/** An unknown word still says what kind of word it is by its ending; the first that fits counts. */
const UNKNOWN_ENDINGS = ['ly', 'ing', 'ed', 's', '']

const TOKENS = /[a-z]+(?:'[a-z]+)*|[0-9]+|[.,!?;:]/g
const COMBINING = /[\u0300-\u036f]/g
const APOSTROPHES = /[\u2018\u2019\u02bc`\u00b4]/g
const STARTS_WITH_DIGIT = /^[0-9]/

export function splitWords(text: string): readonly string[] {
  const folded = text.toLowerCase().replace(APOSTROPHES, "'").normalize('NFKD')
  return folded.replace(COMBINING, '').match(TOKENS) ?? []
}

/** One token a line; the line number, from 0, is the id. */
export function readVocabulary(content: string): Vocabulary {
  const words = content.split('\n').slice(0, -1)
  return { words, ids: new Map(words.map((word, id) => [word, id])) }
}

export function encodeText(text: string, { ids }: Vocabulary): readonly number[] {
  return splitWords(text).map((word) => {
    if (STARTS_WITH_DIGIT.test(word)) return TOKEN.number
    return ids.get(word) ?? unknownId(word)
  })
}

function unknownId(word: string): number {
  return TOKEN.firstUnknown + UNKNOWN_ENDINGS.findIndex((ending) => word.endsWith(ending))
}
