// Binds the values of a message to the fields of a signature, whatever their order: the cheapest reading of all wins.

import type { Scalar, Signature } from '#core/model.ts'
import type { Token } from './tokens.ts'
import {
  findValues,
  type Item,
  onlyFieldOfUnit,
  suits,
  type ValueMention,
  valueFor,
} from './values.ts'
import type { FieldMention } from './vocabulary.ts'
import { findFieldMentions } from './vocabulary.ts'

export interface Binding {
  /** In signature order. */
  readonly features: Readonly<Record<string, Scalar>>
  /** Names of fields bound because they were called, not only by a unit or a category. */
  readonly named: readonly string[]
  /** Values that found no field: something was said that is not understood. */
  readonly leftovers: number
  /** Fields that were given two values. */
  readonly conflicts: readonly string[]
  /** Fields called at all, with a value or without. */
  readonly mentioned: readonly string[]
}

interface Match {
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
const GAP_COSTS: Readonly<Record<string, number>> = {
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
}
const WORD_COST = 0.8
const MAX_GAP_COST = 3.2
const SKIPPED_VALUE = 3
const SKIPPED_WEAK_VALUE = 0.2
const SKIPPED_SOFT_VALUE = 0.5
const SKIPPED_FIELD = { name: 0.6, alias: 0.3, part: 0.2 } as const
const STRENGTH_COST = { name: 0, alias: 0.05, part: 0.4 } as const
const FUZZY_COST = 0.2
const FLAG_COST = 0.1
const UNIT_ONLY_COST = 1
const CATEGORY_ONLY_COST = 0.4
/** Value before field ("24 months tenure") costs a hair more, so that ties fall to "tenure 24". */
const REVERSED_COST = 0.05
/** A category this short needs its own spelling (`US`, not "us") to stand without its field. */
const MIN_LOOSE_CATEGORY = 4

export function bindFields(
  signature: Signature,
  tokens: readonly Token[],
  taken: (index: number) => boolean,
): Binding {
  const mentions = findFieldMentions(signature, tokens, taken)
  const values = findValues(signature, tokens, taken)
  const items = interleave(mentions, values)
  const zipped = zipLists(signature, items)
  const matches = zipped ?? cheapestReading(signature, items, tokens).matches
  return toBinding(signature, tokens, mentions, values, matches)
}

/** Fields and values in order; a value's unit gives way to a field called by it, and a field under a value is none. */
function interleave(
  mentions: readonly FieldMention[],
  values: readonly ValueMention[],
): readonly Item[] {
  const covered = (mention: FieldMention) =>
    values.some((value) => mention.from < value.to && mention.to > value.from)
  const fields = mentions
    .filter((mention) => !covered(mention))
    .map((mention): Item => ({ is: 'field', from: mention.from, to: mention.to, mention }))
  const rest = values.map((value): Item => ({ is: 'value', from: value.from, to: value.to, value }))
  return mergeNeighbours([...fields, ...rest].sort((left, right) => left.from - right.from))
}

/** "months tenure" calls one field twice in a row: one mention. */
function mergeNeighbours(items: readonly Item[]): readonly Item[] {
  const merged: Item[] = []
  for (const item of items) {
    const last = merged.at(-1)
    const same =
      last?.is === 'field' &&
      item.is === 'field' &&
      last.mention.field === item.mention.field &&
      item.from - last.to <= 1
    if (same) merged[merged.length - 1] = { ...last, to: item.to }
    else merged.push(item)
  }
  return merged
}

/** "tenure, monthly charges and total charges are 24, 70 and 1680": as many fields in a row as values behind them. */
function zipLists(signature: Signature, items: readonly Item[]): readonly Match[] | null {
  const count = items.length / 2
  if (count < 2 || !Number.isInteger(count)) return null
  const matches: Match[] = []
  for (let index = 0; index < count; index++) {
    const field = items[index]
    const value = items[index + count]
    if (field?.is !== 'field' || value?.is !== 'value') return null
    const input = signature.inputs[field.mention.field]
    if (input === undefined || suits(value.value, input, field.mention.field) === null) return null
    matches.push({ field: field.mention.field, value: value.value, how: 'named', at: value.from })
  }
  return new Set(matches.map(({ field }) => field)).size === count ? matches : null
}

function cheapestReading(
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
    if (signature.inputs[field]?.type !== 'boolean' || item.mention.strength === 'part') return null
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
  if (field === null) return null
  return add(rest, UNIT_ONLY_COST, { field, value, how: 'unit', at: value.from })
}

const add = (rest: Reading, cost: number, match: Match): Reading => ({
  ...rest,
  cost: rest.cost + cost,
  matches: [match, ...rest.matches],
})

const NEGATIONS: ReadonlySet<string> = new Set(['not', 'no', 'without', 'never', 'non'])

function isNegated(tokens: readonly Token[], from: number): boolean {
  const before = tokens[from - 1]?.word ?? ''
  if (NEGATIONS.has(before)) return true
  return ['a', 'an', 'the', 'any'].includes(before) && NEGATIONS.has(tokens[from - 2]?.word ?? '')
}

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
    (reversed ? REVERSED_COST : 0)
  return add(rest, cost, {
    field: mention.field,
    value: valueItem.value,
    how: 'named',
    at: valueItem.from,
  })
}

