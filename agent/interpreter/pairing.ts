// Reads which value belongs to which field: of all ways to pair neighbours the cheapest wins.

import type { Signature } from '#core/model.ts'
import { lookup } from './lookup.ts'
import type { Token } from './tokens.ts'
import { type Item, isFlag, onlyFieldOfUnit, suits, type ValueMention } from './values.ts'

export interface Match {
  readonly field: number
  readonly value: ValueMention | null
  readonly flag?: boolean
  readonly how: 'named' | 'unit' | 'category' | 'flag'
  readonly at: number
}

interface Reading {
  readonly cost: number
  readonly matches: readonly Match[]
  readonly skipped: number
}

/** Words that tie a field to its value and mean nothing else. */
const LINKS: ReadonlySet<string> = new Set(
  `of is are was were be been being at to the a an in for as with equals equal about around approximately approx roughly only just
  currently now set value has have had their his her its my our worth exactly nearly almost ~ ≈ by which that s stands i you
  they he she it this costs pays paid like`.split(/\s+/),
)

/** What lies between a field and its value, by how much it parts them. */
const gapCostOf = lookup<number>({
  '=': -0.5,
  ':': -0.5,
  '(': 0.3,
  ')': 0.3,
  ',': 1.2,
  '\n': 1.5,
  ';': 2,
  '.': 3,
  '?': 3,
  '!': 3,
  '/': 0.8,
  '-': 0.4,
  '–': 0.4,
  '—': 0.4,
  '>': 0.2,
  '*': 0.1,
  '•': 0.5,
  '|': 1.2,
  and: 1.5,
  or: 2,
  but: 1.5,
  not: 0.3,
})
const WORD_COST = 0.8
const MAX_GAP_COST = 3.2
const SKIPPED_VALUE = 3
const SKIPPED_WEAK_VALUE = 0.2
const SKIPPED_SOFT_VALUE = 0.5
const SKIPPED_FIELD = { name: 0.6, alias: 0.3, part: 0.2 } as const
const STRENGTH_COST = { name: 0, alias: 0.05, part: 0.4 } as const
const FUZZY_COST = 0.2
const FLAG_COST = 0.1
const UNIT_AS_FIELD_COST = 0.5
const UNIT_ONLY_COST = 1
const CATEGORY_ONLY_COST = 0.4
/** Value before field ("24 months tenure") costs a hair more, so that ties fall to "tenure 24". */
const REVERSED_COST = 0.05
/** A category this short needs its own spelling (`US`, not "us") to stand without its field. */
const MIN_LOOSE_CATEGORY = 4

export function cheapestReading(
  signature: Signature,
  items: readonly Item[],
  tokens: readonly Token[],
): Reading {
  // best[i]: the cheapest reading of the items from i on.
  const best: Reading[] = Array.from({ length: items.length + 1 }, () => EMPTY)
  for (let index = items.length - 1; index >= 0; index--) {
    const options = [
      skip(items, index, best[index + 1] ?? EMPTY),
      alone(signature, items, index, tokens, best[index + 1] ?? EMPTY),
    ]
    for (const step of [1, 2, 3]) {
      options.push(pair(signature, items, index, step, tokens, best[index + step + 1] ?? EMPTY))
    }
    best[index] = options
      .filter((option) => option !== null)
      .reduce((cheapest, option) => (option.cost < cheapest.cost ? option : cheapest))
  }
  return best[0] ?? EMPTY
}

const EMPTY: Reading = { cost: 0, matches: [], skipped: 0 }

function skipCost(item: Item): number {
  if (item.is === 'field') return SKIPPED_FIELD[item.mention.strength]
  if (item.value.kind !== 'number') return SKIPPED_SOFT_VALUE
  return item.value.number.weak ? SKIPPED_WEAK_VALUE : SKIPPED_VALUE
}

function skip(items: readonly Item[], index: number, rest: Reading): Reading {
  const item = items[index]
  if (item === undefined) return rest
  return { ...rest, cost: rest.cost + skipCost(item), skipped: rest.skipped + 1 }
}

/** A value or flag that needs no partner: "online", "DE", "24 months". */
function alone(
  signature: Signature,
  items: readonly Item[],
  index: number,
  tokens: readonly Token[],
  rest: Reading,
): Reading | null {
  const item = items[index]
  if (item === undefined) return null
  if (item.is === 'field') {
    const { field } = item.mention
    if (!isFlag(signature.inputs[field])) return null
    if (item.mention.strength === 'part' && !isSaidOfOne(tokens, item.from)) return null
    const flag = !isNegated(tokens, item.from)
    return add(rest, FLAG_COST, { field, value: null, flag, how: 'flag', at: item.from })
  }
  const { value } = item
  if (value.kind === 'category') {
    const [field, other] = value.fields
    const clear = value.exactCase || value.value.length >= MIN_LOOSE_CATEGORY
    if (field === undefined || other !== undefined || !clear) return null
    return add(rest, CATEGORY_ONLY_COST, { field, value, how: 'category', at: value.from })
  }
  if (value.kind !== 'number') return null
  const field = onlyFieldOfUnit(signature, value.number)
  if (field === null || TERM_NOUNS.has(tokens[value.end]?.word ?? '')) return null
  return add(rest, UNIT_ONLY_COST, { field, value, how: 'unit', at: value.from })
}

