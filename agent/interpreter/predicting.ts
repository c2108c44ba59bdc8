// Understands that a prediction or its explanation is wanted, of which model, and with which inputs.

import type { KnownModel } from '../language.ts'
import { bindModel, type ModelBinding, quotedTexts, singleText } from './binding.ts'
import { type DataRows, type FeatureRow, readData } from './data.ts'
import { isPlainLead } from './lead-words.ts'
import { type Context, lastModel } from './memory.ts'
import { isEverydayWord } from './models.ts'
import { ask, type Plan, run, say } from './plan.ts'
import { EXPLAIN_PATTERNS, PREDICT_PATTERN, STRONG_PREDICT_PATTERN } from './read-patterns.ts'
import { type MessageReading, readMessage } from './reading.ts'
import { askForFields, exampleRowChoices, whichModel } from './replies.ts'
import { resolveVersion } from './versions.ts'

export type Wanted = 'predict' | 'explain_prediction'

export const isPredicting = (operation: string): operation is Wanted =>
  operation === 'predict' || operation === 'explain_prediction'

/** "do not predict anything": the deed itself is forbidden, not a value ("not online"). */
const FORBIDDEN =
  /\b(?:(?:do|should|must|would|will|shall|can|could|need|may) not|never|no need|not to|without|stop|avoid|refrain from|rather not|hold off|nobody|no one)\b(?: \S+){0,6}? (?:predict\w*|scor(?:e|ing|es)|run(?:ning)?|estimat\w*|test(?:ing)?|try(?:ing)?|classif\w*|forecast\w*|do anything|evaluat\w*|comput\w*|calculat\w*|call(?:ing)?|us(?:e|ing) @\d+)\b|\bno (?:more |further |new )?(?:predict\w*|scores?|scoring|estimates?|forecasts?)\b/

export function isForbidden(reading: MessageReading): boolean {
  return reading.clauses.some(({ text }) => FORBIDDEN.test(text))
}

export function wantsExplanation(reading: MessageReading): boolean {
  return EXPLAIN_PATTERNS.some((pattern) => pattern.test(reading.whole))
}

/** Models of the message without repeats. */
export function namedModels(reading: MessageReading): readonly KnownModel[] {
  return [...new Set(reading.models.map(({ model }) => model))]
}

/** A prediction whose inputs stand in this very message; null where the message does not ask for one. */
export function planPrediction(reading: MessageReading, context: Context): Plan | null {
  if (isForbidden(reading)) return null
  const wanted: Wanted = wantsExplanation(reading) ? 'explain_prediction' : 'predict'
  return planData(reading, context, wanted) ?? planWords(reading, context, wanted)
}

function planData(reading: MessageReading, context: Context, wanted: Wanted): Plan | null {
  if (!reading.segments.some(({ kind }) => kind !== 'quote')) return null
  const named = namedModels(reading)
  const candidates = named.length > 0 ? named : context.models
  const found = candidates
    .map((model) => ({ model, data: readData(reading, model.signature) }))
    .filter((one): one is { model: KnownModel; data: DataRows } => one.data !== null)
    .sort((left, right) => suitability(right.data) - suitability(left.data))
  const [best, next] = found
  if (best === undefined) return null
  if (next !== undefined && suitability(next.data) === suitability(best.data)) {
    const last = found.find(({ model }) => model === lastModel(context))
    if (last === undefined || suitability(last.data) < suitability(best.data)) {
      const { text, choices } = whichModel(
        context,
        'are these rows for',
        (model) => `use ${model.name}`,
      )
      return say(text, choices)
    }
    return planRows(reading, last.model, last.data, wanted)
  }
  // Unnamed columns prove nothing about which model is meant.
  if (best.data.known === 0 && named.length === 0 && best.model !== lastModel(context)) return null
  return planRows(reading, best.model, best.data, wanted)
}

const suitability = (data: DataRows) => data.known - data.missing.length - data.ignored.length

function planRows(
  reading: MessageReading,
  model: KnownModel,
  data: DataRows,
  wanted: Wanted,
): Plan {
  const version = versionOf(reading, model)
  const [row, another] = data.rows
  if (row !== undefined && another === undefined) {
    return predictOrAsk(wanted, model, row, version, [])
  }
  const missing = model.signature.inputs.filter(({ name }) => data.missing.includes(name))
  const input = { model: model.name, rows: data.rows, ...version }
  if (missing.length > 0) {
    return ask('predict_batch', input, 'rows', askForFields(model, missing, 1, []))
  }
  const note =
    data.ignored.length > 0
      ? `${model.title} does not use ${data.ignored.join(', ')}, so I left that out.`
      : undefined
  return run('predict_batch', input, note)
}

