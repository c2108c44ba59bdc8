// The text that stands for a missing one in a tensor, where numbers have NaN.

/** A code point that is no character, so no person types it and no file of categories holds it; the runtime would cut a text at NUL. */
export const MISSING_TEXT = '\uffff'
