// How the iris example is trained: the same pipeline for `parley example iris` and for the sample that comes with Parley.

import { join } from 'node:path'
import type { TrainingRequest } from '#core/training/run.ts'

export const FOLDER = import.meta.dir
export const SEED = 42
const TEST_SHARE = 0.2

/** StandardScaler and logistic regression, on 120 of the 150 flowers. */
export async function irisRequest(seed: number = SEED): Promise<TrainingRequest> {
  return {
    data: { name: 'iris', bytes: await Bun.file(join(FOLDER, 'iris.csv')).bytes() },
    wish: { target: 'species' },
    model: 'logreg',
    settings: { C: '1.0' },
    seed,
    testShare: TEST_SHARE,
  }
}
