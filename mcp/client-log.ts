// What a client is told of its calls beside the answers, and only where it asked: how each ended, and its id in the log here.

import {
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

/** From the least to the most urgent, as in RFC 5424. */
const LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const satisfies readonly LoggingLevel[]

const levelName = z.enum(LEVELS)

/** The level that a request of the newer era carries; null where it asks for nothing. */
export function levelOf(envelope: Readonly<Record<string, unknown>>): LoggingLevel | null {
  return levelName.safeParse(envelope[LOG_LEVEL_META_KEY]).data ?? null
}

export type ClientLog = (level: LoggingLevel, data: unknown) => void

/** `wanted` is the least urgent level that is told; nothing is told where it is null. */
export function clientLogOf(
  { notify }: Pick<ServerContext['mcpReq'], 'notify'>,
  wanted: LoggingLevel | null,
): ClientLog {
  if (wanted === null) return () => undefined
  const least = LEVELS.indexOf(wanted)
  return (level, data) => {
    if (LEVELS.indexOf(level) < least) return
    // A client that went away misses nothing that it could still read.
    notify({
      method: 'notifications/message',
      params: { level, logger: 'parley', data },
    }).catch(() => undefined)
  }
}

const told = z.object({ level: levelName, data: z.unknown() })

/** A message of a server behind this one goes on as it came. */
export function passMessage(params: unknown, log: ClientLog): void {
  const message = told.safeParse(params)
  if (message.success) log(message.data.level, message.data.data)
}
