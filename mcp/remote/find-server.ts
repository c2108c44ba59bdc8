// Finds out whether a Parley server answers at an address, before anything relies on it.

import { forward, type RemoteServer } from './forward.ts'

/** A server on this machine answers in milliseconds; one that does not is none. */
const PATIENCE_MS = 2_000

/** Health alone could be anybody's on that port; what lists our tools is ours. */
export async function findServer(server: RemoteServer): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const health = await fetch(`${server.url}/health`, { signal })
    if (!health.ok) return false
    const result = await forward(
      { method: 'tools/list', parameters: {} },
      {
        principal: { id: 'local', role: 'viewer', surface: 'mcp' },
        capabilities: {},
        signal,
        progress: () => undefined,
        answers: {},
        state: null,
      },
      server,
    )
    return JSON.stringify(result).includes('"list_models"')
  } catch {
    return false
  }
}
