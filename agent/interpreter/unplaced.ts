// Values that were given without saying of what: they are kept, and which input they are for is asked, never guessed.

import type { InputField, Scalar } from '#core/model.ts'
import { capitalise, joinWords } from '#core/presentation/phrases.ts'
import type { KnownModel } from '../language.ts'
import type { ConversationState } from '../state.ts'
import { type FeatureRow, isFeatures } from './data.ts'
import { type Context, modelNamed } from './memory.ts'
import { type Plan, say } from './plan.ts'
import { isPredicting, missingInputs, predictOrAsk, type Wanted } from './predicting.ts'
import { readMessage } from './reading.ts'
import { describeField, listFields } from './replies.ts'
import { findValues, suits, valueFor } from './values.ts'

type Pending = NonNullable<ConversationState['pendingQuestion']>

/** Stands for every way to say that a value is not known. */
export const UNKNOWN = 'unknown'

/** Inputs offered as buttons; more are read, not clicked. */
const MAX_CHOICES = 8

/** Bare values: one that only a single input can take is taken, the others are kept and asked about. */
export function placeBare(
  pending: Pending,
  model: KnownModel,
  given: FeatureRow,
  texts: readonly string[],
): Plan {
  const [text, another] = texts
  const { about } = pending
  if (about !== undefined && text !== undefined && another === undefined) {
    const value = valueAs(model, about, text)
    if (value !== undefined)
      return placeRest(pending, model, { ...given, [about]: value }, [], [value])
  }
  if (texts.every((one) => one === UNKNOWN) && missingInputs(model, given).length > 1) {
    const [first] = missingInputs(model, given)
    return say(`That is fine. Please say of which input, such as “${first?.name} ${UNKNOWN}”.`)
  }
  const kept = pending.unplaced ?? []
  const isRepeated = texts.every((one) => kept.includes(one))
  const tries = isRepeated ? (pending.tries ?? 0) + 1 : 0
  return settle(pending, model, given, isRepeated ? kept : [...kept, ...texts], tries)
}

/** "tenure" after "which is 24?": the value that was asked about, or one for each input in their order. */
export function placeNamed(
  pending: Pending,
  model: KnownModel,
  given: FeatureRow,
  names: readonly string[],
): Plan {
  const kept = pending.unplaced ?? []
  const [name, another] = names
  if (kept.length === 0 && name !== undefined) return askAbout(pending, model, given, name)
  if (another !== undefined && names.length !== kept.length) {
    return settle(pending, model, given, kept, (pending.tries ?? 0) + 1)
  }
  const placed = names.map((one, index) => [one, valueAs(model, one, kept[index] ?? '')] as const)
  if (placed.some(([, value]) => value === undefined)) {
    return settle(pending, model, given, kept, (pending.tries ?? 0) + 1)
  }
  const features = { ...given, ...Object.fromEntries(placed) } as FeatureRow
  return settle(pending, model, features, kept.slice(names.length), 0)
}

/** After some inputs were given properly: the values that this took up are no longer open. */
export function placeRest(
  pending: Pending,
  model: KnownModel,
  features: FeatureRow,
  conflicts: readonly string[],
  taken: readonly Scalar[],
): Plan {
  const open = (pending.unplaced ?? []).filter((text) => {
    const [value] = findValues(model.signature, readMessage(text, []).tokens, () => false)
    return value?.kind !== 'number' || !taken.includes(value.number.value)
  })
  if (conflicts.length > 0) return request(pending, model, features, conflicts)
  return settle(pending, model, features, open, 0)
}

/** "yes" to "shall I take tenure 24, …?". */
export function placeInOrder(context: Context): Plan | null {
  const waiting = waitingFor(context)
  if (waiting === null) return null
  const { pending, model, given, missing } = waiting
  const kept = pending.unplaced ?? []
  if (kept.length < 2 || kept.length !== missing.length) return null
  return placeNamed(
    pending,
    model,
    given,
    missing.map(({ name }) => name),
  )
}

/** "no" to "shall I take tenure 24, …?": only that order is wrong, and what was given before stays. */
export function takeOtherwise(context: Context): Plan | null {
  const waiting = waitingFor(context)
  if (waiting === null) return null
  const { pending, model, given, missing } = waiting
  const kept = pending.unplaced ?? []
  if (kept.length < 2 || kept.length !== missing.length) return null
  const asked = request(pending, model, given)
  if (asked.kind !== 'ask') return asked
  const example = missing.map(({ name }) => `${name} …`)
  return {
    ...asked,
    text: `All right, not in that order. Which is which? Say it such as “${joinWords(example)}”; “never mind” leaves it.`,
    keep: { unplaced: [], tries: 0 },
  }
}

