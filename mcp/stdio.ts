// Serves a backend over standard input and output, where only protocol messages may be written.

import { type StdioServerHandle, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Logger } from '#core/operations/operation.ts'
import type { Backend } from './backend.ts'
import { createMcpServer, type FindPrincipal } from './create-server.ts'
import { tellServer } from './notices.ts'

export interface StdioOptions {
  readonly backend: Backend
  readonly findPrincipal: FindPrincipal
  readonly version: string
  readonly logger: Logger
}

/** Serves until the returned handle is closed or the client closes its end. */
export function serveOnStdio({
  backend,
  findPrincipal,
  version,
  logger,
}: StdioOptions): StdioServerHandle {
  return serveStdio(
    ({ era }) => {
      const subscriptions = new Set<string>()
      const server = createMcpServer({ backend, findPrincipal, version, logger, subscriptions })
      // In the newer era the entry keeps the subscriptions and passes on what was asked for.
      const wanted = (uri: string) => era === 'modern' || subscriptions.has(uri)
      const unsubscribe = backend.onChange((models) => void tellServer(server, models, wanted))
      server.onclose = unsubscribe
      return server
    },
    { onerror: (error) => logger.warn({ error: error.name }, 'mcp message refused') },
  )
}
