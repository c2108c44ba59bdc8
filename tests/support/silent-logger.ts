// Loggers for tests: one that says nothing and one that remembers.

import type { Logger } from '#core/operations/operation.ts'

export const silentLogger: Logger = {
  ignoresInfo: true,
  info() {},
  warn() {},
  error() {},
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export function createRecordingLogger(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (fields: LogLine['fields'], message: string) =>
    void lines.push({ level, fields, message })
  return { logger: { info: at('info'), warn: at('warn'), error: at('error') }, lines }
}
