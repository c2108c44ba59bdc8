// Which buttons belong below an answer: what fits the operation that ran, and what was offered in words.

import type { TurnResult } from '#agent/turn.ts'
import { followUps, type FollowUp as Next } from '#bots/shared/follow-ups.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { Action } from './actions.ts'
import type { Button } from './render.ts'

export interface FollowUp {
  readonly label: string
  readonly tone: Button['tone']
  readonly action: Action
}

/** Not for a turn that waits for a yes: its two buttons are bound to the person. */
export function followUpsOf({ steps, blocks }: Pick<TurnResult, 'steps' | 'blocks'>): FollowUp[] {
  const own = followUps(steps).map(toButton)
  // The versions' own buttons say the same as the one choice in words, for every version.
  const said = steps.at(-1)?.operation === 'list_versions' && own.length > 0
  return said ? own : [...own, ...choicesIn(blocks)]
}

function choicesIn(blocks: readonly Block[]): FollowUp[] {
  return blocks
    .flatMap((block) => (block.kind === 'choices' ? block.items : []))
    .map(({ label, message }) => ({ label, tone: 'secondary', action: { kind: 'say', message } }))
}

function toButton(next: Next): FollowUp {
  if (next.kind === 'operation') {
    const { label, operation, input } = next
    const tone = operation === 'promote_version' ? 'secondary' : 'primary'
    return { label, tone, action: { kind: 'run', operation, input: { ...input } } }
  }
  const { label, model, version, features } = next
  const given = Object.entries(features).map(([name, value]) => [name, textOf(value)])
  return {
    label,
    tone: given.length === 0 ? 'primary' : 'secondary',
    action: {
      kind: 'form',
      operation: 'predict',
      model,
      version,
      values: Object.fromEntries(given),
      start: 0,
    },
  }
}

/** As a person would type it. */
function textOf(value: unknown): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}
