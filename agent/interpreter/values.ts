// Finds everything in a message that may be a field's value: numbers, yes and no, categories, texts, "unknown".

import type { InputField, Scalar, Signature } from '#core/model.ts'
import { type CategoryValue, categoryFor, findCategories } from './categories.ts'
import { lookup } from './lookup.ts'
import { findNumbers, type NumberMention } from './numbers.ts'
import type { Token } from './tokens.ts'
import { convert, type Unit, unitNamed } from './units.ts'
import type { FieldMention } from './vocabulary.ts'

export type ValueMention = {
  readonly from: number
  readonly to: number
  /** Behind its unit. */
  readonly end: number
} & (
  | { readonly kind: 'number'; readonly number: NumberMention }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | CategoryValue
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'missing' }
)

const booleanOf = lookup<boolean>({
  yes: true,
  true: true,
  y: true,
  yeah: true,
  yep: true,
  no: false,
  false: false,
  n: false,
  nope: false,
})

const MISSING_PHRASES: readonly (readonly string[])[] = [
  ['no', 'value'],
  ['no', 'data'],
  ['not', 'recorded'],
  ['not', 'provided'],
  ['not', 'specified'],
  ['does', 'not', 'exist'],
  ['left', 'out'],
  ['not', 'known'],
  ['not', 'available'],
  ['not', 'given'],
  ['no', 'idea'],
  ['do', 'not', 'know'],
  ['n', '/', 'a'],
  ['not', 'sure'],
  ['unknown'],
  ['missing'],
  ['null'],
  ['none'],
  ['nan'],
  ['na'],
  ['unavailable'],
  ['unspecified'],
  ['undefined'],
  ['lacking'],
  ['absent'],
  ['blank'],
  ['empty'],
]

export function findValues(
  signature: Signature,
  tokens: readonly Token[],
  taken: (index: number) => boolean,
): readonly ValueMention[] {
  const found: ValueMention[] = []
  const used = new Set<number>()
  const add = (mention: ValueMention) => {
    found.push(mention)
    for (let index = mention.from; index < mention.end; index++) used.add(index)
  }
  const busy = (index: number) => taken(index) || used.has(index)
  for (const category of findCategories(signature, tokens, busy)) add(category)
  for (const number of findNumbers(tokens, busy)) {
    add({ kind: 'number', from: number.from, to: number.to, end: number.unitTo, number })
  }
  for (let index = 0; index < tokens.length; index++) {
    if (busy(index)) continue
    const token = tokens[index]
    if (token === undefined) continue
    const missing = missingAt(tokens, index)
    if (missing > 0)
      add({ kind: 'missing', from: index, to: index + missing, end: index + missing })
    else if (booleanOf(token.word) !== undefined && token.kind === 'word') {
      const value = booleanOf(token.word) === true
      add({ kind: 'boolean', from: index, to: index + 1, end: index + 1, value })
    } else if (token.segment?.kind === 'quote') {
      const value = token.segment.content
      add({ kind: 'text', from: index, to: index + 1, end: index + 1, value })
    }
  }
  return found.sort((left, right) => left.from - right.from)
}

function missingAt(tokens: readonly Token[], index: number): number {
  for (const phrase of MISSING_PHRASES) {
    if (phrase.every((word, offset) => tokens[index + offset]?.word === word)) return phrase.length
  }
  return 0
}

/** How well a value suits a field: null where it cannot be its value, else a cost to add, lower is better. */
export function suits(value: ValueMention, input: InputField, field: number): number | null {
  switch (value.kind) {
    case 'number':
      return suitsNumber(value.number, input)
    case 'boolean':
      return isFlag(input) || categoryFor(input, value.value) !== null ? 0 : null
    case 'category':
      return value.fields.includes(field) ? -0.5 : null
    case 'text':
      return input.type === 'string' || input.type === 'category' ? 0 : null
    case 'missing':
      return input.optional || input.nullable === true ? 0 : null
  }
}

