// Which columns of a table a person most likely wants predicted, by what tables for training are made like.

import { bare } from '#core/nearest.ts'

/** Names that mean "this is what to predict" and nothing else. */
const UNMISTAKABLE: ReadonlySet<string> = new Set(['target', 'label', 'y', 'class', 'outcome'])

const USUAL =
  /churn|target|label|outcome|class|species|default|fraud|survived|price|diagnosis|response|result|risk|rating|score|status|converted|sales|revenue|quality|cost|salary|income/

/** The column that says itself that it is the target; null where none does, or several do. */
export function unmistakableTarget(names: readonly string[]): string | null {
  const [only, another] = names.filter((name) => UNMISTAKABLE.has(bare(name)))
  return only !== undefined && another === undefined ? only : null
}

/** Every column, the likeliest first: unmistakable names, usual ones, the last column, and the others in their order. */
export function likeliestTargets(names: readonly string[]): readonly string[] {
  const last = names.at(-1)
  const rank = (name: string) => {
    if (UNMISTAKABLE.has(bare(name))) return 0
    if (USUAL.test(bare(name))) return 1
    return name === last ? 2 : 3
  }
  return [...names].sort((left, right) => rank(left) - rank(right))
}
