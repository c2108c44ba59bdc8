// Reads votes, stacks, bags, calibrations and one model a class or target.

import type { PredictorReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const COMBINED_READERS: Readonly<Record<string, PredictorReader>> = {}
