// Preprocessing in float64, as scikit-learn does it.

import type { Preprocessor } from '#core/pipeline/preprocessing.ts'
import type { TransformerTable } from './converter.ts'
import { ENCODERS } from './encoders.ts'
import { IMPUTERS } from './imputers.ts'
import { REARRANGERS } from './rearrangers.ts'
import { SCALERS } from './scalers.ts'

export const PREPROCESSING: TransformerTable<Preprocessor> = {
  ...SCALERS,
  ...IMPUTERS,
  ...ENCODERS,
  ...REARRANGERS,
}
