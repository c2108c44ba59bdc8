// Naive Bayes, discriminant analysis, neural networks and constants.

import { FormatError } from '#core/formats/format-error.ts'
import type { ProbabilisticPredictor } from '#core/pipeline/probabilistic.ts'
import type { PredictorTable } from './converter.ts'

export const PROBABILISTIC: PredictorTable<ProbabilisticPredictor> = {
  'gaussian-bayes'() {
    throw new FormatError('This model is not written yet.', 0)
  },
  quadratic() {
    throw new FormatError('This model is not written yet.', 0)
  },
  layers() {
    throw new FormatError('This model is not written yet.', 0)
  },
  constant() {
    throw new FormatError('This model is not written yet.', 0)
  },
}
