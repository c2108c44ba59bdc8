// Values that were plainly meant for an input and cannot be its value: what is wrong is said instead of asking again silently.

import type { InputField } from '#core/model.ts'
import type { Choice } from '#core/presentation/blocks.ts'
import { formatNumber } from '#core/presentation/numbers.ts'
import { joinSome, joinWords } from '#core/presentation/phrases.ts'
import type { KnownModel } from '../language.ts'
import { type FeatureRow, isFeatures } from './data.ts'
import { type Context, modelNamed } from './memory.ts'
import { findNumbers, type NumberMention } from './numbers.ts'
import type { Plan } from './plan.ts'
import type { MessageReading } from './reading.ts'
import { describeField, listFields } from './replies.ts'
import type { Token } from './tokens.ts'
import { type Unit, unitNamed } from './units.ts'
import { waitingFor } from './unplaced.ts'
import { findValues, isFlag } from './values.ts'
import { type FieldMention, findFieldMentions } from './vocabulary.ts'

interface Misfit {
  readonly field: InputField
  readonly text: string
  readonly choices: readonly Choice[]
}

/** Days in an average month of the Gregorian calendar; only ever said with "about". */
const SECONDS_IN_A_MONTH = 30.436875 * 86_400
const MAX_NAMES = 6
const MAX_WORDS = 3

/** Says of a plan that asks, or where there is none, which value does not fit; every other plan stays as it is. */
export function tellMisfit(
  reading: MessageReading,
  context: Context,
  plan: Plan | null,
): Plan | null {
  if (plan === null) return askAgain(reading, context)
  if (plan.kind !== 'ask' || plan.field !== 'features') return plan
  const { model: name, features } = plan.call.input
  const model = modelNamed(context, name)
  if (model === null || !isFeatures(features)) return plan
  const misfit = findMisfit(reading, model, features)
  if (misfit === null) return plan
  return {
    ...plan,
    text: wordsOf(misfit, model, features),
    choices: misfit.choices,
    keep: { ...plan.keep, about: misfit.field.name },
  }
}

/** About the prediction that waits for its inputs, else about the last one with this input changed. */
function askAgain(reading: MessageReading, context: Context): Plan | null {
  const waiting = waitingFor(context)
  const last = context.state.lastPrediction
  const model = waiting?.model ?? modelNamed(context, last?.model)
  const given = waiting?.given ?? last?.features
  if (model === null || !isFeatures(given)) return null
  const misfit = findMisfit(reading, model, {})
  if (misfit === null) return null
  const { [misfit.field.name]: _, ...features } = given
  const version = waiting === null ? last?.version : waiting.pending.input['version']
  const input = { model: model.name, features, ...(version === undefined ? {} : { version }) }
  return {
    kind: 'ask',
    call: { operation: waiting?.pending.operation ?? 'predict', input },
    field: 'features',
    text: wordsOf(misfit, model, features),
    choices: misfit.choices,
    keep: { about: misfit.field.name, ...(waiting === null ? { varies: true } : {}) },
  }
}

function wordsOf(misfit: Misfit, model: KnownModel, given: FeatureRow): string {
  const others = model.signature.inputs.filter(
    ({ name, unused }) =>
      unused !== true && name !== misfit.field.name && !Object.hasOwn(given, name),
  )
  return others.length === 0 ? misfit.text : `${misfit.text} I also need ${listFields(others)}.`
}

/** The first value that does not fit an input of the model; `given` are the inputs that have one already. */
function findMisfit(reading: MessageReading, model: KnownModel, given: FeatureRow): Misfit | null {
  const mentions = findFieldMentions(model.signature, reading.tokens, () => false)
  const open = mentions.filter(({ field }) => {
    const input = model.signature.inputs[field]
    return input !== undefined && !Object.hasOwn(given, input.name)
  })
  return inexactUnit(reading, model, open) ?? wrongWord(reading, model, open)
}

/** "6 weeks" of a tenure in months: no month is a fixed number of weeks. */
function inexactUnit(
  reading: MessageReading,
  model: KnownModel,
  open: readonly FieldMention[],
): Misfit | null {
  for (const number of findNumbers(reading.tokens)) {
    const { unit } = number
    if (unit === null) continue
    for (const { field } of open) {
      const input = model.signature.inputs[field]
      const own = unitNamed(input?.unit)
      const about = own === null ? null : aboutIn(number, unit, own)
      if (input === undefined || about === null) continue
      return inexact(input, writtenNumber(reading, number), about)
    }
  }
  return null
}

