// What one message says about the inputs of one model, from whichever form it uses: words, a bare list, a text.

import type { InputField, Scalar, Signature } from '#core/model.ts'
import type { KnownModel } from '../language.ts'
import { bindFields } from './fields.ts'
import type { MessageReading } from './reading.ts'
import { findValues, suits, type ValueMention, valueFor } from './values.ts'
import { findFieldMentions } from './vocabulary.ts'

export interface ModelBinding {
  readonly features: Readonly<Record<string, Scalar>>
  /** Inputs bound because they were called by a name of theirs. */
  readonly named: number
  readonly bound: number
  readonly leftovers: number
  readonly conflicts: readonly string[]
  /** Inputs called at all. */
  readonly mentioned: readonly string[]
  readonly complete: boolean
}

const covers = (spans: readonly { from: number; to: number }[], index: number) =>
  spans.some(({ from, to }) => index >= from && index < to)

export function bindModel(reading: MessageReading, model: KnownModel): ModelBinding {
  const { signature } = model
  const text = singleText(model)
  if (text !== null) return bindText(reading, model, text)
  const list = bindList(reading, model)
  if (list !== null) return list
  const strict = bindFields(
    signature,
    reading.tokens,
    (index) => covers(reading.models, index) || covers(reading.versions, index),
  )
  // "loan" may be the model's name and one of its inputs: the reading that binds more wins.
  const loose = bindFields(signature, reading.tokens, (index) => covers(reading.versions, index))
  const better =
    Object.keys(loose.features).length > Object.keys(strict.features).length &&
    loose.leftovers <= strict.leftovers
  const binding = better ? loose : strict
  const bound = Object.keys(binding.features).length
  return {
    features: binding.features,
    named: binding.named.length,
    bound,
    leftovers: binding.leftovers,
    conflicts: binding.conflicts,
    mentioned: binding.mentioned,
    complete: lookedAt(signature).every(({ name }) => Object.hasOwn(binding.features, name)),
  }
}

/** Inputs that the model does not look at are never waited for. */
const lookedAt = ({ inputs }: Signature) => inputs.filter(({ unused }) => unused !== true)

/** The one text input of a model that takes nothing else. */
export function singleText(model: KnownModel): InputField | null {
  const [input, another] = model.signature.inputs
  return input !== undefined && another === undefined && input.type === 'string' ? input : null
}

const NOTHING: ModelBinding = {
  features: {},
  named: 0,
  bound: 0,
  leftovers: 0,
  conflicts: [],
  mentioned: [],
  complete: false,
}

/** Words that may stand around a bare list without making it a sentence. */
const LIST_FILLERS: ReadonlySet<string> = new Set(
  `predict prediction predictions make a an the with for using use on of from in model models please pls run score me give get try it now and
  values value features inputs input data row this these that them is are what would be test check estimate classify at to let us
  classifier regressor here ok okay so then risk i want need can you could next another one my how about hi hey thanks thank
  evaluate calculate compute guess go do probability chance want to some`.split(/\s+/),
)
const LIST_MARKS: ReadonlySet<string> = new Set([
  ',',
  ':',
  ';',
  '(',
  ')',
  '[',
  ']',
  '\n',
  '-',
  '/',
  '?',
  '.',
  '!',
  '|',
  '=',
  '>',
])

/** "churn: 24, 70, 1680": as many values as inputs, nothing called by name, nothing else said. */
function bindList(reading: MessageReading, model: KnownModel): ModelBinding | null {
  const { signature } = model
  const taken = (index: number) => covers(reading.models, index) || covers(reading.versions, index)
  const values = findValues(signature, reading.tokens, taken).filter(
    (value) => !(value.kind === 'number' && value.number.weak),
  )
  const inputs = lookedAt(signature)
  if (values.length !== inputs.length || values.length < 2) return null
  const called = findFieldMentions(signature, reading.tokens, taken)
  if (called.some(({ strength }) => strength !== 'part')) return null
  const plain = reading.tokens.every(
    (token, index) =>
      taken(index) ||
      values.some(({ from, end }) => index >= from && index < end) ||
      (token.kind === 'mark' ? LIST_MARKS.has(token.word) : LIST_FILLERS.has(token.word)),
  )
  if (!plain) return null
  const features = inOrder(inputs, values)
  if (features === null) return null
  return { ...NOTHING, features, bound: values.length, complete: true }
}

/** Values given one after another to these inputs; null where one does not suit. */
export function inOrder(
  inputs: readonly InputField[],
  values: readonly ValueMention[],
): Record<string, Scalar> | null {
  const features: Record<string, Scalar> = {}
  for (const [index, input] of inputs.entries()) {
    const value = values[index]
    if (value === undefined) return null
    const isOther = value.kind === 'category' && !input.categories?.includes(value.value)
    const field = value.kind === 'category' ? (value.fields[0] ?? 0) : 0
    if (isOther || suits(value, input, field) === null) return null
    features[input.name] = valueFor(value, input)
  }
  return features
}

function bindText(reading: MessageReading, model: KnownModel, input: InputField): ModelBinding {
  const mentioned = findFieldMentions(model.signature, reading.tokens, (index) =>
    covers(reading.models, index),
  ).length
  const text = findText(reading)
  if (text === null) return { ...NOTHING, mentioned: mentioned > 0 ? [input.name] : [] }
  return {
    ...NOTHING,
    features: { [input.name]: text },
    named: mentioned > 0 ? 1 : 0,
    bound: 1,
    mentioned: mentioned > 0 ? [input.name] : [],
    complete: true,
  }
}

const INTRODUCTION =
  /\b(?:saying|that says|which says|that reads|which reads|says|reads|goes|went)\s*[,:]?\s+(?<text>\S.*)$/is
const MAX_WORDS_BEFORE_COLON = 12
const WORDS = /\S+/g

/** The text that is meant: quoted, else behind a colon or on the lines below, else what "says" introduces. */
function findText(reading: MessageReading): string | null {
  const quotes = quotedTexts(reading)
  if (quotes.length > 0) return quotes.length === 1 ? (quotes[0] ?? null) : null
  const { text } = reading
  const colon = text.indexOf(':')
  const line = text.indexOf('\n')
  const cut = colon >= 0 && (line < 0 || colon < line) ? colon : line
  if (cut > 0) {
    const before = text.slice(0, cut).match(WORDS)?.length ?? 0
    const rest = text.slice(cut + 1).trim()
    if (before <= MAX_WORDS_BEFORE_COLON && rest !== '') return rest
  }
  return INTRODUCTION.exec(text)?.groups?.['text']?.trim() ?? null
}

/** Quotations that are not names of models. */
export function quotedTexts(reading: MessageReading): readonly string[] {
  return reading.tokens.flatMap((token, index) =>
    token.segment?.kind === 'quote' && !covers(reading.models, index)
      ? [token.segment.content]
      : [],
  )
}
