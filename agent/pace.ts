// How fast somebody may talk where a surface has no other way to say "slow down" than to answer.

import type { Ports } from '#core/operations/operation.ts'
import { takeOne } from '#core/people/rate-limits.ts'
import type { TurnRequest } from './turn.ts'

/** Over HTTP the server answers 429 before a turn begins. */
const ONLY_WORDS: ReadonlySet<TurnRequest['principal']['surface']> = new Set(['slack', 'discord'])

/** What to answer instead of a turn, or null where it may begin. */
export async function askToSlowDown(
  { rates }: Pick<Ports, 'rates'>,
  { principal }: Pick<TurnRequest, 'principal'>,
): Promise<string | null> {
  if (!ONLY_WORDS.has(principal.surface)) return null
  const taken = await takeOne(rates, principal, 'turn')
  return taken.ok ? null : taken.failure.message
}