function aboutIn(number: NumberMention, from: Unit, to: Unit): number | null {
  const ratio = (from.factor / to.factor) * (number.value || 0)
  if (from.family === 'clock' && to.family === 'calendar') return ratio / SECONDS_IN_A_MONTH
  if (from.family === 'calendar' && to.family === 'clock') return ratio * SECONDS_IN_A_MONTH
  return null
}

function inexact(input: InputField, written: string, about: number): Misfit {
  const near =
    input.type === 'integer'
      ? [...new Set([Math.floor(about), Math.ceil(about)])]
      : [Number(about.toPrecision(2))]
  const unit = input.unit ?? ''
  return {
    field: input,
    text: `${written} is about ${formatNumber(Number(about.toPrecision(2)))} ${unit}, but not exactly. How many ${unit} shall I take for ${input.name}?`,
    choices: near.map((value) => ({
      label: `${value} ${unit}`,
      message: `${input.name} ${value}`,
    })),
  }
}

const writtenNumber = ({ text, tokens }: MessageReading, { from, unitTo }: NumberMention) =>
  text.slice(tokens[from]?.start ?? 0, tokens[unitTo - 1]?.end ?? 0)

const ASSIGNS: ReadonlySet<string> = new Set(['=', ':'])
/** A bound or a remark follows, and no word that was meant for a value. */
const BEFORE_NUMBERS: ReadonlySet<string> = new Set(
  'between over under above below about around more less at up to roughly nearly almost the a an not no now just from'.split(
    ' ',
  ),
)
/** In a supposition these give a value as well; elsewhere they may ask for what an input is. */
const SUPPOSES: ReadonlySet<string> = new Set(['=', ':', 'is', 'was', 'were'])
const SUPPOSING =
  /^(?:(?:and|so|but|ok|okay|now|then) )*(?:what if|how about|suppose|imagine|the same)\b/

/** "tenure=abc", "contract: weekly". */
function wrongWord(
  reading: MessageReading,
  model: KnownModel,
  open: readonly FieldMention[],
): Misfit | null {
  const { tokens } = reading
  const fields = findFieldMentions(model.signature, tokens, () => false)
  const values = findValues(model.signature, tokens, () => false)
  const assigns = SUPPOSING.test(reading.whole) ? SUPPOSES : ASSIGNS
  const isTaken = (index: number) =>
    [...fields, ...values].some(({ from, to }) => index >= from && index < to)
  for (const { field, to } of open) {
    const input = model.signature.inputs[field]
    if (input === undefined || !assigns.has(tokens[to]?.word ?? '')) continue
    const first = to + 1
    if (BEFORE_NUMBERS.has(tokens[first]?.word ?? '')) continue
    let end = first
    while (end - first < MAX_WORDS && isWord(tokens[end]) && !isTaken(end)) end++
    const said = reading.text.slice(tokens[first]?.start ?? 0, tokens[end - 1]?.end ?? 0)
    const complaint = end === first ? null : complaintOf(input, said)
    if (complaint === null) continue
    const categories = isFlag(input) ? [] : (input.categories ?? [])
    const question =
      categories.length === 0
        ? `What is ${describeField(input)}?`
        : `Is it ${orSome(categories, MAX_NAMES)}?`
    return {
      field: input,
      text: `“${said}” ${complaint}. ${question}`,
      choices: categories
        .slice(0, MAX_NAMES)
        .map((category) => ({ label: category, message: `${input.name}: ${category}` })),
    }
  }
  return null
}

const orSome = (words: readonly string[], most: number) =>
  words.length > most ? joinSome(words, most) : joinWords(words, 'or')

const isWord = (token: Token | undefined) => token?.kind === 'word'

/** What the words are not; null where the input takes any words. */
function complaintOf(input: InputField, said: string): string | null {
  if (isFlag(input)) return `is neither yes nor no, which ${input.name} is`
  switch (input.type) {
    case 'float':
    case 'integer':
      return `is no number, and ${input.name} is one`
    case 'boolean':
      return `is neither yes nor no, which ${input.name} is`
    case 'category':
    case 'string': {
      const { categories, open } = input
      if (categories === undefined || open === true || categories.includes(said)) return null
      return `is none of the values of ${input.name}`
    }
  }
}
