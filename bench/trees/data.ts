// The tables that both sides of the benchmark read, as raw doubles in a folder.

import { join } from 'node:path'
import { z } from 'zod'
import type { Matrix } from '#core/pipeline/matrix.ts'
import type { FitContext, Target } from '#core/training/learner.ts'
import { createRandom } from '#core/training/random.ts'
import { fitBoosting } from '#core/training/trees/boosting.ts'
import { fitForest } from '#core/training/trees/forest.ts'
import type { TrainedPredictor } from '#core/training/trees/predict-trees.ts'

export const LEARNERS = ['forest', 'boosting'] as const
export type Learner = (typeof LEARNERS)[number]

const aboutSchema = z.object({
  kind: z.enum(['classes', 'values']),
  columns: z.number(),
  categorical: z.array(z.number()),
})

export interface BenchTable {
  readonly features: Matrix
  readonly target: Target
  readonly categorical: readonly number[]
}

export async function readTable(folder: string, name: string): Promise<BenchTable> {
  const about = aboutSchema.parse(await Bun.file(join(folder, `${name}.json`)).json())
  const read = async (ending: string) =>
    new Float64Array(await Bun.file(join(folder, `${name}.${ending}`)).arrayBuffer())
  const data = await read('features')
  const values = await read('target')
  const { columns, kind, categorical } = about
  const codes = Int32Array.from(values)
  const target: Target =
    kind === 'values'
      ? { kind, values }
      : { kind, codes, classCount: codes.reduce((most, code) => Math.max(most, code), 0) + 1 }
  return { features: { rows: data.length / columns, columns, data }, target, categorical }
}

/** Random features of which half matter: in a smooth way, in a rough one and together. */
export async function writeRandomTable(
  folder: string,
  name: string,
  kind: 'classes' | 'values',
  shape: { readonly rows: number; readonly columns: number },
): Promise<void> {
  const { rows, columns } = shape
  const random = createRandom(name)
  const features = Float64Array.from({ length: rows * columns }, () => random.normal())
  const target = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = random.normal()
    for (let column = 0; column < columns / 2; column++) {
      const value = features[row * columns + column] as number
      const next = features[row * columns + column + 1] as number
      sum += column % 3 === 0 ? 2 * value : column % 3 === 1 ? Math.sign(value) : value * next
    }
    target[row] = kind === 'values' ? sum : sum > 0 ? 1 : 0
  }
  await Bun.write(join(folder, `${name}.features`), features)
  await Bun.write(join(folder, `${name}.target`), target)
  const about = { kind, columns, categorical: [] } satisfies z.infer<typeof aboutSchema>
  await Bun.write(join(folder, `${name}.json`), JSON.stringify(about))
}

/** Both learners as scikit-learn's defaults, but without early stopping. */
export function fitLearner(
  { features, target, categorical }: BenchTable,
  learner: Learner,
  seed: number,
): TrainedPredictor {
  const { signal } = new AbortController()
  const context: FitContext = { random: createRandom(seed), signal, progress() {} }
  const outcome =
    learner === 'forest'
      ? fitForest(features, target, {}, context)
      : fitBoosting(features, target, { categorical, earlyStopping: false }, context)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value.predictor
}
