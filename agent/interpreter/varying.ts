// "the same but thirty months", "and with 12?", "6 months more": the last prediction with something changed.

import type { InputField } from '#core/model.ts'
import { exampleRow } from '#core/operations/example-row.ts'
import { formatQuantity } from '#core/presentation/numbers.ts'
import { joinWords } from '#core/presentation/phrases.ts'
import type { KnownModel } from '../language.ts'
import { bindModel, singleText } from './binding.ts'
import { type FeatureRow, isFeatures } from './data.ts'
import { isPlainLead } from './lead-words.ts'
import { type Context, modelNamed } from './memory.ts'
import { type Plan, say } from './plan.ts'
import { namedModels, predictOrAsk } from './predicting.ts'
import { STRONG_PREDICT_PATTERN } from './read-patterns.ts'
import { type MessageReading, readMessage } from './reading.ts'
import { holdsStep, isOfSaidKind, type RelativeChange, readRelative } from './relative.ts'
import { listNames } from './replies.ts'
import { findValues, suits, valueFor } from './values.ts'
import { findFieldMentions } from './vocabulary.ts'

const VARIATION =
  /\b(?:same|but|instead|what if|what about|how about|and|with|change|changed|now|if|make (?:it|that)|set|suppose|only|again|then|else|different|try|use|replace|switch|update|increase|decrease|raise|lower|let us say|say|were|had|was)\b|^(?:NUM|for NUM)/

/** "the same but thirty months": the last prediction with some inputs changed. */
export function varyPrediction(reading: MessageReading, context: Context): Plan | null {
  const last = context.state.lastPrediction
  const model = last === null ? null : modelNamed(context, last.model)
  if (last === null || model === null || !isFeatures(last.features)) return null
  const named = namedModels(reading)
  if (named.some((other) => other !== model)) return null
  const marked = VARIATION.test(reading.clauses.map(({ text }) => text).join(' but '))
  const anew = named.length > 0 && STRONG_PREDICT_PATTERN.test(reading.whole)
  if (anew && !SAME.test(reading.whole)) return null
  const base: Base = { model, features: last.features, version: last.version }
  const relative = readRelative(reading, model, base.features, last.focus)
  if (relative !== null) return varyRelatively(reading, base, relative)
  if (holdsStep(reading, model)) return oneStep(model)
  if (singleText(model) !== null && !isPlainLead(reading)) return null
  const binding = bindModel(reading, model)
  if (binding.leftovers > 0 && binding.bound > 0) return null
  if (binding.conflicts.length > 0) {
    const rest = Object.entries(base.features).filter(([name]) => !binding.conflicts.includes(name))
    return vary({ ...base, features: Object.fromEntries(rest) }, {}, undefined, binding.conflicts)
  }
  if (binding.bound > 0) {
    if (!marked && binding.named === 0) return null
    const focus = binding.bound === 1 ? Object.keys(binding.features)[0] : undefined
    return vary(base, binding.features, focus)
  }
  return varyFocus(reading, base, last.focus)
}

interface Base {
  readonly model: KnownModel
  readonly features: FeatureRow
  readonly version: number | undefined
}

function vary(
  { model, features, version }: Base,
  changes: FeatureRow,
  focus?: string,
  conflicts: readonly string[] = [],
): Plan {
  const row = { ...features, ...changes }
  const kept = version === undefined ? {} : { version }
  const plan = predictOrAsk('predict', model, row, kept, conflicts, focus)
  switch (plan.kind) {
    case 'run':
      return { ...plan, varies: true }
    case 'ask':
      return { ...plan, keep: { ...plan.keep, varies: true } }
    case 'say':
      return plan
  }
}

function varyRelatively(reading: MessageReading, base: Base, change: RelativeChange): Plan {
  switch (change.kind) {
    case 'how-much':
      return say('By how much? Say for example “10% more”.')
    case 'which':
      return askWhich(
        base.model,
        change.fields,
        changeWords(reading),
        `“${changeWords(reading)}” of which input?`,
      )
    case 'changed': {
      const { field, value } = change
      const taken = field.type === 'integer' ? Math.round(value) : value
      const plan = vary(base, { [field.name]: taken }, field.name)
      if (taken === value || plan.kind !== 'run') return plan
      const words = formatQuantity(value, undefined, true)
      return { ...plan, note: `${field.name} is a whole number, so I take ${taken} for ${words}.` }
    }
  }
}

/** Two steps in one message, or one beside other values or in another unit: which number is which is not plain enough. */
export function oneStep(model: KnownModel): Plan {
  const numeric = model.signature.inputs.find(({ type }) => type === 'float' || type === 'integer')
  const example = numeric === undefined ? '10% more' : `${numeric.name} 10% more`
  return say(`One change at a time, please, in the unit of its input: such as “${example}”.`)
}

