// Messages that lean on what was said before: answers to a question, "the same but thirty months", "and iris?".

import type { InputField, Scalar } from '#core/model.ts'
import type { KnownModel } from '../language.ts'
import { bindModel, inOrder, quotedTexts, singleText } from './binding.ts'
import { type FeatureRow, isFeatures } from './data.ts'
import { type Context, modelNamed } from './memory.ts'
import { isCovered, phraseSet, splitWords } from './phrases.ts'
import { type Plan, run, say } from './plan.ts'
import {
  isPredicting,
  missingInputs,
  namedModels,
  predictOrAsk,
  wantsExplanation,
} from './predicting.ts'
import type { MessageReading } from './reading.ts'
import { holdsStep, readRelative } from './relative.ts'
import { noSuchVersion, orderSentence } from './replies.ts'
import { placeBare, placeNamed, placeRest, UNKNOWN } from './unplaced.ts'
import { findValues, suits, type ValueMention, valueFor } from './values.ts'
import { oneStep } from './varying.ts'
import { resolveVersion } from './versions.ts'
import { findFieldMentions } from './vocabulary.ts'

/** An answer to "I still need …", or null where the message is none. */
export function continuePrediction(reading: MessageReading, context: Context): Plan | null {
  const pending = context.state.pendingQuestion
  if (pending === null || !isPredicting(pending.operation) || pending.field !== 'features') {
    return null
  }
  const model = modelNamed(context, pending.input['model'])
  const given = pending.input['features']
  if (model === null || !isFeatures(given)) return null
  const named = namedModels(reading)
  if (named.some((other) => other !== model)) return null
  const finish = (features: FeatureRow, conflicts: readonly string[] = []) =>
    placeRest(pending, model, { ...given, ...features }, conflicts, Object.values(features))
  const missing = missingInputs(model, given)
  const text = singleText(model)
  if (text !== null) return answeredText(reading, text, finish)
  // "200 sqft bigger" of what was given already; nothing of it is a value by itself.
  const relative = readRelative(reading, model, given, undefined)
  if (relative?.kind === 'changed') return finish({ [relative.field.name]: relative.value })
  if (relative === null && holdsStep(reading, model)) return oneStep(model)
  const binding = bindModel(reading, model)
  const listed = binding.named === 0 ? answeredInOrder(reading, model, missing) : null
  if (listed !== null) return finish(listed)
  if (binding.bound > 0 || binding.conflicts.length > 0) {
    return finish(binding.features, binding.conflicts)
  }
  if (wantsExplanation(reading)) return null
  const called = isOnlyFields(reading, model) ? binding.mentioned : []
  if (called.length > 0) return placeNamed(pending, model, given, called)
  // A value that could be for any of several inputs: which one is asked rather than guessed.
  return isOnlyValues(reading, model, LOOSE_FILLERS)
    ? placeBare(pending, model, given, textsOf(reading, model))
    : null
}

/** Whole sentences are the text asked for, quoted or not. */
function answeredText(
  reading: MessageReading,
  input: InputField,
  finish: (features: FeatureRow) => Plan,
): Plan | null {
  const quotes = quotedTexts(reading)
  const [quote] = quotes
  if (quotes.length === 1 && quote !== undefined) return finish({ [input.name]: quote })
  const text = reading.text.trim()
  return text === '' ? null : finish({ [input.name]: text })
}

/** Words around an answer that add nothing to it. */
const ANSWER_FILLERS: ReadonlySet<string> = new Set(
  `it is its was that is they are the a an and i think about around roughly maybe ok okay sure yes please pls here you go value values should be
  would be say let us use take make approximately exactly just oh hmm hm well so then of for customer total months usd dollars in my
  his her their with with_ i guess probably sorry hi thanks thank you @ # all only like`.split(
    /\s+/,
  ),
)
const ANSWER_MARKS: ReadonlySet<string> = new Set([
  ',',
  '.',
  ':',
  ';',
  '!',
  '\n',
  '(',
  ')',
  '-',
  '=',
  '~',
  '[',
  ']',
  '/',
])

/** "1680", "it's $1,680", "24, 70, 1680": as many values as are missing, and nothing else said. */
function answeredInOrder(
  reading: MessageReading,
  model: KnownModel,
  missing: readonly InputField[],
): Record<string, Scalar> | null {
  if (!isOnlyValues(reading, model)) return null
  const values = findValues(model.signature, reading.tokens, () => false)
  if (values.length === missing.length) return inSignatureOrder(model, missing, values)
  // "yes, 1680": the yes opens the answer and is no value of it.
  const [first, ...rest] = values
  return first?.kind === 'boolean' && rest.length === missing.length
    ? inSignatureOrder(model, missing, rest)
    : null
}

/** Nothing is said but values and words that add nothing to them. */
function isOnlyValues(
  reading: MessageReading,
  model: KnownModel,
  also: ReadonlySet<string> = NOTHING_MORE,
): boolean {
  const values = findValues(model.signature, reading.tokens, () => false)
  return values.length > 0 && isPlain(reading, values, also)
}

