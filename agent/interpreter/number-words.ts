// Numbers in words: "two thousand three hundred and ten", "twenty four", "two and a half", "one point five".

import { lookup } from './lookup.ts'
import { scaled } from './number-literals.ts'
import type { Token } from './tokens.ts'

const smallNumber = lookup<number>({
  zero: 0,
  nil: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  fourty: 40,
  fivteen: 15,
  eightteen: 18,
  ninteen: 19,
})

const tensNumber = lookup<number>({
  twenty: 20,
  thirty: 30,
  forty: 40,
  fourty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  ninty: 90,
})

export const magnitudeOf = lookup<number>({
  hundred: 100,
  hundreds: 100,
  thousand: 1e3,
  thousands: 1e3,
  grand: 1e3,
  lakh: 1e5,
  million: 1e6,
  millions: 1e6,
  billion: 1e9,
  dozen: 12,
})

export interface Read {
  readonly value: number
  readonly next: number
}

export function isNumberWord(word: string): boolean {
  return (
    smallNumber(word) !== undefined ||
    tensNumber(word) !== undefined ||
    magnitudeOf(word) !== undefined ||
    word === 'half'
  )
}

export const wordAt = (tokens: readonly Token[], index: number): string => tokens[index]?.word ?? ''

/** "a year and a half": the index behind it, or null. */
export function readAndAHalf(tokens: readonly Token[], index: number): number | null {
  const words = [0, 1, 2].map((offset) => wordAt(tokens, index + offset)).join(' ')
  return words === 'and a half' || words === 'and one half' ? index + 3 : null
}

export const startsWords = (word: string) =>
  smallNumber(word) !== undefined || tensNumber(word) !== undefined || word === 'dozen'

/** Behind digits: "1.2 million", "2 and a half", "2 dozen". */
export function readTail(tokens: readonly Token[], index: number, value: number): Read {
  const magnitude = magnitudeOf(wordAt(tokens, index))
  if (magnitude !== undefined) return readTail(tokens, index + 1, scaled(value, magnitude))
  const half = readAndAHalf(tokens, index)
  return half === null ? { value, next: index } : { value: value + 0.5, next: half }
}

/** "two thousand three hundred and ten", "twenty four", "two and a half", "one point five". */
export function readWords(
  tokens: readonly Token[],
  start: number,
  given: number | null,
): Read | null {
  let total = 0
  let group: number | null = given
  let index = start
  for (; index < tokens.length; index++) {
    const word = wordAt(tokens, index)
    const magnitude = magnitudeOf(word)
    if (magnitude !== undefined) {
      if (magnitude === 100 || magnitude === 12) group = (group ?? 1) * magnitude
      else {
        total += (group ?? 1) * magnitude
        group = null
      }
      continue
    }
    if (word === 'and' && index > start && continuesAfterAnd(tokens, index, total, group)) continue
    const next = joinSmall(group, word)
    if (next === null) break
    group = next
  }
  if (index === start) return null
  return readPoint(tokens, index, total + (group ?? 0))
}

/** "three hundred and ten" goes on; "twenty and thirty" are two numbers. */
function continuesAfterAnd(
  tokens: readonly Token[],
  index: number,
  total: number,
  group: number | null,
): boolean {
  const next = wordAt(tokens, index + 1)
  const open = group === null ? total >= 100 : group >= 100 && group % 100 === 0
  return open && (smallNumber(next) !== undefined || tensNumber(next) !== undefined)
}

/** The group with a small number or ten added, or null where the two do not join ("twenty" "thirty"). */
function joinSmall(group: number | null, word: string): number | null {
  const small = smallNumber(word)
  const tens = tensNumber(word)
  if (group === null) return tens ?? small ?? null
  if (tens !== undefined) return group >= 100 && group % 100 === 0 ? group + tens : null
  if (small === undefined) return null
  if (group >= 20 && group % 10 === 0 && group % 100 !== 0) {
    return small < 10 && small > 0 ? group + small : null
  }
  return group >= 100 && group % 100 === 0 ? group + small : null
}

function readPoint(tokens: readonly Token[], index: number, value: number): Read {
  const half = readAndAHalf(tokens, index)
  if (half !== null) return { value: value + 0.5, next: half }
  if (wordAt(tokens, index) !== 'point') return { value, next: index }
  let next = index + 1
  let digits = ''
  while ((smallNumber(wordAt(tokens, next)) ?? 10) < 10) {
    digits += smallNumber(wordAt(tokens, next))
    next++
  }
  return digits === '' ? { value, next: index } : { value: Number(`${value}.${digits}`), next }
}