/** What a prediction still waits for, said again after words that were no answer; null where none waits. */
export function stillMissing(context: Context, lead: string): Plan | null {
  const waiting = waitingFor(context)
  if (waiting === null) return null
  const { pending, model, missing } = waiting
  const [text] = pending.unplaced ?? []
  const names = listFields(missing)
  return say(
    `${lead} For ${model.title} I still need ${names}; “never mind” leaves it.`,
    text === undefined ? [] : choicesFor(missing, text),
  )
}

/** The prediction whose inputs are asked for; null where none waits. */
export function waitingFor(context: Context) {
  const pending = context.state.pendingQuestion
  if (pending === null || !isPredicting(pending.operation) || pending.field !== 'features') {
    return null
  }
  const model = modelNamed(context, pending.input['model'])
  const given = pending.input['features']
  if (model === null || !isFeatures(given)) return null
  return { pending, model, given, missing: missingInputs(model, given) }
}

function request(
  pending: Pending,
  model: KnownModel,
  features: FeatureRow,
  conflicts: readonly string[] = [],
): Plan {
  const version = pending.input['version']
  return predictOrAsk(
    pending.operation as Wanted,
    model,
    features,
    typeof version === 'number' ? { version } : {},
    conflicts,
  )
}

/** Takes what has one place only, then asks about the first value that is left. */
function settle(
  pending: Pending,
  model: KnownModel,
  features: FeatureRow,
  unplaced: readonly string[],
  tries: number,
): Plan {
  const missing = missingInputs(model, features)
  const [text, another] = unplaced
  if (text === undefined || missing.length === 0) return request(pending, model, features)
  const fitting = missing.filter(({ name }) => valueAs(model, name, text) !== undefined)
  const [only, second] = fitting
  if (only !== undefined && second === undefined && another === undefined) {
    const value = valueAs(model, only.name, text)
    if (value !== undefined) return request(pending, model, { ...features, [only.name]: value })
  }
  const asked = request(pending, model, features)
  if (asked.kind !== 'ask') return asked
  if (fitting.length === 0 || unplaced.length > missing.length) {
    const example = missing.map(({ name }, index) => `${name} ${unplaced[index] ?? '…'}`)
    return {
      ...asked,
      text: `${capitalise(joinWords(unplaced))} do not fit what is missing. Please say which is which, such as “${joinWords(example)}”.`,
      keep: { unplaced: [], tries: 0 },
    }
  }
  const keep = { unplaced: [...unplaced], tries }
  if (unplaced.length === missing.length && unplaced.length > 1) {
    const row = missing.map(({ name }, index) => `${name} ${unplaced[index] ?? ''}`)
    const lead = tries % 2 === 0 ? 'Shall I take' : 'I would rather ask before I guess: is it'
    return {
      ...asked,
      text: `${lead} ${joinWords(row)}?`,
      choices: [{ label: 'Yes, take these', message: row.join(', ') }],
      keep,
    }
  }
  return {
    ...asked,
    text: whichIs(fitting, unplaced, tries),
    choices: choicesFor(fitting, text),
    keep,
  }
}

function whichIs(
  fitting: readonly InputField[],
  unplaced: readonly string[],
  tries: number,
): string {
  const [text = '', ...others] = unplaced
  const names = fitting.slice(0, MAX_CHOICES).map(({ name }) => name)
  const rest = others.length === 0 ? '' : ` I have kept ${joinWords(others)} as well.`
  const listed = joinWords(names, 'or')
  if (tries % 2 === 0) return `Which is ${text}: ${listed}?${rest}`
  return `I have noted ${text}, but not what it stands for: is it ${listed}? Say for example “${names[0]} ${text}”.${rest}`
}

const choicesFor = (fields: readonly InputField[], text: string) =>
  fields.slice(0, MAX_CHOICES).map(({ name }) => ({ label: name, message: `${name} ${text}` }))

/** "tenure" with no value at hand: its value is asked for, and the next number is taken for it. */
function askAbout(pending: Pending, model: KnownModel, given: FeatureRow, name: string): Plan {
  const field = model.signature.inputs.find((input) => input.name === name)
  const input = { ...pending.input, features: given }
  const text = `What is ${field === undefined ? name : describeField(field)}?`
  const call = { operation: pending.operation, input }
  return { kind: 'ask', call, field: 'features', text, keep: { about: name } }
}

/** The value of the input that this text gives, in its unit; undefined where it cannot be one. */
function valueAs(model: KnownModel, name: string, text: string): Scalar | undefined {
  const field = model.signature.inputs.findIndex((input) => input.name === name)
  const input = model.signature.inputs[field]
  const [value] = findValues(model.signature, readMessage(text, []).tokens, () => false)
  if (input === undefined || value === undefined || suits(value, input, field) === null) {
    return undefined
  }
  return valueFor(value, input)
}
