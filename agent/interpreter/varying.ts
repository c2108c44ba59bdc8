// "the same but thirty months", "and with 12?", "6 months more": the last prediction with something changed.

import type { KnownModel } from '../language.ts'
import { bindModel } from './binding.ts'
import { type FeatureRow, isFeatures } from './data.ts'
import { type Context, modelNamed } from './memory.ts'
import { type Plan, say } from './plan.ts'
import { namedModels, predictOrAsk } from './predicting.ts'
import { STRONG_PREDICT_PATTERN } from './read-patterns.ts'
import type { MessageReading } from './reading.ts'
import { findValues, valueFor } from './values.ts'

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
  const version = last.version === undefined ? {} : { version: last.version }
  const relative = changeRelatively(reading, model, last.features)
  if (relative !== null) {
    return predictOrAsk('predict', model, relative.features, version, [], relative.field)
  }
  const binding = bindModel(reading, model)
  if (binding.leftovers > 0 && binding.bound > 0) return null
  if (binding.conflicts.length > 0) {
    const rest = Object.fromEntries(
      Object.entries(last.features).filter(([name]) => !binding.conflicts.includes(name)),
    )
    return predictOrAsk('predict', model, rest, version, binding.conflicts)
  }
  if (binding.bound > 0) {
    if (!marked && binding.named === 0) return null
    const focus = binding.bound === 1 ? Object.keys(binding.features)[0] : undefined
    return predictOrAsk(
      'predict',
      model,
      { ...last.features, ...binding.features },
      version,
      [],
      focus,
    )
  }
  return varyFocus(reading, model, last, version)
}

const SAME = /\b(?:same|instead|what about|how about|what if|but|again)\b/

const FOCUS_FILLERS: ReadonlySet<string> = new Set(
  `and with for what about if how it is was were but at to of now then instead try make same the or a say let us maybe ok okay please only
  just had its i mean back go he she they paid pays pay earns has were being use take another one again that`.split(
    /\s+/,
  ),
)

/** "and with 12?": the input that was changed last changes again; which one it is must be plain. */
function varyFocus(
  reading: MessageReading,
  model: KnownModel,
  last: NonNullable<Context['state']['lastPrediction']>,
  version: { version?: number },
): Plan | null {
  const values = findValues(model.signature, reading.tokens, () => false)
  const [value, another] = values
  if (value === undefined || another !== undefined || value.kind !== 'number') return null
  const plain = reading.tokens.every(
    (token, index) =>
      (index >= value.from && index < value.end) ||
      token.kind === 'mark' ||
      FOCUS_FILLERS.has(token.word),
  )
  if (!plain) return null
  const { inputs } = model.signature
  const [only, second] = inputs
  const field =
    inputs.find(({ name }) => name === last.focus) ?? (second === undefined ? only : undefined)
  if (field === undefined) {
    return say(
      `Which input of ${model.title} shall be ${value.number.value}?`,
      inputs.slice(0, 6).map(({ name }) => ({
        label: name,
        message: `the same but ${name} ${value.number.value}`,
      })),
    )
  }
  const features = { ...last.features, [field.name]: valueFor(value, field) } as FeatureRow
  return predictOrAsk('predict', model, features, version, [], field.name)
}

const MORE =
  /\b(?:more|longer|higher|extra|additional|older|bigger|larger|increase|increased|raise|raised|add|plus|up by|grow|grew)\b/
const LESS =
  /\b(?:less|fewer|shorter|lower|lowered|younger|smaller|decrease|decreased|reduce|reduced|cut|minus|subtract|down by|drop|dropped)\b/
const DOUBLE = /\b(?:double|doubled|twice)\b/
const HALF = /\b(?:halve|halved|half)\b/
const BY =
  /\bby\b|\b(?:more|less|fewer|longer|shorter|extra|additional|older|younger|higher|lower)\b/

/** "6 months more", "monthly charges 10% lower", "double the tenure": null where nothing of the kind is said. */
function changeRelatively(
  reading: MessageReading,
  model: KnownModel,
  before: FeatureRow,
): { features: FeatureRow; field: string } | null {
  const { whole } = reading
  const factor = DOUBLE.test(whole) ? 2 : HALF.test(whole) ? 0.5 : null
  const direction = MORE.test(whole) ? 1 : LESS.test(whole) ? -1 : null
  const binding = bindModel(reading, model)
  const [field, another] = factor === null ? Object.keys(binding.features) : binding.mentioned
  if (field === undefined || another !== undefined) return null
  const old = before[field]
  if (typeof old !== 'number') return null
  if (factor !== null) return { features: { ...before, [field]: old * factor }, field }
  const step = binding.features[field]
  if (direction === null || !BY.test(whole) || typeof step !== 'number') return null
  const percent = PERCENT.test(reading.text)
  const value = percent ? old * (1 + (direction * step) / 100) : old + direction * step
  return { features: { ...before, [field]: Number(value.toPrecision(12)) }, field }
}

const PERCENT = /%|\bper ?cent\b/i
