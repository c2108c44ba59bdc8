// How a what-if reads: the answer for the changed row beside the one before, and what was changed.

import type { Scalar } from '#core/model.ts'
import { formatQuantity, percentWords } from '#core/presentation/numbers.ts'
import { escapeMarkdown, joinWords } from '#core/presentation/phrases.ts'
import type { PredictOutput } from './predict.ts'

/** What is left of an answer once it is said: enough to compare the next one with it. */
export interface KnownAnswer {
  readonly model_version: string
  readonly prediction: number | string
  readonly predicted_label?: string | undefined
  /** Probability of the label that was answered. */
  readonly share?: number | undefined
  /** Probability of the class that is asked about. */
  readonly probability?: number | undefined
  readonly risk?: string | undefined
}

/** More changes than this are counted, not told. */
const MAX_TOLD = 4
/** Longer texts are called by the name of their input. */
const MAX_TEXT_CHARACTERS = 40

type Row = Readonly<Record<string, Scalar>>

/** Null for several values at once: there is no one number to compare. */
export function knownAnswer(output: PredictOutput): KnownAnswer | null {
  const { prediction, predicted_label, probability, risk, model_version } = output
  if (typeof prediction === 'object') return null
  const share =
    predicted_label === undefined ? undefined : output.class_probabilities?.[predicted_label]
  return {
    model_version,
    prediction,
    ...(predicted_label === undefined ? {} : { predicted_label }),
    ...(share === undefined ? {} : { share }),
    ...(probability === undefined ? {} : { probability }),
    ...(risk === undefined ? {} : { risk }),
  }
}

/**
 * `That is 12% instead of 23%: monthly_charges of $20 instead of $70 lowers it.` Null where the two cannot be compared:
 * another version answered, or one of them is no single value.
 */
export function compareAnswers(
  before: { readonly answer: KnownAnswer; readonly features: Row },
  after: PredictOutput,
): string | null {
  const answer = knownAnswer(after)
  if (answer === null || answer.model_version !== before.answer.model_version) return null
  const changes = changesOf(before.features, after)
  if (answer.probability !== undefined && before.answer.probability !== undefined) {
    const shown = percentsOf(before.answer.probability, answer.probability, after)
    const moved = answer.probability - before.answer.probability
    const stays = shown.from === shown.to && before.answer.risk === answer.risk
    const told = valueChange(shown, moved, changes)
    return stays ? told : `${told}${bandChange(before.answer, answer)}`
  }
  if (answer.predicted_label !== undefined && before.answer.predicted_label !== undefined) {
    return labelChange(before.answer, answer, changes)
  }
  if (typeof answer.prediction !== 'number' || typeof before.answer.prediction !== 'number') {
    return null
  }
  const shown = {
    from: formatQuantity(before.answer.prediction, after.unit),
    to: formatQuantity(answer.prediction, after.unit),
  }
  return valueChange(shown, answer.prediction - before.answer.prediction, changes)
}

interface Changes {
  readonly count: number
  readonly words: string
}

function changesOf(from: Row, after: PredictOutput): Changes {
  const told = after.inputs.flatMap(({ name, value, unit }) => {
    const old = from[name] ?? null
    return old === value ? [] : [changeWords(name, old, value, unit)]
  })
  const more = told.length > MAX_TOLD ? [`${told.length - MAX_TOLD} more changes`] : []
  return { count: told.length, words: joinWords([...told.slice(0, MAX_TOLD), ...more]) }
}

function changeWords(name: string, from: Scalar, to: Scalar, unit: string | undefined): string {
  const label = escapeMarkdown(name)
  if ([from, to].some((value) => typeof value === 'string' && value.length > MAX_TEXT_CHARACTERS)) {
    return `another ${label}`
  }
  if (to === null) return `a missing ${label} instead of ${valueWords(from, unit)}`
  const joint = typeof to === 'number' ? ' of' : ''
  return `${label}${joint} ${valueWords(to, unit)} instead of ${valueWords(from, unit)}`
}

function valueWords(value: Scalar, unit: string | undefined): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string'
    ? `“${escapeMarkdown(value)}”`
    : formatQuantity(value, unit, true)
}

/** Two answers closer than this are told as the same: more decimals would pretend to a precision that no model has. */
const WORTH_TELLING = 0.001

/** With as many decimals as it takes to tell the two apart, and to stay on their side of every band. */
function percentsOf(
  from: number,
  to: number,
  { risk_bands = [] }: Pick<PredictOutput, 'risk_bands'>,
) {
  const between = Math.abs(to - from) < WORTH_TELLING ? [] : [(from + to) / 2]
  const thresholds = [...between, ...risk_bands.map(({ below }) => below)]
  return { from: percentWords(from, thresholds), to: percentWords(to, thresholds) }
}

function valueChange(
  shown: { readonly from: string; readonly to: string },
  moved: number,
  changes: Changes,
): string {
  if (changes.count === 0) return `Nothing is different: that stays at ${shown.to}.`
  if (shown.from === shown.to) {
    const verb = changes.count > 1 ? 'make' : 'makes'
    const little = moved === 0 ? 'no difference' : 'hardly a difference'
    return `That stays at ${shown.to}: ${changes.words} ${verb} ${little}.`
  }
  const verb = moved < 0 ? 'lower' : 'raise'
  const told = changes.count > 1 ? `${changes.words} together ${verb}` : `${changes.words} ${verb}s`
  return `That is ${shown.to} instead of ${shown.from}: ${told} it.`
}

function bandChange(before: KnownAnswer, after: KnownAnswer): string {
  const turned =
    before.predicted_label === after.predicted_label
      ? ''
      : ` The answer turns from ${labelWords(before)} to ${labelWords(after)}.`
  if (before.risk === undefined || after.risk === undefined) return turned
  const band =
    before.risk === after.risk
      ? ` It stays ${after.risk}.`
      : ` It moves from ${before.risk} to ${after.risk}.`
  return `${band}${turned}`
}

/** `It turns from **setosa** (97%) to **virginica** (62%) with petal_length of 5 cm instead of 1.4 cm.` */
function labelChange(before: KnownAnswer, after: KnownAnswer, changes: Changes): string {
  const shares = sharesOf(before, after)
  if (changes.count === 0) return `Nothing is different: it stays ${labelWords(after)}.`
  if (before.predicted_label !== after.predicted_label) {
    const told = (answer: KnownAnswer, share: string | null) =>
      `${labelWords(answer)}${share === null ? '' : ` (${share})`}`
    return `It turns from ${told(before, shares?.from ?? null)} to ${told(after, shares?.to ?? null)} with ${changes.words}.`
  }
  const stays = `With ${changes.words} it stays ${labelWords(after)}`
  if (shares === null) return `${stays}.`
  if (shares.from === shares.to) return `${stays}, at ${shares.to} as before.`
  const surer = (after.share ?? 0) > (before.share ?? 0) ? 'surer' : 'less sure'
  return `${stays}, ${surer} than before: ${shares.to} instead of ${shares.from}.`
}

function sharesOf(before: KnownAnswer, after: KnownAnswer) {
  if (before.share === undefined || after.share === undefined) return null
  return percentsOf(before.share, after.share, {})
}

const labelWords = ({ predicted_label = '' }: KnownAnswer) =>
  `**${escapeMarkdown(predicted_label)}**`
