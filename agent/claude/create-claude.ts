// Claude as a language of Parley: the API's client, set up so that it reads no environment and writes no log.

import { Anthropic } from '@anthropic-ai/sdk'
import type { Logger } from '#core/operations/operation.ts'
import type { LanguageModel } from '../language.ts'
import { answerTurn } from './answer-turn.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { impatient } from './patience.ts'
import { createAsk } from './request.ts'

const ANTHROPIC_ADDRESS = 'https://api.anthropic.com'

export interface ClaudeOptions {
  readonly apiKey: string
  /** Another server of the same API; Anthropic's own where null. */
  readonly baseUrl: string | null
  readonly model: string
  readonly logger: Logger
  readonly limits?: Partial<Limits>
  /** A monotonic clock in milliseconds. */
  readonly monotonicMs?: () => number
}

/**
 * Answers turns through a loop of tool calls over the operations of the turn. Its failures are `unavailable`,
 * `rate_limited`, `too_large` and `cancelled`, each with a sentence that may be shown.
 */
export function createClaude(options: ClaudeOptions): LanguageModel {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const { logger, monotonicMs = () => performance.now() } = options
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? ANTHROPIC_ADDRESS,
    maxRetries: limits.maxRetries,
    timeout: limits.requestTimeoutMs,
    fetch: impatient(fetch),
    // Its own log could hold requests, and so rows of data; what matters is logged by us.
    logLevel: 'off',
    openTelemetry: false,
  })
  const ask = createAsk({ client, model: options.model, logger, limits })
  return {
    name: 'claude',
    answer: (turn) => answerTurn({ turn, ask, limits, logger, monotonicMs }),
  }
}
