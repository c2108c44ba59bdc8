// How sure a sampled explanation is, and what it compared the row with, in words.

import { formatNumber, formatQuantity } from '#core/presentation/numbers.ts'
import { escapeMarkdown, joinWords } from '#core/presentation/phrases.ts'
import type { ExplainOutput } from './explain-prediction.ts'

/** An error is itself an estimate. */
const ERROR_DIGITS = 2

/** More names than this in a sentence are a list. */
const MAX_NAMES = 3

/** `These are estimates from sampling, give or take 0.4 points, compared with …`; nothing for an exact explanation. */
export function sampledSentence({
  method,
  scale,
  contributions,
  background,
  unit,
}: ExplainOutput): string {
  if (method === 'exact') return ''
  const worst = Math.max(0, ...contributions.map(({ error = 0 }) => error))
  const isShare = scale === 'probability' || scale === 'label_share'
  const told = Number((isShare ? worst * 100 : worst).toPrecision(ERROR_DIGITS))
  const error = isShare
    ? `${formatNumber(told)} ${told === 1 ? 'point' : 'points'}`
    : formatQuantity(told, unit, true)
  const giveOrTake = told === 0 ? '' : `, give or take ${error}`
  return `These are estimates from sampling${giveOrTake}${backgroundWords(background, contributions)}.`
}

function backgroundWords(
  background: ExplainOutput['background'],
  contributions: ExplainOutput['contributions'],
): string {
  switch (background?.source) {
    case 'training':
      return `, compared with ${background.rows} rows of the training data`
    case 'ranges':
      return ', compared with values spread over the range of each input'
    case 'text':
      return ', compared with the text without the word'
    case 'centre':
      return ', compared with a row in the middle of what the model was trained on'
    case 'zero':
      return zeroWords(background.unknown ?? [], contributions)
    case undefined:
      return ''
  }
}

/** Nobody should take zeros for customers whom the model has seen. */
function zeroWords(
  unknown: readonly string[],
  contributions: ExplainOutput['contributions'],
): string {
  const fields = new Set(contributions.map(({ name, word }) => word ?? name))
  if (unknown.length >= fields.size) {
    return ', compared with zeros: the model’s file does not say what its inputs usually are'
  }
  const named = unknown.slice(0, MAX_NAMES).map(escapeMarkdown)
  const more = unknown.length > MAX_NAMES ? [`${unknown.length - MAX_NAMES} more`] : []
  const verb = unknown.length === 1 ? 'is' : 'are'
  return `, compared with a row in the middle of what the model was trained on, but with 0 for ${joinWords([...named, ...more])}: the model’s file does not say what ${unknown.length === 1 ? 'it' : 'they'} usually ${verb}`
}
