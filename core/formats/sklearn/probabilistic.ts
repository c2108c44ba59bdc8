// Reads naive Bayes, discriminant analysis, neural networks and dummies.

import type { PredictorReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const PROBABILISTIC_READERS: Readonly<Record<string, PredictorReader>> = {}
