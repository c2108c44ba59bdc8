// Sessions of older clients (revisions up to 2025-11-25), which hear of changes and are asked back over HTTP only in one.

import {
  isInitializeRequest,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { Principal } from '#core/operations/operation.ts'
import { KEEP_ALIVE_MS, MAX_SESSIONS, SESSION_LIFETIME_MS } from './limits.ts'
import { tellServer } from './notices.ts'

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly server: Server
  readonly principal: string
  readonly subscriptions: ReadonlySet<string>
  lastUsedMs: number
}

export interface Sessions {
  /** Null where the request belongs to no session and opens none. `body` is the parsed one of a POST. */
  serve(request: Request, body: unknown, principal: Principal): Promise<Response | null>
  tell(models: readonly string[]): void
  close(): Promise<void>
}

export interface SessionOptions {
  readonly now: () => number
  readonly randomId: () => string
  readonly createServer: (principal: Principal, subscriptions: Set<string>) => Server
}

const SESSION_HEADER = 'mcp-session-id'

export function createSessions({ now, randomId, createServer }: SessionOptions): Sessions {
  const sessions = new Map<string, Session>()
  const end = async (id: string) => {
    const session = sessions.get(id)
    sessions.delete(id)
    await session?.server.close().catch(() => undefined)
  }
  const makeRoom = () => {
    // Least recently used first: each use moves a session to the end.
    for (const [id, { lastUsedMs }] of sessions) {
      const isOld = now() - lastUsedMs > SESSION_LIFETIME_MS
      if (!isOld && sessions.size < MAX_SESSIONS) break
      void end(id)
    }
  }
  const start = async (principal: Principal) => {
    makeRoom()
    const subscriptions = new Set<string>()
    const server = createServer(principal, subscriptions)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomId,
      keepAliveMs: KEEP_ALIVE_MS,
      onsessioninitialized: (id) => {
        const session = { transport, server, principal: principal.id, subscriptions }
        sessions.set(id, { ...session, lastUsedMs: now() })
      },
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await server.connect(transport)
    return transport
  }
  return {
    async serve(request, body, principal) {
      const options = body === undefined ? {} : { parsedBody: body }
      const id = request.headers.get(SESSION_HEADER)
      if (id === null) {
        if (!isInitializeRequest(body)) return null
        const transport = await start(principal)
        return transport.handleRequest(request, options)
      }
      const session = sessions.get(id)
      // Somebody else's session is answered as if it did not exist.
      if (session === undefined || session.principal !== principal.id) return unknownSession()
      sessions.delete(id)
      sessions.set(id, { ...session, lastUsedMs: now() })
      return session.transport.handleRequest(request, options)
    },
    tell(models) {
      for (const { server, subscriptions } of sessions.values()) {
        void tellServer(server, models, (uri) => subscriptions.has(uri))
      }
    },
    async close() {
      await Promise.all([...sessions.keys()].map(end))
    },
  }
}

/** 404 makes a client open a new session by itself. */
function unknownSession(): Response {
  const error = { code: -32001, message: 'Session not found' }
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 })
}
