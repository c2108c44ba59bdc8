// Reads nearest neighbours, support vectors and clusters.

import type { PredictorReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const DISTANCE_READERS: Readonly<Record<string, PredictorReader>> = {}
