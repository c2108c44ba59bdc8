// Takes accents off letters as scikit-learn does: decompose, then leave out marks or all that is not ASCII.

const ASCII_ONLY = /^[\0-\x7f]*$/
const NOT_ASCII = /[^\0-\x7f]+/gu
const MARKS = /\p{M}/gu

/** The mark with the highest combining class, alone in it: any other combining mark is sorted before it. */
const LAST_MARK = '\u0345'

const combining = new Map<string, boolean>()

export function stripAccents(text: string, how: 'ascii' | 'unicode'): string {
  if (ASCII_ONLY.test(text)) return text
  const decomposed = text.normalize('NFKD')
  return how === 'ascii'
    ? decomposed.replace(NOT_ASCII, '')
    : decomposed.replace(MARKS, (mark) => (isCombining(mark) ? '' : mark))
}

/**
 * True where the mark's combining class is not 0. JavaScript does not tell the class, but its canonical order does: a mark of
 * class 0 stays behind the one that it follows.
 */
function isCombining(mark: string): boolean {
  const known = combining.get(mark)
  if (known !== undefined) return known
  const pair = `${LAST_MARK}${mark}`
  const result = mark === LAST_MARK || pair.normalize('NFD') !== pair
  combining.set(mark, result)
  return result
}
