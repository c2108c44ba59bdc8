// Lets a few learners compete on the rows to learn from, and takes the simplest of those that are as good as the best.

import { type Outcome, succeed } from '#core/errors.ts'
import { type Contender, crossValidate, type FoldFigures, mean } from './cross-validate.ts'
import { targetOf } from './fit-pipeline.ts'
import { MODELS, type ModelName } from './hyperparameters.ts'
import type { FitContext } from './learner.ts'
import { findMisfit } from './misfit.ts'
import type { TrainingPlan } from './plan.ts'
import { shuffledIndices } from './random.ts'
import { folds } from './split.ts'
import { type Table, takeRows } from './table.ts'

const FOLDS = 5

/** A comparison on this many rows says what one on all of them would, in a fraction of the time. */
export const MAX_COMPARED_ROWS = 20_000

/** From simple to complicated: of equals the first is taken. Many rows make the file of a learner that keeps them too large. */
const CANDIDATES: readonly { readonly model: ModelName; readonly mostRows: number }[] = [
  { model: 'logreg', mostRows: Number.POSITIVE_INFINITY },
  { model: 'ridge', mostRows: Number.POSITIVE_INFINITY },
  { model: 'tfidf', mostRows: Number.POSITIVE_INFINITY },
  { model: 'hgb', mostRows: Number.POSITIVE_INFINITY },
  { model: 'rf', mostRows: 20_000 },
  { model: 'knn', mostRows: 5_000 },
]

export interface ComparedLearner {
  readonly learner: Contender
  readonly title: string
  /** Mean over the folds, by metric. */
  readonly means: Readonly<Record<string, number>>
  /** Standard errors of these means. */
  readonly errors: Readonly<Record<string, number>>
}

export interface Comparison {
  /** What decides: it counts every class the same, or the share of the target's variance that is explained. */
  readonly measure: 'macro_f1' | 'r2'
  readonly folds: number
  readonly rows: number
  /** The naive guess first, then the learners from simple to complicated. */
  readonly learners: readonly ComparedLearner[]
  readonly chosen: ModelName
  /** The chosen one has the best mean; else a simpler one was as good within one standard error. */
  readonly isBest: boolean
  /** False where the naive guess is as good as the chosen one. */
  readonly beatsBaseline: boolean
}

/** `only` leaves no choice but still measures it. `train` are the rows to learn from; no others are looked at. */
export async function compareLearners(
  plan: TrainingPlan,
  train: Table,
  only: ModelName | null,
  context: FitContext,
): Promise<Outcome<Comparison>> {
  const table = sampleOf(train, context)
  const target = targetOf(plan, table)
  const strata = target.kind === 'classes' ? target.codes : null
  const lesson = {
    plan,
    table,
    folds: folds(table.rows, FOLDS, strata, context.random.split('folds')),
  }
  const candidates = only === null ? candidatesFor(plan, train.rows) : [only]
  const contenders: readonly Contender[] = ['baseline', ...candidates]
  const learners: ComparedLearner[] = []
  const measure = plan.classes === null ? 'r2' : 'macro_f1'
  for (const [index, contender] of contenders.entries()) {
    const figures = await crossValidate(contender, lesson, {
      random: context.random.split(contender),
      signal: context.signal,
      progress: (fraction) => context.progress((index + fraction) / contenders.length),
    })
    if (!figures.ok) return figures
    learners.push(summarise(contender, figures.value))
  }
  return succeed({
    measure,
    folds: FOLDS,
    rows: table.rows,
    learners,
    ...decide(learners, measure),
  })
}

function candidatesFor(plan: TrainingPlan, rows: number): readonly ModelName[] {
  const isText = plan.task === 'text_classification'
  return CANDIDATES.filter(({ model, mostRows }) => {
    // One column of numbers could be read as texts, too; nobody means that.
    const isFit = findMisfit(model, plan) === null && (model === 'tfidf') === isText
    return isFit && rows <= mostRows
  }).map(({ model }) => model)
}

function sampleOf(train: Table, { random }: FitContext): Table {
  if (train.rows <= MAX_COMPARED_ROWS) return train
  const order = shuffledIndices(train.rows, random.split('sample'))
  return takeRows(train, order.subarray(0, MAX_COMPARED_ROWS))
}

function summarise(learner: Contender, figures: FoldFigures): ComparedLearner {
  const each = (figure: (values: readonly number[]) => number) =>
    Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, figure(values)]))
  const title = learner === 'baseline' ? 'naive guess' : MODELS[learner].title
  return { learner, title, means: each(mean), errors: each(standardError) }
}

function standardError(values: readonly number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** The one-standard-error rule of Breiman et al. 1984: the simplest that is no worse than the best by more than its error. */
function decide(
  learners: readonly ComparedLearner[],
  measure: Comparison['measure'],
): Pick<Comparison, 'chosen' | 'isBest' | 'beatsBaseline'> {
  const meanOf = (one: ComparedLearner) => one.means[measure] ?? Number.NEGATIVE_INFINITY
  const [baseline, ...models] = learners
  const [first, ...others] = models
  if (baseline === undefined || first === undefined) throw new Error('nobody competes')
  const best = others.reduce((top, one) => (meanOf(one) > meanOf(top) ? one : top), first)
  const limit = meanOf(best) - (best.errors[measure] ?? 0)
  const chosen = models.find((one) => meanOf(one) >= limit) ?? best
  return {
    chosen: chosen.learner === 'baseline' ? 'logreg' : chosen.learner,
    isBest: chosen === best,
    beatsBaseline: BEATING[measure].some((figure) => isBeyond(chosen, baseline, figure)),
  }
}

/**
 * What shows that something was learned. Not the F1: whoever guesses classes at random has a better one than whoever always
 * says the most frequent.
 */
const BEATING: Readonly<Record<Comparison['measure'], readonly Figure[]>> = {
  macro_f1: [
    { name: 'accuracy', sign: 1 },
    { name: 'log_loss', sign: -1 },
  ],
  r2: [{ name: 'r2', sign: 1 }],
}

interface Figure {
  readonly name: string
  /** 1 where more is better, -1 where less is. */
  readonly sign: 1 | -1
}

/** Two standard errors leave chance about one time in twenty. */
const ERRORS_BEYOND = 2

function isBeyond(one: ComparedLearner, other: ComparedLearner, { name, sign }: Figure): boolean {
  const gap = sign * ((one.means[name] ?? 0) - (other.means[name] ?? 0))
  return gap > ERRORS_BEYOND * (one.errors[name] ?? 0)
}