/** "a two year contract" is a kind of contract and no span of time that something has lasted. */
const TERM_NOUNS: ReadonlySet<string> = new Set(
  'contract contracts plan plans subscription warranty lease loan mortgage commitment guarantee deal term'.split(
    ' ',
  ),
)

const add = (rest: Reading, cost: number, match: Match): Reading => ({
  ...rest,
  cost: rest.cost + cost,
  matches: [match, ...rest.matches],
})

const NEGATIONS: ReadonlySet<string> = new Set(['not', 'no', 'without', 'never', 'non'])

function isNegated(tokens: readonly Token[], from: number): boolean {
  let index = from - 1
  while (from - index <= MAX_SMALL_WORDS && SMALL_WORDS.has(tokens[index]?.word ?? '')) index--
  return NEGATIONS.has(tokens[index]?.word ?? '')
}

/** "not a senior", "with a partner": a part of a name says so only behind such a word. */
function isSaidOfOne(tokens: readonly Token[], from: number): boolean {
  let index = from - 1
  while (from - index <= MAX_SMALL_WORDS && ARTICLES.has(tokens[index]?.word ?? '')) index--
  const word = tokens[index]?.word ?? ''
  return HAS_OR_NOT.has(word) || (IS.has(word) && A.has(tokens[index + 1]?.word ?? ''))
}

const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the', 'any'])
/** "she was a senior" */
const IS: ReadonlySet<string> = new Set(['is', 'was', 'were', 'being', 'be', 'are'])
const A: ReadonlySet<string> = new Set(['a', 'an'])
const HAS_OR_NOT: ReadonlySet<string> = new Set('not no without with has have is having'.split(' '))

/** "not on the waterfront": what may stand between the negation and the thing. */
const SMALL_WORDS: ReadonlySet<string> = new Set(
  'a an the any on at by in near with of to have has got'.split(' '),
)
const MAX_SMALL_WORDS = 3

/** Items `index` and `index + step` as field and value, what lies between them left out. */
function pair(
  signature: Signature,
  items: readonly Item[],
  index: number,
  step: number,
  tokens: readonly Token[],
  rest: Reading,
): Reading | null {
  const left = items[index]
  const right = items[index + step]
  if (left === undefined || right === undefined || left.is === right.is) return null
  const fieldItem = left.is === 'field' ? left : right.is === 'field' ? right : null
  const valueItem = left.is === 'value' ? left : right.is === 'value' ? right : null
  if (fieldItem === null || valueItem === null) return null
  const { mention } = fieldItem
  const input = signature.inputs[mention.field]
  const fit = input === undefined ? null : suits(valueItem.value, input, mention.field)
  if (fit === null) return null
  const reversed = left.is === 'value'
  const gap = gapCost(tokens, reversed ? valueItem.value.end : left.to, right.from)
  if (gap > MAX_GAP_COST) return null
  let between = 0
  for (let middle = index + 1; middle < index + step; middle++) {
    const item = items[middle]
    if (item === undefined) continue
    const same = item.is === 'field' && item.mention.field === mention.field
    between += same ? 0 : skipCost(item) + WORD_COST
  }
  const cost =
    fit +
    gap +
    between +
    STRENGTH_COST[mention.strength] +
    (mention.fuzzy ? FUZZY_COST : 0) +
    (isUnitOf(fieldItem, valueItem) ? UNIT_AS_FIELD_COST : 0) +
    (reversed ? REVERSED_COST : 0)
  return add(rest, cost, {
    field: mention.field,
    value: valueItem.value,
    how: 'named',
    at: valueItem.from,
  })
}

/** "a lot of 7,500 sqft": the word behind the number is its unit first, and an input only where no other is called. */
const isUnitOf = (field: Item, item: Item): boolean =>
  item.is === 'value' && field.from >= item.value.to && field.to <= item.value.end

function gapCost(tokens: readonly Token[], from: number, to: number): number {
  let cost = 0
  for (let index = from; index < to; index++) {
    const word = tokens[index]?.word ?? ''
    cost += gapCostOf(word) ?? (LINKS.has(word) ? 0.1 : WORD_COST)
  }
  return cost
}
