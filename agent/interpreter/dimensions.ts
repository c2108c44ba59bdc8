// "sepals of 5.1 by 3.5 cm": two sizes of one thing, for the two fields that this thing has.

import type { Signature } from '#core/model.ts'
import { findNumbers, type NumberMention } from './numbers.ts'
import type { Match } from './pairing.ts'
import { sameWord } from './similar.ts'
import type { Token } from './tokens.ts'
import { suits, type ValueMention } from './values.ts'
import { wordsOf } from './vocabulary.ts'

/** In the order in which people say them. */
const SIZES: readonly string[] = ['length', 'width', 'height', 'depth']
const BETWEEN: ReadonlySet<string> = new Set(['by', 'x', '×', '*'])
const LINKS: ReadonlySet<string> = new Set(['of', 'is', 'are', 'was', 'were', 'at', ':', '='])
const MAX_LINKS = 2

export interface Dimensions {
  readonly matches: readonly Match[]
  /** Whether this token belongs to one of them. */
  readonly covers: (index: number) => boolean
}

interface Thing {
  readonly word: string
  readonly fields: readonly [number, number]
}

export function findDimensions(
  signature: Signature,
  tokens: readonly Token[],
  taken: (index: number) => boolean,
): Dimensions {
  const things = thingsOf(signature)
  const matches: Match[] = []
  const spans: (readonly [from: number, to: number])[] = []
  const numbers = things.length === 0 ? [] : findNumbers(tokens, taken)
  for (const [index, first] of numbers.entries()) {
    const second = numbers[index + 1]
    if (second === undefined || second.from !== first.unitTo + 1) continue
    if (!BETWEEN.has(tokens[first.unitTo]?.word ?? '')) continue
    const found = thingBefore(things, tokens, first.from)
    if (found === null) continue
    const unit = first.unit ?? second.unit
    const pair = [
      { ...first, unit },
      { ...second, unit: second.unit ?? unit },
    ] as const
    const bound = pair.flatMap((number, at) =>
      bind(signature, found.thing.fields[at] ?? -1, number),
    )
    if (bound.length < 2) continue
    matches.push(...bound)
    spans.push([found.from, second.unitTo])
  }
  return { matches, covers: (index) => spans.some(([from, to]) => index >= from && index < to) }
}

/** Words that begin the names of exactly two fields which are sizes: `sepal_length` and `sepal_width`. */
function thingsOf({ inputs }: Signature): readonly Thing[] {
  const sizes = inputs.flatMap(({ name }, field) => {
    const [word, size, more] = wordsOf(name)
    const rank = SIZES.indexOf(size ?? '')
    return word === undefined || rank < 0 || more !== undefined ? [] : [{ word, rank, field }]
  })
  return [...new Set(sizes.map(({ word }) => word))].flatMap((word) => {
    const own = sizes.filter((size) => size.word === word).sort((one, two) => one.rank - two.rank)
    const [first, second, third] = own
    if (first === undefined || second === undefined || third !== undefined) return []
    return [{ word, fields: [first.field, second.field] as const }]
  })
}

function thingBefore(
  things: readonly Thing[],
  tokens: readonly Token[],
  from: number,
): { thing: Thing; from: number } | null {
  let index = from - 1
  while (from - index <= MAX_LINKS && LINKS.has(tokens[index]?.word ?? '')) index--
  const thing = things.find(({ word }) => sameWord(tokens[index]?.word ?? '', word))
  return thing === undefined ? null : { thing, from: index }
}

function bind(signature: Signature, field: number, number: NumberMention): Match[] {
  const input = signature.inputs[field]
  const { from, to, unitTo } = number
  const value: ValueMention = { kind: 'number', from, to, end: unitTo, number }
  if (input === undefined || suits(value, input, field) === null) return []
  return [{ field, value, how: 'named', at: from }]
}
