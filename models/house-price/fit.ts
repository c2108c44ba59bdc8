// The two models of the example: the customer's, and the one that Parley trains in its place.

import type { Outcome } from '#core/errors.ts'
import { fitPipeline } from '#core/training/fit-pipeline.ts'
import { type ModelName, resolveSettings } from '#core/training/hyperparameters.ts'
import type { TrainingPlan } from '#core/training/plan.ts'
import { createRandom } from '#core/training/random.ts'
import type { Table } from '#core/training/table.ts'
import type { TrainedPipeline } from '#core/training/trained-pipeline.ts'
import type { Work } from '../example.ts'
import { HOME_COLUMNS, TARGET } from './source.ts'

/** Share of the sales to test on, and the seed of every choice: the customer's. */
export const TEST_SHARE = 0.25
export const SEED = 42

export interface Recipe {
  readonly title: string
  readonly model: ModelName
  readonly settings: Readonly<Record<string, string>>
  readonly features: readonly string[]
}

/** What the customer's own script makes. */
export function basicRecipe(features: readonly string[]): Recipe {
  const settings = { n_neighbors: '5', scaler: 'robust' }
  return { title: 'nearest neighbours (the customer’s)', model: 'knn', settings, features }
}

/** Of what a request carries these tell nothing that others do not: area is living minus above ground, and so on. */
const LEFT_OUT: readonly string[] = ['bedrooms', 'floors', 'sqft_basement']
/** With more sales than this, boosting holds some out and stops by itself when they gain nothing more. */
const STOPS_EARLY_ROWS = 10_000

/** Settings and columns were chosen by cross-validation on the rows to learn from alone. */
export function improvedRecipe(demographics: readonly string[], rows: number): Recipe {
  const stopsEarly = rows * (1 - TEST_SHARE) > STOPS_EARLY_ROWS
  return {
    title: 'histogram gradient boosting on log(price)',
    model: 'hgb',
    settings: {
      target_scale: 'log',
      learning_rate: stopsEarly ? '0.03' : '0.1',
      max_iter: stopsEarly ? '2000' : '80',
    },
    features: [...HOME_COLUMNS.filter((name) => !LEFT_OUT.includes(name)), ...demographics],
  }
}

/** `whole` is every sale, so that what is missing anywhere is known. Rejects with the signal's reason when aborted. */
export async function fitRecipe(
  { model, settings, features }: Recipe,
  train: Table,
  whole: Table,
  { signal, progress }: Work,
): Promise<Outcome<TrainedPipeline>> {
  const resolved = resolveSettings(model, settings)
  if (!resolved.ok) return resolved
  const plan: TrainingPlan = {
    target: TARGET,
    task: 'regression',
    features,
    classes: null,
    warnings: [],
    profiles: [],
  }
  return fitPipeline(
    { plan, model, settings: resolved.value, train, whole },
    {
      random: createRandom(SEED).split('fit'),
      signal,
      progress: (fraction) => progress({ fraction, message: `fitting ${model}` }),
    },
  )
}