/** "what if", with nothing that could be changed behind it. */
export function whatToChange(reading: MessageReading, context: Context): Plan | null {
  const { lastPrediction: last, pendingQuestion } = context.state
  const model = last === null ? null : modelNamed(context, last.model)
  if (model === null || pendingQuestion !== null || !SUPPOSES.test(reading.whole)) return null
  const [input] = model.signature.inputs
  if (input === undefined || namedModels(reading).length > 0) return null
  const value = exampleRow({ inputs: [input] })[input.name]
  const example =
    singleText(model) === null
      ? `“what if ${input.name} was ${String(value)}”`
      : `what if it said “${String(value)}”`
  return say(
    `I did not understand what to change. ${model.title} looks at ${listNames(model)}: say for example ${example}.`,
  )
}

const SUPPOSES =
  /^(?:(?:and|so|but|ok|okay|now|then|hm|hmm) )*(?:what if|how about|suppose|imagine|(?:the )?same|double|twice|half|triple)\b/

const CHANGE_LEAD =
  /^(?:(?:and|but|so|ok|okay|now|then|what if|how about|what about|it|that|they|he|she|was|were|is|had|would be|with)\s+)*/i
const LAST_MARKS = /[\s?.!]+$/

/** "what if it was 20 dollars less?" as it is said again: "20 dollars less". */
const changeWords = ({ text }: MessageReading) =>
  text.trim().replace(CHANGE_LEAD, '').replace(LAST_MARKS, '')

/** Inputs offered as buttons; more are read, not clicked. */
const MAX_CHOICES = 6

/** `phrase` is kept: the name of an input in the very next turn completes it. */
function askWhich(
  model: KnownModel,
  fields: readonly InputField[],
  phrase: string,
  question: string,
): Plan {
  const names = fields.slice(0, MAX_CHOICES).map(({ name }) => name)
  const more = fields.length > names.length ? ' Any other one will do, too.' : ''
  return {
    kind: 'say',
    text: `${question} It may be ${joinWords(names, 'or')}.${more}`,
    choices: names.map((name) => ({ label: name, message: `${name}: ${phrase}` })),
    waits: { model: model.name, phrase },
  }
}

/** "monthly charges" in answer to "for which input is “10% more”?". */
export function answerWhich(reading: MessageReading, context: Context): Plan | null {
  const pending = context.state.pendingQuestion
  const [phrase] = pending?.unplaced ?? []
  const model = pending?.field === 'which' ? modelNamed(context, pending.input['model']) : null
  if (model === null || phrase === undefined) return null
  const [mention, another] = findFieldMentions(model.signature, reading.tokens, () => false)
  const input = mention === undefined ? undefined : model.signature.inputs[mention.field]
  if (mention === undefined || input === undefined || another !== undefined) return null
  const plain = reading.tokens.every(
    ({ kind, word }, index) =>
      (index >= mention.from && index < mention.to) || kind === 'mark' || FOCUS_FILLERS.has(word),
  )
  return plain ? varyPrediction(readMessage(`${input.name}: ${phrase}`, []), context) : null
}

const SAME = /\b(?:same|instead|what about|how about|what if|but|again)\b/

const FOCUS_FILLERS: ReadonlySet<string> = new Set(
  `and with for what about if how it is was were but at to of now then instead try make same the or a say let us maybe ok okay please only
  just had its i mean back go he she they paid pays pay earns has were being use take another one again that`.split(
    /\s+/,
  ),
)

/** "and with 12?": the input that was changed last changes again; which one it is must be plain. */
function varyFocus(reading: MessageReading, base: Base, focus: string | undefined): Plan | null {
  const { signature } = base.model
  const values = findValues(signature, reading.tokens, () => false)
  const [value, another] = values
  if (value === undefined || another !== undefined || value.kind !== 'number') return null
  const plain = reading.tokens.every(
    (token, index) =>
      (index >= value.from && index < value.end) ||
      token.kind === 'mark' ||
      FOCUS_FILLERS.has(token.word),
  )
  if (!plain) return null
  const able = signature.inputs.filter(
    (input, index) => suits(value, input, index) !== null && isOfSaidKind(reading, input),
  )
  const [only, second] = able
  const field = able.find(({ name }) => name === focus) ?? (second === undefined ? only : undefined)
  if (field !== undefined) return vary(base, { [field.name]: valueFor(value, field) }, field.name)
  if (able.length === 0) return null
  const written = reading.text.slice(
    reading.tokens[value.from]?.start ?? 0,
    reading.tokens[value.end - 1]?.end ?? 0,
  )
  const question = `Which input of ${base.model.title} shall be ${written}?`
  return askWhich(base.model, able, written, question)
}
