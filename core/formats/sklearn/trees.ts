// Reads trees, forests and boosting.

import type { PredictorReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const TREE_READERS: Readonly<Record<string, PredictorReader>> = {}
