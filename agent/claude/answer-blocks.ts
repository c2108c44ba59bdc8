// Chooses which steps' own blocks go under a reply, so that cards and tables never come from prose.

import type { OperationName } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { RanStep } from '../language.ts'

/** What Claude looks up on its way to something else; shown only where looking it up was all that happened. */
const LOOKUPS: ReadonlySet<OperationName> = new Set([
  'list_models',
  'describe_model',
  'list_versions',
  'model_metrics',
  'check_drift',
  'help',
])

/** `rounds` holds the steps of each round. Choices ("try this next") fit only the last answer. */
export function blocksOf(rounds: readonly (readonly RanStep[])[]): readonly Block[] {
  const done = rounds.map((steps) => steps.filter(({ step }) => step.status === 'done'))
  const acts = done.flat().filter(({ step }) => !LOOKUPS.has(step.operation))
  const chosen = acts.length > 0 ? acts : (done.findLast((steps) => steps.length > 0) ?? [])
  const last = chosen.at(-1)
  return chosen.flatMap((ran) =>
    (ran.presentation?.blocks ?? []).filter((block) => block.kind !== 'choices' || ran === last),
  )
}
