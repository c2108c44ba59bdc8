// Fixtures whose models Parley names and refuses, and the words that it does so with.

/** Case → what its refusal says. */
export const REFUSED: Readonly<Record<string, string>> = {
  factor_analysis:
    'The FactorAnalysis (step “factoranalysis”) is of a class that Parley does not read',
  linear_tree: 'linear models in its leaves (linear_tree=True)',
  linear_tree_text: 'linear models in its leaves (linear_tree=True)',
  nmf: 'The NMF (step “nmf”) is of a class that Parley does not read',
}
