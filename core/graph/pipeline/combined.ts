// Predictors made of others.

import { FormatError } from '#core/formats/format-error.ts'
import type { CombinedPredictor } from '#core/pipeline/combined.ts'
import type { PredictorTable } from './converter.ts'

export const COMBINED: PredictorTable<CombinedPredictor> = {
  average() {
    throw new FormatError('This model is not written yet.', 0)
  },
  majority() {
    throw new FormatError('This model is not written yet.', 0)
  },
  stack() {
    throw new FormatError('This model is not written yet.', 0)
  },
  calibrated() {
    throw new FormatError('This model is not written yet.', 0)
  },
  'one-versus-rest'() {
    throw new FormatError('This model is not written yet.', 0)
  },
  'side-by-side'() {
    throw new FormatError('This model is not written yet.', 0)
  },
  unwrapped() {
    throw new FormatError('This model is not written yet.', 0)
  },
}