function gapCost(tokens: readonly Token[], from: number, to: number): number {
  let cost = 0
  for (let index = from; index < to; index++) {
    const word = tokens[index]?.word ?? ''
    cost += GAP_COSTS[word] ?? (LINKS.has(word) ? 0.1 : WORD_COST)
  }
  return cost
}

/** Words behind which the later of two values is meant. */
const CORRECTIONS: ReadonlySet<string> = new Set(
  'wait sorry mean rather correction actually oops scratch no instead'.split(' '),
)
const ALTERNATIVES: ReadonlySet<string> = new Set(['or', 'to', '-', '–', 'until', '/'])

function toBinding(
  signature: Signature,
  tokens: readonly Token[],
  mentions: readonly FieldMention[],
  values: readonly ValueMention[],
  matches: readonly Match[],
): Binding {
  const byField = new Map<number, Match>()
  const conflicts = new Set<number>()
  for (const match of [...matches].sort((left, right) => left.at - right.at)) {
    const before = byField.get(match.field)
    if (before !== undefined && !sameValue(signature, before, match)) {
      // A flag beside its own explicit value ("online: is_online yes") says the same thing less clearly.
      if (match.how === 'flag') continue
      if (before.how !== 'flag' && !isCorrected(tokens, before.at, match.at)) {
        conflicts.add(match.field)
      }
    }
    byField.set(match.field, match)
  }
  const used = new Set(matches.map(({ value }) => value))
  const open = values.filter(
    (value) => value.kind === 'number' && !value.number.weak && !used.has(value),
  )
  for (const match of byField.values()) {
    if (match.value?.kind !== 'number') continue
    if (isBound(tokens, match.value) || isAlternative(tokens, match.value, open)) {
      conflicts.add(match.field)
    }
  }
  const features: Record<string, Scalar> = {}
  const named: string[] = []
  signature.inputs.forEach((input, field) => {
    const match = byField.get(field)
    if (match === undefined || conflicts.has(field)) return
    features[input.name] = match.value === null ? match.flag === true : valueFor(match.value, input)
    if (match.how === 'named' || match.how === 'flag') named.push(input.name)
  })
  const nameOf = (field: number) => signature.inputs[field]?.name ?? ''
  return {
    features,
    named,
    leftovers: open.length,
    conflicts: [...conflicts].map(nameOf),
    mentioned: [...new Set(mentions.map(({ field }) => nameOf(field)))],
  }
}

function sameValue(signature: Signature, left: Match, right: Match): boolean {
  const input = signature.inputs[left.field]
  if (input === undefined) return false
  const scalarOf = (match: Match) =>
    match.value === null ? match.flag : valueFor(match.value, input)
  return scalarOf(left) === scalarOf(right)
}

function isCorrected(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens.slice(from, to).some(({ word }) => CORRECTIONS.has(word))
}

/** Words before a number that say it is a bound and not the value itself. */
const BOUNDS: ReadonlySet<string> = new Set(
  'over under above below than least most between exceeding beyond upto >'.split(' '),
)

/** "over 24 months", "between 60 and 80": one exact value is still to be asked for. */
function isBound(tokens: readonly Token[], value: ValueMention): boolean {
  const before = tokens[value.from - 1]?.word ?? ''
  return BOUNDS.has(before) || (before === 'to' && tokens[value.from - 2]?.word === 'up')
}

/** "24 or 30 months", "10-20", "nineteen ninety five": two values for one place. */
function isAlternative(
  tokens: readonly Token[],
  value: ValueMention,
  open: readonly ValueMention[],
): boolean {
  return open.some((other) => {
    const [first, second] = other.from < value.from ? [other, value] : [value, other]
    const between = tokens.slice(first.end, second.from).map(({ word }) => word)
    if (between.length === 0) return true
    return between.length === 1 && ALTERNATIVES.has(between[0] ?? '')
  })
}
