// Reads vectorizers of text.

import type { TransformerReader } from './reading.ts'

/** Class names of scikit-learn → their readers. */
export const TEXT_READERS: Readonly<Record<string, TransformerReader>> = {}
