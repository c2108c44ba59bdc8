// `/mcp` of the server, loaded when the first client comes: its library would cost every start a tenth of a second.

import type { Mount } from '#api/application.ts'
import { isLoopback } from '#api/http/security.ts'
import { modelDocument } from '#api/openapi/model-document.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { McpEndpoint } from '#mcp/endpoint.ts'

export interface McpMount {
  readonly answer: Mount
  close(): Promise<void>
}

export function createMcpMount(options: {
  readonly ports: Ports
  readonly host: string
  readonly allowedHosts: readonly string[]
  readonly version: string
}): McpMount {
  let endpoint: Promise<McpEndpoint> | null = null
  return {
    async answer(request, principal) {
      endpoint ??= open(options)
      return (await endpoint).fetch(request, principal)
    },
    close: async () => (await endpoint)?.close(),
  }
}

async function open({ ports, host, allowedHosts, version }: Parameters<typeof createMcpMount>[0]) {
  const [{ createMcpEndpoint }, { createOwnBackend }] = await Promise.all([
    import('#mcp/endpoint.ts'),
    import('#mcp/own-backend.ts'),
  ])
  return createMcpEndpoint({
    backend: createOwnBackend({ ports, openApiOf: modelDocument }),
    version,
    logger: ports.logger,
    now: ports.now,
    randomId: ports.randomId,
    loopback: isLoopback(host),
    allowedHosts,
  })
}
