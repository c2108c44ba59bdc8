// The sets of characters that Python's texts know, by code points.

/** What Python's `\w` takes: letters, all kinds of numbers, and the underscore; marks that combine are none of them. */
const WORD = /^[\p{L}\p{N}_]$/u

/** What `str.isspace` takes. JavaScript's `\s` has another idea of a few control characters and of U+FEFF. */
export const PYTHON_SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const SPACE = new RegExp(`^[${PYTHON_SPACE}]$`, 'u')
const DIGIT = /^\p{Nd}$/u

/** True for the code points of a set. */
export type CharacterSet = (codePoint: number) => boolean

const BASIC_PLANE = 0x10000
const YES = 1
const NO = 2

/** The same set, answered from memory for the basic plane. */
export function remembered(test: CharacterSet): CharacterSet {
  const known = new Uint8Array(BASIC_PLANE)
  return (codePoint) => {
    if (codePoint >= BASIC_PLANE) return test(codePoint)
    const answer = known[codePoint]
    if (answer !== 0) return answer === YES
    const result = test(codePoint)
    known[codePoint] = result ? YES : NO
    return result
  }
}

const byPattern = (pattern: RegExp) =>
  remembered((codePoint) => pattern.test(String.fromCodePoint(codePoint)))

export const isWordCharacter = byPattern(WORD)
export const isSpace = byPattern(SPACE)
export const isDigit = byPattern(DIGIT)
