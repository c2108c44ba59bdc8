// What is said of drift: a verdict in a sentence, what moved, and how right the model has been.

import { LEAST_ROWS } from '#core/monitoring/drift.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { formatNumber, formatShare } from '#core/presentation/numbers.ts'
import { countOf, escapeMarkdown, joinSome } from '#core/presentation/phrases.ts'
import type { CheckedDrift } from './check-drift.ts'

type Column = CheckedDrift['features'][number]

const MAX_NAMED = 4
const MAX_ROWS = 20
const MAX_BARS = 10

const VERDICT_WORDS = {
  stable: 'stable',
  shifting: 'shifting',
  drifted: 'drifted',
  too_few_rows: 'too few rows',
} as const satisfies Record<Column['verdict'], string>

export function presentDrift(drift: CheckedDrift): Presentation {
  const columns = columnsOf(drift)
  const blocks: Block[] = []
  const moved = columns.filter(({ psi_beyond_chance }) => psi_beyond_chance > 0).slice(0, MAX_BARS)
  if (moved.length > 0) {
    blocks.push({
      kind: 'bars',
      title: 'Change since training (PSI beyond chance; 0.25 is much)',
      maximum: Math.max(...moved.map(({ psi_beyond_chance }) => psi_beyond_chance)),
      format: 'number',
      items: moved.map(({ name, psi_beyond_chance, verdict }) => ({
        label: name,
        value: psi_beyond_chance,
        emphasised: verdict === 'drifted',
      })),
    })
  }
  if (columns.length > 0 && drift.verdict !== 'too_few_rows') blocks.push(columnTable(columns))
  blocks.push(...liveBlocks(drift))
  return { text: `${sentence(drift)}${answersAlone(drift)}${liveSentence(drift)}`, blocks }
}

/** Most changed first. */
function columnsOf({ features, predictions }: CheckedDrift): readonly Column[] {
  const all = predictions === null ? features : [...features, predictions]
  return [...all].sort((left, right) => right.psi_beyond_chance - left.psi_beyond_chance)
}

function sentence(drift: CheckedDrift): string {
  const { model, version, verdict, answers, reference_rows } = drift
  const compared = `the last ${countOf(answers, 'prediction')} that I kept in mind with ${countOf(reference_rows, 'row')} of its training data`
  switch (verdict) {
    case 'drifted':
      return `Yes, **${model} is drifting**: I compared ${compared}, and ${movedWords(drift)}. Look at where these values come from; if they are right, train it again with newer rows.`
    case 'shifting':
      return `${model} is shifting a little: I compared ${compared}, and ${movedWords(drift)}. Watch it, or train it again with newer rows.`
    case 'stable':
      return `No, ${model} looks stable: I compared ${compared}, and found no change that is both certain and large.`
    case 'too_few_rows':
      return `Too early to say whether ${model} is drifting: I have ${countOf(answers, 'prediction')} of version ${version} and ${countOf(reference_rows, 'row')} of its training data, and compare from ${LEAST_ROWS} of each. Ask again when it has answered more.`
    case 'no_reference':
      return `I have nothing to compare ${model} with: version ${version} came without rows of its training data. Train it with Parley and it has them; until then, outcomes posted to \`/api/models/${model}/outcomes\` show how right it is.`
    case 'not_watched':
      return `Predictions are not watched here (PARLEY_PREDICTION_LOG is off), so I cannot tell whether ${model} is drifting.`
  }
}

/** After a start, and for the command line beside a server, only what is in the log is known. */
function answersAlone({ rows, answers, reference_rows }: CheckedDrift): string {
  if (rows >= LEAST_ROWS || answers < LEAST_ROWS || reference_rows < LEAST_ROWS) return ''
  return ` That is about its answers alone: the inputs of ${rows === 0 ? 'these predictions' : 'most of these predictions'} were not kept (PARLEY_PREDICTION_LOG=rows keeps them).`
}

function movedWords(drift: CheckedDrift): string {
  const names = (verdict: Column['verdict']) =>
    columnsOf(drift)
      .filter((column) => column.verdict === verdict)
      .map(({ name }) => escapeMarkdown(name))
  const [far, little] = [names('drifted'), names('shifting')]
  const parts = [
    ...(far.length > 0 ? [`${joinSome(far, MAX_NAMED)} moved far`] : []),
    ...(little.length > 0 ? [`${joinSome(little, MAX_NAMED)} moved somewhat`] : []),
  ]
  return parts.join('; ')
}

function columnTable(columns: readonly Column[]): Block {
  const rows = columns.slice(0, MAX_ROWS)
  return {
    kind: 'table',
    title: 'By input and answer',
    columns: [
      { label: 'Column' },
      { label: 'Verdict' },
      { label: 'PSI', align: 'right' },
      { label: 'KS', align: 'right' },
      { label: 'JS', align: 'right' },
    ],
    rows: rows.map(({ name, verdict, psi, ks, js }) => [
      name,
      VERDICT_WORDS[verdict],
      psi.toFixed(2),
      ks === null ? '' : ks.toFixed(2),
      js.toFixed(2),
    ]),
    ...(columns.length > rows.length && { omitted: columns.length - rows.length }),
  }
}

function liveSentence({ live }: CheckedDrift): string {
  if (live === null) return ''
  const known = countOf(live.rows, 'outcome')
  const value = figure(live, live.value)
  const trained = live.trained === null ? '' : `, against ${figure(live, live.trained)} in training`
  switch (live.verdict) {
    case 'worse':
      return ` By ${known} it is **worse than in training**: ${measureName(live)} ${value}${trained}. Train it again with newer rows.`
    case 'as_trained':
      return ` By ${known} it is as right as in training: ${measureName(live)} ${value}${trained}.`
    case 'nothing_to_compare':
      return ` By ${known} its ${measureName(live)} is ${value}.`
    case 'too_few_rows':
      return ` ${known} ${live.rows === 1 ? 'is' : 'are'} known so far: ${measureName(live)} ${value}, too few to judge by.`
  }
}

type Live = NonNullable<CheckedDrift['live']>

const measureName = ({ measure }: Live) => (measure === 'accuracy' ? 'accuracy' : 'mean error')

const figure = ({ measure }: Live, value: number) =>
  measure === 'accuracy' ? formatShare(value) : formatNumber(value)

function liveBlocks({ live }: CheckedDrift): Block[] {
  if (live === null) return []
  const { from, to, rmse, trained } = live
  return [
    {
      kind: 'fields',
      title: 'By what turned out to be true',
      items: [
        { label: 'Outcomes', value: formatNumber(live.rows) },
        {
          label: live.measure === 'accuracy' ? 'Accuracy' : 'Mean error',
          value: `${figure(live, live.value)} (95% interval ${figure(live, from)} to ${figure(live, to)})`,
          tone: live.verdict === 'worse' ? ('bad' as const) : ('neutral' as const),
        },
        ...(rmse === null ? [] : [{ label: 'RMSE', value: formatNumber(rmse) }]),
        ...(trained === null ? [] : [{ label: 'In training', value: figure(live, trained) }]),
      ],
    },
  ]
}
