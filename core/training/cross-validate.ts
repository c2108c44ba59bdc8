// How good a learner is on rows that it has not seen, several times over: the rows are dealt into folds, each tested once.

import { type Outcome, succeed } from '#core/errors.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { fitPipeline, targetOf } from './fit-pipeline.ts'
import { type ModelName, resolveSettings } from './hyperparameters.ts'
import type { FitContext, Target } from './learner.ts'
import { classificationMetrics } from './metrics/classification.ts'
import { regressionMetrics } from './metrics/regression.ts'
import type { TrainingPlan } from './plan.ts'
import type { Split } from './split.ts'
import { type Table, takeRows } from './table.ts'
import { predictTable } from './trained-pipeline.ts'

/** A learner by its name, or the guess that looks at no feature: the most frequent class, or the mean. */
export type Contender = ModelName | 'baseline'

/** By the name of the metric, one figure a fold. */
export type FoldFigures = Readonly<Record<string, readonly number[]>>

/** What is learned in a fold: the rows dealt out, and every row there is, for the categories that occur. */
export interface FoldLesson {
  readonly plan: TrainingPlan
  readonly table: Table
  readonly folds: readonly Split[]
}

/** With default settings. Rejects with the signal's reason when aborted; fails where the data are not what the learner takes. */
export async function crossValidate(
  contender: Contender,
  { plan, table, folds }: FoldLesson,
  context: FitContext,
): Promise<Outcome<FoldFigures>> {
  const figures: Record<string, number[]> = {}
  for (const [index, fold] of folds.entries()) {
    const train = takeRows(table, fold.train)
    const test = takeRows(table, fold.test)
    const answers = await answerFold(
      contender,
      { plan, train, test, whole: table },
      {
        random: context.random.split(`fold ${index}`),
        signal: context.signal,
        progress: (fraction) => context.progress((index + fraction) / folds.length),
      },
    )
    if (!answers.ok) return answers
    for (const [name, value] of Object.entries(figuresOf(targetOf(plan, test), answers.value))) {
      const known = figures[name]
      if (known === undefined) figures[name] = [value]
      else known.push(value)
    }
  }
  return succeed(figures)
}

interface FoldParts {
  readonly plan: TrainingPlan
  readonly train: Table
  readonly test: Table
  readonly whole: Table
}

async function answerFold(
  contender: Contender,
  { plan, train, test, whole }: FoldParts,
  context: FitContext,
): Promise<Outcome<Matrix>> {
  if (contender === 'baseline') return succeed(guessNaively(targetOf(plan, train), test.rows))
  const settings = resolveSettings(contender, {})
  if (!settings.ok) return settings
  const fitted = await fitPipeline(
    { plan, model: contender, settings: settings.value, train, whole },
    context,
  )
  return fitted.ok ? succeed(predictTable(fitted.value, test)) : fitted
}

/** The shares of the classes, or the mean, for every row alike. */
function guessNaively(target: Target, rows: number): Matrix {
  const guess =
    target.kind === 'classes'
      ? new Float64Array(target.classCount)
      : Float64Array.of(mean(target.values))
  if (target.kind === 'classes') {
    for (const code of target.codes) guess[code] = (guess[code] ?? 0) + 1 / target.codes.length
  }
  const data = new Float64Array(rows * guess.length)
  for (let row = 0; row < rows; row++) data.set(guess, row * guess.length)
  return { rows, columns: guess.length, data }
}

function figuresOf(target: Target, answers: Matrix): Readonly<Record<string, number>> {
  if (target.kind === 'values') {
    const { r2, mae, rmse } = regressionMetrics(target.values, answers.data)
    return { r2, mae, rmse }
  }
  const { macroF1, accuracy, logLoss } = classificationMetrics(target.codes, answers)
  return { macro_f1: macroF1, accuracy, log_loss: logLoss }
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum / values.length
}
