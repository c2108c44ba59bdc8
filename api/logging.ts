// The structured log: one JSON line an event, on standard error, without bodies, query values or rows.

import pino, { type DestinationStream } from 'pino'
import type { Logger } from '#core/operations/operation.ts'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a request's line may hold. Route patterns stand for paths, so that no name or value of a person gets in. */
export type RequestLine = {
  readonly request_id: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly latency_ms: number
  model?: string
  model_version?: string
  rows?: number
  code?: string
}

/** `silent` by default: start-up and every day are quiet unless someone asks. */
export function createLogger(
  options: { level?: LogLevel; destination?: DestinationStream } = {},
): Logger {
  const destination = options.destination ?? pino.destination({ dest: 2, sync: true })
  const logger = pino(
    { level: options.level ?? 'silent', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  )
  return {
    ignoresInfo: !logger.isLevelEnabled('info'),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  }
}

/**
 * What a log line may hold of an exception. Messages of foreign code may quote data, so only the name and the frames of
 * the stack stay.
 */
export function describeError(error: unknown): { error: string; stack: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, stack: [] }
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
  return { error: error.name, stack: frames.map((line) => line.trim()).slice(0, 12) }
}
