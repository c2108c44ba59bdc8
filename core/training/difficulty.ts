// How hard each row is to predict, so that a small test set is not all easy or all hard by the luck of the draw.

import { targetOf } from './fit-pipeline.ts'
import type { FitContext } from './learner.ts'
import { fitLogisticRegression, LOGISTIC_DEFAULTS } from './learners/logistic-regression.ts'
import type { TrainingPlan } from './plan.ts'
import { predictRows } from './predict.ts'
import { applyPreparation, fitPreparation } from './preparation/prepare-table.ts'
import type { Table } from './table.ts'

/** Beyond this many rows luck evens itself out, and a fit more would cost time. */
const MAX_ROWS = 1_000

/**
 * Values of a regression as they are. For classes the probability that a plain logistic regression over all rows gives the
 * row's own class; null where there are many rows, or texts. Only the split looks at this, never a learner.
 */
export async function rowDifficulty(
  plan: TrainingPlan,
  table: Table,
  context: FitContext,
): Promise<Float64Array | null> {
  const target = targetOf(plan, table)
  if (target.kind === 'values') return target.values
  if (table.rows > MAX_ROWS || plan.task === 'text_classification') return null
  const options = { scaler: 'standard', fillNumbers: true } as const
  const preparation = fitPreparation(table, table, plan.features, options)
  if (!preparation.ok) return null
  const features = applyPreparation(preparation.value, table)
  const { predictor } = await fitLogisticRegression(features, target, LOGISTIC_DEFAULTS, context)
  const { columns, data } = predictRows(predictor, features)
  return Float64Array.from(target.codes, (code, row) => data[row * columns + code] as number)
}
