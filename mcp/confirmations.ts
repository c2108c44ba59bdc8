// Confirmations that the server mints: bound to person, operation and input, used once, forgotten after a while.

import { createHash } from 'node:crypto'
import type { OperationName, Principal } from '#core/operations/operation.ts'
import { CONFIRMATION_LIFETIME_MS, MAX_CONFIRMATIONS } from './limits.ts'

/** What a person is asked to confirm: exactly this operation with exactly this input. */
export interface Request {
  readonly principal: Principal
  readonly operation: OperationName
  /** Without `confirm` itself. */
  readonly input: Readonly<Record<string, unknown>>
}

export interface Confirmations {
  /** Remembers that the question was put; the token names this one question. */
  ask(request: Request): string
  /** True once for a token that was minted for exactly this request and is still fresh. */
  take(token: string, request: Request): boolean
  /** The same where the client has no place for a token: true once after the question was put. */
  takeAsked(request: Request): boolean
}

/** In memory on purpose: after a restart, or on another replica, the question is simply put again. */
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
    ask(request) {
      const token = options.randomId()
      waiting.set(token, {
        key: keyOf(request),
        expiresAtMs: options.now() + CONFIRMATION_LIFETIME_MS,
      })
      forgetOld()
      return token
    },
    take(token, request) {
      const one = waiting.get(token)
      if (one === undefined || one.key !== keyOf(request)) return false
      waiting.delete(token)
      return isFresh(one)
    },
    takeAsked(request) {
      const key = keyOf(request)
      let found = false
      for (const [token, one] of waiting) {
        if (one.key !== key) continue
        found ||= isFresh(one)
        waiting.delete(token)
      }
      return found
    },
  }
}

function keyOf({ principal, operation, input }: Request): string {
  const parts = [principal.id, operation, canonical(input)]
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
