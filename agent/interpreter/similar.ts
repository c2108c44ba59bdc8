// Tells whether a mistyped word is meant to be a known one, and brings words to a common stem.

import { editDistance } from '#core/nearest.ts'
import { COMMON_WORDS } from './common-words.ts'

/** Shorter words have too many neighbours: `loan` is one letter from `load`, `loon` and `long`. */
const MIN_TYPO_LENGTH = 5
/** Of so short a word only two letters changing places are forgiven: `irsi` is no word, and nothing else is near. */
export const SWAPPED_LENGTH = 4
/** From here two slips are still nearer to this word than to another. */
const TWO_SLIPS_LENGTH = 8

const PLURAL = /(?:s|es)$/

/** Singular, roughly: `charges` and `charge`, `boxes` and `box` meet; `status` and `us` stay. */
export function stem(word: string): string {
  if (word.length < 4 || word.endsWith('ss') || word.endsWith('us') || word.endsWith('is'))
    return word
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (word.endsWith('xes') || word.endsWith('ches') || word.endsWith('shes'))
    return word.slice(0, -2)
  return word.endsWith('s') ? word.replace(PLURAL, (ending) => (ending === 'es' ? 'e' : '')) : word
}

export function sameWord(left: string, right: string): boolean {
  return left === right || stem(left) === stem(right)
}

/** Whether `word`, which no one uses otherwise, is a slip of the pen for `meant`. */
export function isTypoOf(word: string, meant: string): boolean {
  if (meant.length === SWAPPED_LENGTH) return isSwapOf(word, meant)
  if (word.length < MIN_TYPO_LENGTH - 1 || meant.length < MIN_TYPO_LENGTH) return false
  if (word[0] !== meant[0] && word[1] !== meant[1]) return false
  if (Math.abs(word.length - meant.length) > 2 || COMMON_WORDS.has(word)) return false
  const allowed = meant.length >= TWO_SLIPS_LENGTH ? 2 : 1
  if (Math.abs(word.length - meant.length) > allowed) return false
  return editDistance(word, meant) <= allowed
}

/** The same letters with two neighbours swapped, the first one in its place. */
function isSwapOf(word: string, meant: string): boolean {
  if (word.length !== meant.length || word === meant || word[0] !== meant[0]) return false
  if (COMMON_WORDS.has(word)) return false
  const at = [...word].findIndex((letter, index) => letter !== meant[index])
  const swapped = `${meant.slice(0, at)}${meant[at + 1] ?? ''}${meant[at] ?? ''}${meant.slice(at + 2)}`
  return word === swapped
}
