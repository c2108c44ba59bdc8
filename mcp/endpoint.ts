// `/mcp` over HTTP: checks where a request comes from, then serves it in the era it speaks.

import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isJsonContentType,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  readRequestBody,
} from '@modelcontextprotocol/server'
import type { Logger, Principal } from '#core/operations/operation.ts'
import type { Backend } from './backend.ts'
import { createMcpServer } from './create-server.ts'
import { KEEP_ALIVE_MS, MAX_MESSAGE_BYTES } from './limits.ts'
import { changedUris } from './notices.ts'
import { createSessions } from './sessions.ts'

export interface EndpointOptions {
  readonly backend: Backend
  readonly version: string
  readonly logger: Logger
  readonly now: () => number
  readonly randomId: () => string
  /** True where only this machine can connect: then every Host and Origin must name it (DNS rebinding). */
  readonly loopback: boolean
  /** Host names under which a proxy in front of the server is reached; pages of theirs may connect. */
  readonly allowedHosts?: readonly string[]
}

export interface McpEndpoint {
  /** `principal` was found by the server around it; a request without one never gets here. */
  fetch(request: Request, principal: Principal): Promise<Response>
  close(): Promise<void>
}

export function createMcpEndpoint(options: EndpointOptions): McpEndpoint {
  const { backend, version, logger, now, randomId } = options
  const build = (principal: Principal, subscriptions?: Set<string>) =>
    createMcpServer({
      backend,
      // Found for this very request, or for the session that each request must belong to.
      findPrincipal: () => principal,
      version,
      logger,
      ...(subscriptions !== undefined && { subscriptions }),
    })
  const handler = createMcpHandler((context) => build(principalIn(context.authInfo?.extra)), {
    keepAliveMs: KEEP_ALIVE_MS,
    maxRequestBodySize: MAX_MESSAGE_BYTES,
    onerror: (error) => logger.warn({ error: error.name }, 'mcp request refused'),
  })
  const sessions = createSessions({ now, randomId, createServer: build })
  const unsubscribe = backend.onChange((models) => {
    handler.notify.toolsChanged()
    handler.notify.resourcesChanged()
    for (const uri of changedUris(models)) handler.notify.resourceUpdated(uri)
    sessions.tell(models)
  })
  return {
    async fetch(request, asking) {
      const refused = refuse(request, options)
      if (refused !== null) return refused
      const principal: Principal = { ...asking, surface: 'mcp' }
      const read = await readMessage(request)
      if (read instanceof Response) return read
      if (await isLegacyRequest(request, read.body)) {
        const served = await sessions.serve(request, read.body, principal)
        if (served !== null) return served
      }
      return handler.fetch(request, {
        authInfo: { token: '', clientId: principal.id, scopes: [], extra: { principal } },
        ...(read.body !== undefined && { parsedBody: read.body }),
      })
    },
    async close() {
      unsubscribe()
      await sessions.close()
      await handler.close()
    },
  }
}

function principalIn(extra: Readonly<Record<string, unknown>> | undefined): Principal {
  // Put there by `fetch` above and by nobody else.
  return extra?.['principal'] as Principal
}

/** 403 for names and pages of elsewhere; the library leaves these checks to us. */
function refuse(
  request: Request,
  { loopback, allowedHosts = [] }: EndpointOptions,
): Response | null {
  const own = new URL(request.url).hostname
  if (!loopback) return originValidationResponse(request, [own, ...allowedHosts]) ?? null
  return (
    hostHeaderValidationResponse(request, [...localhostAllowedHostnames(), ...allowedHosts]) ??
    originValidationResponse(request, [...localhostAllowedOrigins(), ...allowedHosts]) ??
    null
  )
}

/** The body is read once, under a limit, and handed on parsed. */
async function readMessage(request: Request): Promise<{ body: unknown } | Response> {
  if (request.method !== 'POST') return { body: undefined }
  if (!isJsonContentType(request.headers.get('content-type'))) {
    return refusal(415, -32_000, 'Content-Type must be application/json')
  }
  const read = await readRequestBody(request, MAX_MESSAGE_BYTES)
  if (read.tooLarge) return refusal(413, -32_000, 'The message is too large')
  try {
    return { body: JSON.parse(read.text) }
  } catch {
    return refusal(400, -32_700, 'Parse error: the body is not JSON')
  }
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status })
}