const SAYS_FLAG = /\b(?:1|0) (?:if|when|where|for|means)\b|\b(?:0 or 1|1 or 0|else 0)\b/i

/** A yes or no, categories that are one, or a number that is said to be one: "1 if it overlooks the water, else 0". */
export function isFlag(input: InputField | undefined): boolean {
  if (input?.type === 'boolean') return true
  if (input?.type === 'category' || input?.type === 'string') {
    return categoryFor(input, true) !== null && categoryFor(input, false) !== null
  }
  if (input?.type !== 'integer' && input?.type !== 'float') return false
  const { allowed } = input
  if (allowed?.length === 2 && allowed.includes(0) && allowed.includes(1)) return true
  return SAYS_FLAG.test(input.description ?? '') && input.minimum === 0 && input.maximum === 1
}

/** What a flag is sent as. */
export const flagValue = (input: InputField, value: boolean): Scalar =>
  input.type === 'boolean' ? value : (categoryFor(input, value) ?? Number(value))

function suitsNumber(number: NumberMention, input: InputField): number | null {
  if (input.type === 'boolean') return number.value === 0 || number.value === 1 ? 0.5 : null
  if (input.type === 'string') return null
  if (input.type === 'category') {
    if (input.categories === undefined) return 0.3
    return input.categories.includes(String(number.value)) ? 0 : null
  }
  const unit = unitNamed(input.unit)
  if (number.unit === null) return 0
  if (number.unit.family === 'share') return 0
  if (unit === null) return 0.3
  return unit.family === number.unit.family ? -0.6 : null
}

/** What is sent for this field. `suits` has said yes before. */
export function valueFor(value: ValueMention, input: InputField): Scalar {
  switch (value.kind) {
    case 'number':
      return numberFor(value.number, input)
    case 'boolean':
      return isFlag(input) ? flagValue(input, value.value) : categoryFor(input, value.value)
    case 'category':
    case 'text':
      return value.value
    case 'missing':
      return null
  }
}

function numberFor(number: NumberMention, input: InputField): Scalar {
  if (input.type === 'boolean') return number.value === 1
  if (input.type === 'category')
    return input.categories === undefined ? number.value : String(number.value)
  const unit = unitNamed(input.unit)
  const given = number.unit
  if (given?.family === 'share') return shareFor(number.value, given, unit, input)
  if (number.metres && unit?.family === 'length') {
    return convert(number.value / 1e6, { family: 'length', factor: 1 }, unit) ?? number.value
  }
  if (given === null || unit === null) return number.value
  return convert(number.value, given, unit) ?? number.value
}

/** "15%" is 0.15 where the field is a share of one; where nothing says so, it stays 15. */
function shareFor(value: number, given: Unit, unit: Unit | null, input: InputField): number {
  if (unit?.family === 'share') return convert(value, given, unit) ?? value
  const known = [input.minimum, input.maximum, input.example].filter(
    (one) => typeof one === 'number',
  )
  const isShare = known.length > 0 && known.every((one) => Math.abs(one) <= 1)
  return isShare ? (convert(value, given, { family: 'share', factor: 100 }) ?? value) : value
}

/** Whether this field is the only one that a bare unit can mean: "24 months" where one input counts months. */
export function onlyFieldOfUnit(signature: Signature, number: NumberMention): number | null {
  const { unit } = number
  if (unit === null || unit.family === 'share') return null
  const fields = signature.inputs.flatMap((input, field) =>
    unitNamed(input.unit)?.family === unit.family ? [field] : [],
  )
  return fields.length === 1 ? (fields[0] ?? null) : null
}

export type Item =
  | {
      readonly is: 'field'
      readonly from: number
      readonly to: number
      readonly mention: FieldMention
    }
  | {
      readonly is: 'value'
      readonly from: number
      readonly to: number
      readonly value: ValueMention
    }