const NOTHING_MORE: ReadonlySet<string> = new Set()
/** "and with 12?": not an answer by itself, but a value all the same. */
const LOOSE_FILLERS: ReadonlySet<string> = new Set(
  'and what how if then one field input number ?'.split(' '),
)

/** "tenure", "it is the tenure": inputs called, and nothing else said. */
function isOnlyFields(reading: MessageReading, model: KnownModel): boolean {
  const fields = findFieldMentions(model.signature, reading.tokens, () => false)
  return (
    fields.length > 0 &&
    isPlain(
      reading,
      fields.map(({ from, to }) => ({ from, end: to })),
      LOOSE_FILLERS,
    )
  )
}

function isPlain(
  reading: MessageReading,
  spans: readonly { readonly from: number; readonly end: number }[],
  also: ReadonlySet<string>,
): boolean {
  return reading.tokens.every(
    (token, index) =>
      spans.some(({ from, end }) => index >= from && index < end) ||
      also.has(token.word) ||
      (token.kind === 'mark' ? ANSWER_MARKS.has(token.word) : ANSWER_FILLERS.has(token.word)),
  )
}

/** The values of the message as they were written, unit included. */
function textsOf(reading: MessageReading, model: KnownModel): readonly string[] {
  return findValues(model.signature, reading.tokens, () => false).map(({ kind, from, end }) =>
    kind === 'missing'
      ? UNKNOWN
      : reading.text.slice(reading.tokens[from]?.start ?? 0, reading.tokens[end - 1]?.end ?? 0),
  )
}

function inSignatureOrder(
  model: KnownModel,
  missing: readonly InputField[],
  values: readonly ValueMention[],
): Record<string, Scalar> | null {
  const only = missing.length === 1 ? missing[0] : undefined
  const value = values[0]
  if (only !== undefined && value !== undefined) {
    const field = model.signature.inputs.indexOf(only)
    return suits(value, only, field) === null ? null : { [only.name]: valueFor(value, only) }
  }
  return inOrder(missing, values)
}

const SWITCH = phraseSet(
  'actually|no|i meant|i mean|rather|instead|sorry|oops|wait|and|what|how|about|for|of|ok|okay|so|now|then|also|same|the|with|on|or|but|thing|question|again|too|as well|please|is|it|do|show|me|tell|in|case|to|well|hm|hmm|my|our|model|one|?|,|.|!',
)
const MODEL_MARK = /@\d+/g
const isSwitch = (reading: MessageReading) => {
  const words = splitWords(reading.whole.replace(MODEL_MARK, ''))
  return words.length === 0 || isCovered(words, SWITCH)
}

const TOO = /\b(?:too|as well|also|same)\b/

/** "churn" in answer to "which model?": the request that was waiting for it, and only in the very next turn. */
export function answerModel(reading: MessageReading, context: Context): Plan | null {
  const pending = context.state.pendingQuestion
  const [model, another] = namedModels(reading)
  if (pending?.field !== 'model' || model === undefined || another !== undefined) return null
  if (!isSwitch(reading)) return null
  if (pending.operation !== 'promote_version') {
    return run(pending.operation, { ...pending.input, model: model.name })
  }
  const asked = pending.input['version']
  const version =
    typeof asked === 'number' ? asked : resolveVersion(model, { kind: 'steps', steps: -1 })
  return version === null
    ? noSuchVersion(model)
    : run('promote_version', { model: model.name, version })
}

/** "and iris?": what was done last, now with another model. Only reading repeats itself; orders are asked about. */
export function switchModel(reading: MessageReading, context: Context): Plan | null {
  const [model, another] = namedModels(reading)
  if (model === undefined || another !== undefined || !isSwitch(reading)) return null
  const { lastCall: last, pendingQuestion } = context.state
  if (pendingQuestion?.field === 'features' && isPredicting(pendingQuestion.operation)) {
    return predictOrAsk(pendingQuestion.operation, model, {}, {}, [])
  }
  if (last === null) return run('describe_model', { model: model.name })
  switch (last.operation) {
    case 'describe_model':
    case 'list_versions':
    case 'model_metrics':
    case 'check_drift':
      return run(last.operation, { model: model.name })
    case 'predict':
    case 'explain_prediction':
      return predictOrAsk('predict', model, {}, {}, [])
    case 'undeploy_model':
    case 'deploy_model':
    case 'delete_model': {
      const order = orderSentence(last.operation, model)
      if (TOO.test(reading.whole) && !reading.whole.includes('?')) {
        if (last.operation === 'undeploy_model') return run('undeploy_model', { model: model.name })
        if (last.operation === 'delete_model') return run('delete_model', { model: model.name })
      }
      return say(`Shall I ${order}?`, [{ label: order, message: order }])
    }
    default:
      return run('describe_model', { model: model.name })
  }
}