export function versionOf(reading: MessageReading, model: KnownModel): { version?: number } {
  const [mention] = reading.versions
  const version = mention === undefined ? null : resolveVersion(model, mention.reference)
  return version === null ? {} : { version }
}

interface Candidate {
  readonly model: KnownModel
  readonly binding: ModelBinding
}

function planWords(reading: MessageReading, context: Context, wanted: Wanted): Plan | null {
  const named = namedModels(reading)
  const rows = planTexts(reading, named) ?? planLines(reading, named)
  if (rows !== null) return rows
  const chosen = named.length > 0 ? chooseNamed(reading, named) : chooseByFields(reading, context)
  if (chosen === null) return null
  const { model, binding } = chosen
  if (binding.bound === 0 && binding.conflicts.length === 0) {
    return named.length > 0 && wanted === 'predict' ? planEmpty(reading, chosen) : null
  }
  if (named.length > 0 && !isEnough(reading, chosen)) return null
  return predictOrAsk(wanted, model, binding.features, versionOf(reading, model), binding.conflicts)
}

/** Several quotations for a model of texts are several rows. */
function planTexts(reading: MessageReading, named: readonly KnownModel[]): Plan | null {
  const [model] = named
  if (model === undefined || named.length > 1) return null
  const input = singleText(model)
  const texts = quotedTexts(reading)
  if (input === null || texts.length < 2) return null
  return run('predict_batch', {
    model: model.name,
    rows: texts.map((text) => ({ [input.name]: text })),
  })
}

const LIST_MARK = /^\s*(?:[-*•]|\d{1,3}[.)])\s+/

/** One row on each line, every one of them whole; lines without any input are only words around them. */
function planLines(reading: MessageReading, named: readonly KnownModel[]): Plan | null {
  const [model] = named
  const broken = reading.text.split('\n')
  const lines = broken.length > 1 ? broken : reading.text.split(';')
  if (model === undefined || named.length > 1 || lines.length < 2) return null
  const text = singleText(model)
  if (text !== null) {
    const items = lines.filter((line) => LIST_MARK.test(line))
    if (items.length < 2) return null
    const rows = items.map((line) => ({ [text.name]: line.replace(LIST_MARK, '').trim() }))
    return run('predict_batch', { model: model.name, rows })
  }
  const bindings = lines
    .map((line) => bindModel(readMessage(line.replace(LIST_MARK, ''), [model]), model))
    .filter(({ bound, conflicts }) => bound > 0 || conflicts.length > 0)
  if (bindings.length < 2 || !bindings.every(({ complete }) => complete)) return null
  return run('predict_batch', {
    model: model.name,
    rows: bindings.map(({ features }) => ordered(model, features)),
    ...versionOf(reading, model),
  })
}

/** Among the models named, the one that the values suit best; the first named where none stands out. */
function chooseNamed(reading: MessageReading, named: readonly KnownModel[]): Candidate | null {
  const candidates = named.map((model) => ({ model, binding: bindModel(reading, model) }))
  return candidates.reduce<Candidate | null>(
    (best, candidate) =>
      best === null || candidate.binding.bound > best.binding.bound ? candidate : best,
    null,
  )
}

/** With a model named by an everyday word, one stray value is no request ("the price went up 3 %"). */
function isEnough(reading: MessageReading, { model, binding }: Candidate): boolean {
  if (binding.complete || binding.named > 0 || binding.conflicts.length > 0) return true
  const everyday = reading.models
    .filter((mention) => mention.model === model)
    .every((mention) => isEverydayWord(mention, reading.tokens))
  return !everyday || STRONG_PREDICT_PATTERN.test(reading.whole)
}

/** "predict churn" with nothing given: everything is asked for, where it is plain that a prediction is wanted. */
function planEmpty(reading: MessageReading, { model, binding }: Candidate): Plan | null {
  if (AS_VERB.test(reading.whole) && !isEveryday(reading, model)) {
    return predictOrAsk('predict', model, {}, versionOf(reading, model), [])
  }
  if (!STRONG_PREDICT_PATTERN.test(reading.whole)) {
    const called = binding.mentioned.length > 0 && PREDICT_PATTERN.test(reading.whole)
    if (!called && binding.leftovers === 0) return null
    if (binding.leftovers > 0 && isEveryday(reading, model)) return null
  } else if (isEveryday(reading, model) && binding.mentioned.length === 0) {
    if (!CORE_PREDICT.test(reading.whole)) return null
  }
  return predictOrAsk('predict', model, {}, versionOf(reading, model), [])
}

