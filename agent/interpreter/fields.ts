// Binds the values of a message to the fields of a signature, whatever their order: the cheapest reading of all wins.

import type { Scalar, Signature } from '#core/model.ts'
import { findDimensions } from './dimensions.ts'
import { cheapestReading, type Match } from './pairing.ts'
import type { Token } from './tokens.ts'
import { findValues, flagValue, type Item, suits, type ValueMention, valueFor } from './values.ts'
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

export function bindFields(
  signature: Signature,
  tokens: readonly Token[],
  taken: (index: number) => boolean,
): Binding {
  const sizes = findDimensions(signature, tokens, taken)
  const elsewhere = (index: number) => taken(index) || sizes.covers(index)
  const mentions = findFieldMentions(signature, tokens, elsewhere)
  const values = findValues(signature, tokens, elsewhere)
  const items = interleave(mentions, values)
  const zipped = zipLists(signature, items)
  const matches = zipped ?? cheapestReading(signature, items, tokens).matches
  return toBinding(signature, tokens, mentions, values, [...sizes.matches, ...matches])
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
  const features: [string, Scalar][] = []
  const named: string[] = []
  signature.inputs.forEach((input, field) => {
    const match = byField.get(field)
    if (match === undefined || conflicts.has(field)) return
    const value =
      match.value === null ? flagValue(input, match.flag === true) : valueFor(match.value, input)
    features.push([input.name, value])
    if (match.how === 'named' || match.how === 'flag') named.push(input.name)
  })
  const nameOf = (field: number) => signature.inputs[field]?.name ?? ''
  return {
    features: Object.fromEntries(features),
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
    match.value === null ? flagValue(input, match.flag === true) : valueFor(match.value, input)
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
