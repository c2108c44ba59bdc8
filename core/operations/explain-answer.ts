// How an explanation reads: where the model starts, what moved it most, and bars for the rest.

import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { formatQuantity, percentWords } from '#core/presentation/numbers.ts'
import { escapeMarkdown, joinWords } from '#core/presentation/phrases.ts'
import { findTargetWords } from '#core/presentation/targets.ts'
import type { ExplainOutput } from './explain-prediction.ts'
import { sampledSentence } from './explain-sampled-answer.ts'
import { presentPrediction } from './predict-answer.ts'

const MAX_BARS = 10
/** More reasons than this in a sentence are noise. */
const MAX_REASONS = 3
/** What moved the answer less than this share of the strongest reason is not worth a word. */
const WORTH_SAYING = 0.05

type Contribution = ExplainOutput['contributions'][number]

/** What the bars add up to, said above them. */
const SCALE_TITLES = {
  log_odds: 'What moved it (log-odds)',
  log: 'What moved it (logarithm of the value)',
  value: 'What moved it',
  score: 'What moved it (score)',
  probability: 'What moved it (probability)',
  label_share: 'What speaks for the label (share of the compared rows that keep it)',
} as const satisfies Record<ExplainOutput['scale'], string>

export function presentExplanation(output: ExplainOutput): Presentation {
  const shown = output.contributions.slice(0, MAX_BARS)
  return {
    text: [
      changeSentence(output),
      reasonSentence(output),
      startSentence(output),
      sampledSentence(output),
    ]
      .filter((part) => part !== '')
      .join(' '),
    blocks: [
      ...changeBlocks(output),
      {
        kind: 'contributions',
        title: SCALE_TITLES[output.scale],
        items: shown.map((one) => ({
          label: labelOf(one),
          value: one.contribution,
        })),
        omitted: output.contributions.length - shown.length,
      },
      ...presentPrediction(output)
        .blocks.filter(({ kind }) => kind === 'fields')
        .slice(-1),
    ],
  }
}

/** `Tenure of 24 months lowers the probability of churning most; total_charges of $1,680 raises it.` */
function reasonSentence(output: ExplainOutput): string {
  const strongest = Math.abs(output.contributions[0]?.contribution ?? 0)
  const told = output.contributions
    .filter(({ contribution }) => Math.abs(contribution) > strongest * WORTH_SAYING)
    .slice(0, MAX_REASONS)
  const [first, ...rest] = told
  const isLabel = output.scale === 'label_share'
  if (first === undefined || strongest === 0) {
    if (isLabel) {
      return `The rows that this one is compared with get ${labelWords(output)} too, so no input decides it.`
    }
    return `No input moves ${subjectOf(output)}: the model answers the same for every row.`
  }
  if (isLabel) {
    const [, ...others] = told.map((one) => `${named(one)} speaks ${sideOf(one)} it`)
    const more = others.length === 0 ? '' : `; ${joinWords(others)}`
    return `**${named(first)}** speaks most ${sideOf(first)} ${labelWords(output)}${more}.`
  }
  const start = `**${named(first)}** ${verbOf(first)} ${subjectOf(output)} most`
  if (rest.length === 0) return `${start}.`
  return `${start}; ${joinWords(rest.map((one) => `${named(one)} ${verbOf(one)} it`))}.`
}

/** `From a starting point of 27% the model arrives at 23%.` */
function startSentence(output: ExplainOutput): string {
  const { scale, baseline, margin, unit } = output
  const arrives = (tell: (total: number) => string) =>
    `From a starting point of ${tell(baseline)}${startWords(output)} the model arrives at ${tell(margin)}.`
  switch (scale) {
    case 'log_odds':
      return arrives((total) => percentWords(sigmoid(total)))
    case 'log':
      return arrives((total) => formatQuantity(Math.exp(total), unit))
    case 'value':
      return arrives((total) => formatQuantity(total, unit))
    case 'probability':
      return arrives(percentWords)
    case 'label_share':
      return baseline === margin
        ? ''
        : `Of the rows that this one is compared with, ${percentWords(baseline)} get the same label.`
    case 'score':
      return ''
  }
}

