// The order in which Python sorts texts, which fitted files keep their classes and vocabularies in.

const FIRST_SURROGATE = 0xd800
const AFTER_SURROGATES = 0xe000

/** By code points; JavaScript's own `<` goes by UTF-16 units, in which signs beyond U+FFFF come too early. */
export function comparePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function rank(unit: number): number {
  const isSurrogate = unit >= FIRST_SURROGATE && unit < AFTER_SURROGATES
  return isSurrogate ? unit + 0x10000 : unit
}
