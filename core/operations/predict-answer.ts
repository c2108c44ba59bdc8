// How a prediction reads: a colleague's sentence, why to trust it or not, then the numbers it rests on.

import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { formatNumber, formatQuantity, percentWords } from '#core/presentation/numbers.ts'
import { escapeMarkdown, joinWords, withArticle } from '#core/presentation/phrases.ts'
import { findTargetWords } from '#core/presentation/targets.ts'
import type { PredictOutput } from './predict.ts'

/** The answer of a yes/no question changes here; shown percentages never cross it by rounding. */
const TURNING_POINT = 0.5
const STARTS_WITH_DIGIT = /^\d/
const MAX_BARS = 10
/** Beyond this the table below says it better. */
const MAX_VALUES_IN_SENTENCE = 4
const MAX_INPUTS_SHOWN = 20

export function presentPrediction(output: PredictOutput): Presentation {
  const blocks: Block[] = []
  const bars = probabilityBars(output)
  if (bars !== null) blocks.push(bars)
  const values = valueTable(output)
  if (values !== null) blocks.push(values)
  blocks.push(inputFields(output))
  blocks.push({
    kind: 'fields',
    title: 'Answered by',
    items: [
      { label: 'Model', value: output.model },
      { label: 'Version', value: output.model_version },
    ],
  })
  return { text: sentencesOf(output), blocks }
}

function suggestionSentence([best, ...others]: readonly string[]): string {
  if (best === undefined) return 'Nothing that sounds positive enough fits this blank.'
  const more = others.length === 0 ? '' : ` Or: ${others.join(', ')}.`
  return `How about “${best}”?${more}`
}

function sentencesOf(output: PredictOutput): string {
  if (output.suggestions !== undefined) return suggestionSentence(output.suggestions)
  if (output.class_probabilities === undefined) return valueSentence(output)
  const confidence = confidenceSentence(output)
  const answer = output.probability === undefined ? classSentence(output) : riskSentence(output)
  return confidence === null ? answer : `${answer} ${confidence}`
}

/** `This customer has a 23% probability of churning (Low Risk).` */
function riskSentence(output: PredictOutput): string {
  const { probability = 0, positive_label, target, risk } = output
  const words = findTargetWords(target, positive_label)
  const subject = words?.subject ?? 'The model'
  const verb = words === null ? 'gives' : 'has'
  const outcome = words?.outcome ?? labelWords(positive_label ?? '')
  const percent = percentWords(probability, thresholdsOf(output))
  const share = STARTS_WITH_DIGIT.test(percent)
    ? `${withArticle(percent)} probability of ${outcome}`
    : `a probability of ${percent} of ${outcome}`
  return `${subject} ${verb} ${share}${risk === undefined ? '' : ` (${risk})`}.`
}

/** `**Yes**`, but `class **1**`: a bare number in a sentence would read as a count. */
function labelWords(label: string): string {
  const marked = `**${escapeMarkdown(label)}**`
  return STARTS_WITH_DIGIT.test(label) ? `class ${marked}` : marked
}

function classSentence({ predicted_label = '', class_probabilities = {} }: PredictOutput): string {
  const percent = percentWords(class_probabilities[predicted_label] ?? 0)
  return `The model's answer is ${labelWords(predicted_label)}, with a probability of ${percent}.`
}

/** Why the confidence is what it is: how far the answer stands from turning into another. */
function confidenceSentence(output: PredictOutput): string | null {
  const { confidence, class_probabilities = {}, probability, predicted_label = '' } = output
  if (confidence === undefined) return null
  const start = `Confidence is ${confidence.toLowerCase()}:`
  if (probability !== undefined) {
    const percent = percentWords(probability, thresholdsOf(output))
    const side = probability < TURNING_POINT ? 'below' : 'above'
    return `${start} ${percent} is ${distanceWords(confidence)} ${side} the 50% at which the answer would change.`
  }
  const next = ranked(class_probabilities).find(([label]) => label !== predicted_label)
  if (next === undefined) return null
  const [label, share] = next
  return `${start} the next, ${escapeMarkdown(label)}, has ${percentWords(share)}.`
}

function distanceWords(confidence: string): string {
  switch (confidence.toLowerCase()) {
    case 'high':
      return 'far'
    case 'low':
      return 'only just'
    default:
      return 'somewhat'
  }
}

/** `I estimate a price of $231,000.` */
function valueSentence({ prediction, target, unit, model }: PredictOutput): string {
  if (typeof prediction === 'object') {
    const entries = Object.entries(prediction)
    if (entries.length > MAX_VALUES_IN_SENTENCE) {
      return `The ${model} model answers ${entries.length} values at once.`
    }
    const values = entries.map(
      ([name, value]) => `${escapeMarkdown(name)} of ${formatQuantity(value, unit)}`,
    )
    return `I estimate ${joinWords(values)}.`
  }
  const value =
    typeof prediction === 'number' ? formatQuantity(prediction, unit) : escapeMarkdown(prediction)
  if (target === undefined) return `I estimate ${value}.`
  return `I estimate ${withArticle(target)} of ${value}.`
}

function thresholdsOf({ risk_bands }: PredictOutput): number[] {
  return [TURNING_POINT, ...(risk_bands ?? []).map(({ below }) => below)]
}

function probabilityBars({ class_probabilities, predicted_label }: PredictOutput): Block | null {
  if (class_probabilities === undefined) return null
  const items = ranked(class_probabilities).slice(0, MAX_BARS)
  return {
    kind: 'bars',
    title: 'Probabilities',
    maximum: 1,
    format: 'percent',
    items: items.map(([label, value]) => ({
      label,
      value,
      ...(label === predicted_label ? { emphasised: true } : {}),
    })),
  }
}

function ranked(probabilities: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(probabilities).sort(([, left], [, right]) => right - left)
}

function valueTable({ prediction, unit }: PredictOutput): Block | null {
  if (typeof prediction !== 'object') return null
  return {
    kind: 'table',
    columns: [{ label: 'Output' }, { label: 'Value', align: 'right' }],
    rows: Object.entries(prediction).map(([name, value]) => [name, formatQuantity(value, unit)]),
  }
}

function inputFields({ inputs }: PredictOutput): Block {
  const shown = inputs.slice(0, MAX_INPUTS_SHOWN)
  const items = shown.map(({ name, value, unit }) => ({
    label: name,
    value: inputText(value, unit),
  }))
  if (inputs.length > shown.length) {
    items.push({ label: 'and', value: `${formatNumber(inputs.length - shown.length)} more` })
  }
  return { kind: 'fields', title: 'Inputs used', items }
}

function inputText(value: PredictOutput['inputs'][number]['value'], unit?: string): string {
  if (value === null) return 'missing'
  return typeof value === 'number' ? formatQuantity(value, unit, true) : String(value)
}
