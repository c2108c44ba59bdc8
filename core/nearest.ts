// Finds the known word a mistyped one was probably meant to be, for "did you mean".

/** Longer words are not compared: the table would cost more than the hint is worth, and no name of ours is longer. */
const MAX_COMPARED_LENGTH = 64

/** The closest of `known` within a third of the word's length in edits, or null. Case and punctuation do not count. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const wanted = bare(word)
  if (wanted === '' || wanted.length > MAX_COMPARED_LENGTH) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, bare(candidate).slice(0, MAX_COMPARED_LENGTH))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const NOT_LETTER_OR_DIGIT = /[^\p{L}\p{N}]+/gu

/** Letters and digits only, lower case: `Monthly Charges` and `monthly_charges` are one word. */
export function bare(word: string): string {
  return word.normalize('NFKC').toLowerCase().replace(NOT_LETTER_OR_DIGIT, '')
}

/** How many insertions, deletions, substitutions and swaps of neighbours lie between two words. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      if (swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.length] ?? 0
}
