// Trees over doubles as one TreeEnsemble of ai.onnx.ml 5, which compares and adds in float64.

import { FormatError } from '#core/formats/format-error.ts'
import type { TreePredictor } from '#core/pipeline/trees.ts'
import type { PredictorTable } from './converter.ts'

export const TREES: PredictorTable<TreePredictor> = {
  forest() {
    throw new FormatError('Forests are not written yet.', 0)
  },
}
