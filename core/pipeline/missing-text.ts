// The text that stands for a missing one in a tensor, where numbers have NaN.

/** No person types it, and no file of categories holds it. */
export const MISSING_TEXT = '\u0000'
