// Confirmations that the server mints: bound to person, operation and input, used once, forgotten after a while.

import { createHash } from 'node:crypto'
import type { OperationName, Principal } from './operation.ts'

/** How long "are you sure?" may be answered: long enough to read it, too short to be found lying around. */
export const CONFIRMATION_LIFETIME_MS = 10 * 60 * 1000
/** Confirmations waiting at once; the oldest give way, and are then simply asked again. */
export const MAX_CONFIRMATIONS = 1_000

/** What a person is asked to confirm: exactly this operation with exactly this input. */
export interface ConfirmationRequest {
  readonly principal: Pick<Principal, 'id'>
  readonly operation: OperationName
  /** Without a confirmation itself. */
  readonly input: Readonly<Record<string, unknown>>
  /** What they read; where the same input has come to mean something else, their yes is worth nothing. */
  readonly question: string
}

export interface MintedConfirmation {
  readonly token: string
  /** On the clock the confirmations were made with. */
  readonly expiresAtMs: number
}

/** A port: one process keeps them in memory, several replicas keep them together. */
export interface Confirmations {
  /** Remembers that the question was put; the token names this one question. */
  ask(request: ConfirmationRequest): Promise<MintedConfirmation>
  /** True once for a token that was minted for exactly this request and is still fresh. */
  take(token: string, request: ConfirmationRequest): Promise<boolean>
}

/** In memory: after a restart the question is simply put again. */
export function createConfirmations(options: {
  readonly now: () => number
  readonly randomId: () => string
}): Confirmations {
  const waiting = new Map<string, { readonly key: string; readonly expiresAtMs: number }>()
  const isFresh = ({ expiresAtMs }: { expiresAtMs: number }) => expiresAtMs > options.now()
  const forgetOld = () => {
    for (const [token, one] of waiting) {
      if (isFresh(one) && waiting.size <= MAX_CONFIRMATIONS) break
      waiting.delete(token)
    }
  }
  return {
    async ask(request) {
      const token = options.randomId()
      const expiresAtMs = options.now() + CONFIRMATION_LIFETIME_MS
      waiting.set(token, { key: confirmationKey(request), expiresAtMs })
      forgetOld()
      return { token, expiresAtMs }
    },
    async take(token, request) {
      const one = waiting.get(token)
      // Somebody else's attempt does not spend it.
      if (one === undefined || one.key !== confirmationKey(request)) return false
      waiting.delete(token)
      return isFresh(one)
    },
  }
}

/** Names the person, the operation, its input and the question, and nothing of them can be read from it. */
export function confirmationKey({
  principal,
  operation,
  input,
  question,
}: ConfirmationRequest): string {
  const parts = [principal.id, operation, canonical(input), question]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** The same text for the same input whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  )
}
