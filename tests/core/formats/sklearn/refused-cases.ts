// Fixtures whose models Parley names and refuses, and the words that it does so with.

/** Case → what its refusal says. */
export const REFUSED: Readonly<Record<string, string>> = {
  nmf: 'The NMF (step “nmf”) is of a class that Parley does not read',
}