/** What an exact explanation starts from; trees start from the mean over their training data, which needs no words. */
function startWords({ method, background }: ExplainOutput): string {
  if (method === 'sampled') return ''
  switch (background?.source) {
    case 'training':
      return ` (the average of ${background.rows} rows of the training data)`
    case 'centre':
      return ' (a row in the middle of what the model was trained on)'
    case 'zero':
      return ' (a row of zeros)'
    case 'text':
      return ' (a text without these words)'
    case 'ranges':
    case undefined:
      return ''
  }
}

/** `With monthly_charges of $20 instead of $70 the probability of churning is 12% instead of 23%.` */
function changeSentence(output: ExplainOutput): string {
  const { compared } = output
  if (compared === undefined) return ''
  const { before, after, changes } = compared
  if (changes.length === 0) return 'Nothing is different from the row before.'
  const told = changes
    .slice(0, MAX_REASONS)
    .map(
      (one) =>
        `${escapeMarkdown(one.name)} of ${cell(one.to, one.unit)} instead of ${cell(one.from, one.unit)}`,
    )
  const more = changes.length > told.length ? [`${changes.length - told.length} more changes`] : []
  const changed = `With ${joinWords([...told, ...more])}`
  if (saysOnlyLabels(output)) return `${changed}, ${labelChangeWords(output, before, after)}.`
  const answer = (value: number) =>
    output.class_probabilities === undefined
      ? formatQuantity(value, output.unit)
      : percentWords(value)
  return `${changed}, ${subjectOf(output)} is **${answer(after)}** instead of ${answer(before)}.`
}

/** Before and after are 1 where the answer is the label spoken of, else 0. */
function labelChangeWords(output: ExplainOutput, before: number, after: number): string {
  const label = `**${escapeMarkdown(output.explained ?? '')}**`
  if (after === 1) return `the answer ${before === 1 ? 'is still' : 'changes to'} ${label}`
  return before === 1 ? `the answer is no longer ${label}` : `the answer is still not ${label}`
}

function saysOnlyLabels({ class_probabilities }: ExplainOutput): boolean {
  return class_probabilities !== undefined && Object.keys(class_probabilities).length === 0
}

function labelWords({ explained }: ExplainOutput): string {
  return `the label ${escapeMarkdown(explained ?? '')}`
}

function sideOf({ contribution }: Contribution): string {
  return contribution < 0 ? 'against' : 'for'
}

function cell(value: Contribution['value'], unit: string | undefined): string {
  return escapeMarkdown(valueText({ value, ...(unit === undefined ? {} : { unit }) }))
}

function changeBlocks({ compared }: ExplainOutput): Block[] {
  if (compared === undefined || compared.changes.length < 2) return []
  return [
    {
      kind: 'contributions',
      title: 'What the change moved',
      items: compared.changes.map((one) => ({
        label: `${one.name}: ${valueText({ ...one, value: one.from })} → ${valueText({ ...one, value: one.to })}`,
        value: one.contribution,
      })),
      omitted: 0,
    },
  ]
}

function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin))
}

function subjectOf(output: ExplainOutput): string {
  const { explained, positive_label, target, class_probabilities } = output
  if (class_probabilities === undefined) {
    const value = explained ?? target
    return value === undefined ? 'the estimate' : `the estimated ${escapeMarkdown(value)}`
  }
  const outcome =
    findTargetWords(target, positive_label)?.outcome ?? escapeMarkdown(explained ?? '')
  // A model that only says labels has a score for each of them.
  return `the ${saysOnlyLabels(output) ? 'score' : 'probability'} of ${outcome}`
}

/** `tenure of 24 months`, and for a word of a text `“late”`, or `no “late”` where the text lacks it. */
function named(one: Contribution): string {
  const name = escapeMarkdown(one.name)
  if (one.word === undefined) return `${name} of ${escapeMarkdown(valueText(one))}`
  return one.value === null ? `no “${name}”` : `“${name}”`
}

function labelOf(one: Contribution): string {
  if (one.word === undefined) return `${one.name} = ${valueText(one)}`
  return one.value === null ? `no “${one.name}”` : `“${one.name}”`
}

function verbOf({ contribution }: Contribution): string {
  return contribution < 0 ? 'lowers' : 'raises'
}

function valueText({ value, unit }: Pick<Contribution, 'value' | 'unit'>): string {
  if (value === null) return 'missing'
  return typeof value === 'number' ? formatQuantity(value, unit, true) : String(value)
}
