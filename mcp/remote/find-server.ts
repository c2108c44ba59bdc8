// Finds out whether a Parley server answers at an address, before anything relies on it.

import { ownExchange } from '../backend.ts'
import { forward, post, type RemoteServer } from './forward.ts'

/** A server on this machine answers in milliseconds; one that does not is none. */
const PATIENCE_MS = 2_000

/** `locked`: a Parley that does not take the key, or wants one where there is none. */
export type FoundServer = 'ours' | 'locked' | 'none'

/** How a Parley asks for a key; api/http/errors.ts writes it. */
const OUR_CHALLENGE = 'realm="Parley"'

/** Health alone could be anybody's on that port; what lists our tools, or asks for our keys, is ours. */
export async function findServer(server: RemoteServer): Promise<FoundServer> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const request = { method: 'tools/list', parameters: {} }
  const exchange = ownExchange({ id: 'local', role: 'viewer', surface: 'mcp' }, signal)
  try {
    const health = await fetch(`${server.url}/health`, { signal })
    if (!health.ok) return 'none'
    const head = await post(request, exchange, server)
    await head.body?.cancel()
    if (head.status === UNAUTHORIZED) {
      const challenge = head.headers.get('www-authenticate') ?? ''
      return challenge.includes(OUR_CHALLENGE) ? 'locked' : 'none'
    }
    const result = await forward(request, exchange, server)
    return JSON.stringify(result).includes('"list_models"') ? 'ours' : 'none'
  } catch {
    return 'none'
  }
}

const UNAUTHORIZED = 401
