// Predictors that compare a row with stored ones.

import { FormatError } from '#core/formats/format-error.ts'
import type { DistancePredictor } from '#core/pipeline/distances.ts'
import type { PredictorTable } from './converter.ts'

export const DISTANCES: PredictorTable<DistancePredictor> = {
  neighbours() {
    throw new FormatError('Nearest neighbours are not written yet.', 0)
  },
  kernel() {
    throw new FormatError('Kernel machines are not written yet.', 0)
  },
  centres() {
    throw new FormatError('Cluster centres are not written yet.', 0)
  },
}
