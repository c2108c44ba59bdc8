// Reads transformers of columns: scalers, imputers, encoders, projections, selections.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { type FittedObject, optionalVector } from './fitted-object.ts'
import type { TransformerReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const PREPROCESSING_READERS: Readonly<Record<string, TransformerReader>> = {
  StandardScaler: (object) => scale(optionalMean(object), optionalVector(object, 'scale_')),
}

function optionalMean(object: FittedObject): Float64Array | null {
  return object.attributes.get('with_mean') === false ? null : optionalVector(object, 'mean_')
}

function scale(subtract: Float64Array | null, divide: Float64Array | null): Transformer {
  return { kind: 'scale', subtract, divide, multiply: null, add: null, clip: null }
}