/** "will she churn?": the model's name as what somebody does. */
const AS_VERB =
  /\b(?:will|would|could|might|is|are) (?:he|she|they|(?:the|this|that|a|my|our) \w+)(?: (?:going|likely|about) to)? @\d+ \?/

const CORE_PREDICT =
  /\b(?:predict\w*|estimat\w*|forecast\w*|classify\w*|scor(?:e|ing)|apprais\w*)\b|@\d+ (?:model|check|score|prediction|estimate|risk|analysis)\b/

const isEveryday = (reading: MessageReading, model: KnownModel) =>
  reading.models
    .filter((mention) => mention.model === model)
    .every((mention) => isEverydayWord(mention, reading.tokens))

/** No model is named: the fields that were called tell which one, if only one comes into question. */
function chooseByFields(reading: MessageReading, context: Context): Candidate | null {
  const last = lastModel(context)
  const candidates = context.models
    .map((model) => ({ model, binding: bindModel(reading, model) }))
    .filter((candidate) => isLikely(reading, candidate, last))
    .sort((left, right) => weight(right, last) - weight(left, last))
  const [best, next] = candidates
  if (best === undefined) return null
  return next !== undefined && weight(next, last) === weight(best, last) ? null : best
}

function weight({ model, binding }: Candidate, last: KnownModel | null): number {
  const share = binding.bound / Math.max(1, model.signature.inputs.length)
  return (
    binding.named * 2 +
    binding.bound +
    share +
    (binding.complete ? 2 : 0) -
    binding.leftovers +
    (model === last ? 0.5 : 0) +
    (model.live === null ? -0.25 : 0)
  )
}

function isLikely(
  reading: MessageReading,
  { model, binding }: Candidate,
  last: KnownModel | null,
): boolean {
  if (singleText(model) !== null) return isLikelyText(reading, model, binding, last)
  if (binding.complete && (binding.named > 0 || model === last)) return true
  if (binding.named >= 2) return true
  if (binding.named !== 1 || binding.leftovers > 0) return false
  return PREDICT_PATTERN.test(reading.whole) || reading.tokens.length <= MAX_BARE_TOKENS
}

/** "tenure 24" is about a prediction; in a longer sentence one value may be anything. */
const MAX_BARE_TOKENS = 4

/** A text model needs a quotation and a word of its own: one of its classes, its input, or what it predicts. */
function isLikelyText(
  reading: MessageReading,
  model: KnownModel,
  binding: ModelBinding,
  last: KnownModel | null,
): boolean {
  if (!binding.complete || quotedTexts(reading).length === 0) return false
  if (binding.named > 0 || (model === last && isPlainLead(reading))) return true
  const { classes = [], target } = model.signature
  const words = new Set(reading.tokens.map(({ word }) => word))
  return [...classes, target ?? model.name].some((word) => words.has(word.toLowerCase()))
}

/** Runs where everything is there, else asks for exactly what is missing. */
export function predictOrAsk(
  wanted: Wanted,
  model: KnownModel,
  features: FeatureRow,
  version: { version?: number },
  conflicts: readonly string[],
  focus?: string,
): Plan {
  const missing = missingInputs(model, features)
  const input = { model: model.name, features: ordered(model, features), ...version }
  if (missing.length > 0) {
    const given = Object.keys(features).length
    const text = askForFields(model, missing, given, conflicts)
    return ask(wanted, input, 'features', text, exampleRowChoices(model, missing, given))
  }
  const plan = run(wanted, input)
  return plan.kind === 'run' && focus !== undefined ? { ...plan, focus } : plan
}

/** What is still to be asked for; an input that the model does not look at never is. */
export const missingInputs = (model: KnownModel, features: FeatureRow) =>
  model.signature.inputs.filter(
    ({ name, unused }) => unused !== true && !Object.hasOwn(features, name),
  )

/** Inputs of the model in its order, then what it does not know, for the operation to name. */
function ordered(model: KnownModel, features: FeatureRow): FeatureRow {
  const names = model.signature.inputs.map(({ name }) => name)
  const known = names.filter((name) => Object.hasOwn(features, name))
  const unknown = Object.keys(features).filter((name) => !names.includes(name))
  return Object.fromEntries([...known, ...unknown].map((name) => [name, features[name] ?? null]))
}
