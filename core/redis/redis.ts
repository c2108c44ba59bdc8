// Redis beside several replicas: what they count and remember together; without it each goes on by itself.

import { RedisClient } from 'bun'
import type { Logger } from '#core/operations/operation.ts'

/** Milliseconds; Redis answers in less than one, and a request must not wait for one that is away. */
const COMMAND_TIMEOUT_MS = 250
const CONNECTION_TIMEOUT_MS = 2_000

/** How long it is left alone after a failure, so that not every request finds out again. */
const AWAY_MS = 1_000

export interface Redis {
  /** Null where Redis is away: the caller then decides with what this process knows. */
  send(command: string, words: readonly string[]): Promise<unknown>
  /** A sentence where it is away, else null. */
  problem(): Promise<string | null>
  close(): void
}

/** The address may hold a password, so nothing here repeats it. Connects at the first command. */
export function createRedis(options: {
  readonly url: string
  readonly monotonicMs: () => number
  readonly logger: Logger
}): Redis {
  const { url, monotonicMs, logger } = options
  const client = new RedisClient(url, {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoReconnect: false,
  })
  let awayUntilMs = Number.NEGATIVE_INFINITY
  let connecting: Promise<void> | null = null
  let isClosed = false

  const connect = async (): Promise<void> => {
    if (client.connected) return
    connecting ??= client.connect().then(() => undefined)
    try {
      await connecting
    } finally {
      connecting = null
    }
  }
  const ask = async (command: string, words: readonly string[]): Promise<unknown> => {
    await connect()
    return await client.send(command, [...words])
  }
  return {
    async send(command, words) {
      if (isClosed || monotonicMs() < awayUntilMs) return null
      try {
        return await within(ask(command, words), COMMAND_TIMEOUT_MS)
      } catch (error) {
        awayUntilMs = monotonicMs() + AWAY_MS
        logger.warn({ error: nameOf(error) }, 'Redis is away; this replica decides alone')
        return null
      }
    },
    async problem() {
      try {
        await within(ask('PING', []), COMMAND_TIMEOUT_MS)
        awayUntilMs = Number.NEGATIVE_INFINITY
        return null
      } catch {
        return 'Redis cannot be reached: limits and confirmations are kept by each replica for itself.'
      }
    },
    close() {
      isClosed = true
      client.close()
    },
  }
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), milliseconds)
  })
  // Whatever comes of it after that is nobody's business.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error ? String(error.code) : error.message
}
