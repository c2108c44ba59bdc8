// Readers of transformers of columns, by the names of their classes in scikit-learn.

import { DISTANCE_TRANSFORMERS } from './distances.ts'
import { ENCODER_READERS } from './encoders.ts'
import { IMPUTER_READERS } from './imputers.ts'
import { PROJECTION_READERS } from './projections.ts'
import type { TransformerReader } from './reading.ts'
import { SCALER_READERS } from './scalers.ts'
import { SELECTION_READERS } from './selections.ts'
import { SPLINE_READERS } from './splines.ts'

export const PREPROCESSING_READERS: Readonly<Record<string, TransformerReader>> = {
  ...SCALER_READERS,
  ...IMPUTER_READERS,
  ...ENCODER_READERS,
  ...PROJECTION_READERS,
  ...SELECTION_READERS,
  ...SPLINE_READERS,
  ...DISTANCE_TRANSFORMERS,
}
