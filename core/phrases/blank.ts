// The blank of a text: how it is written, and what is said of a text that cannot be answered.

import { splitWords } from '#core/language/word-tokens.ts'

/** Far above any sentence; the models look at the words near the blank. */
export const MAX_TEXT_CHARACTERS = 1000

const BLANK = /<blank>|\[blank\]|_{3,}/gi

/** The parts of a text between its blanks; one blank makes two of them. */
export function splitAtBlanks(text: string): readonly string[] {
  return text.split(BLANK)
}

const LETTER = /\p{L}/u
const ENGLISH_LETTER = /[a-z]/i
const EXAMPLE = 'such as "have a <blank> day"'

/** What is wrong with a text and what to send instead, behind its name; null where it can be answered. It never repeats the text. */
export function problemOf(text: string, longest: number): string | null {
  if (text.trim() === '') return `is empty; send a sentence with one <blank>, ${EXAMPLE}`
  if (text.length > MAX_TEXT_CHARACTERS) {
    return `is too long; send at most ${MAX_TEXT_CHARACTERS} characters`
  }
  const parts = splitAtBlanks(text)
  if (parts.length !== 2) {
    return parts.length === 1
      ? `has no blank; write <blank>, [blank] or ___ where the words shall go, ${EXAMPLE}`
      : `has ${parts.length - 1} blanks; write exactly one, ${EXAMPLE}`
  }
  const letters = [...parts.join('')].filter((character) => LETTER.test(character.normalize('NFD')))
  const english = letters.filter((letter) => ENGLISH_LETTER.test(letter.normalize('NFD')))
  if (english.length === 0) return `has no English words; send some around the blank, ${EXAMPLE}`
  if (english.length < letters.length / 2) return 'must be English; most of its letters are not'
  const words = splitWords(parts[0] ?? '').length + splitWords(parts[1] ?? '').length
  return words > longest ? `has ${words} words; send at most ${longest}` : null
}
