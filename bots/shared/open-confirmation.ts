// Binds a "yes" button to the one question it was minted for: person, operation, input and moment.

import { createHash } from 'node:crypto'
import { parseState } from '#agent/state.ts'
import type { Ports } from '#core/operations/operation.ts'

const TOKEN_DIGITS = 32

/**
 * A token of the confirmation that is open in this conversation, or null where none is (answered, lapsed, expired, or
 * somebody else's). A button carries the token; only while it is still the same may the click answer "yes".
 */
export async function openConfirmation(
  ports: Pick<Ports, 'registry' | 'now'>,
  conversationId: string,
  principalId: string,
): Promise<string | null> {
  const json = await ports.registry.readConversation(conversationId, principalId)
  const pending = parseState(json).pendingConfirmation
  if (pending === null || pending.principal !== principalId || ports.now() >= pending.expiresAtMs)
    return null
  const bound = [conversationId, principalId, pending.operation, pending.input, pending.expiresAtMs]
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex').slice(0, TOKEN_DIGITS)
}

/** Said to somebody who answers a question that was put to another person, or too late. */
export const CLOSED_SENTENCE =
  'That question is not open any more, so nothing was done. Please ask again.'
