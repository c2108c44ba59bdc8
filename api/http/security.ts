// Keeps pages of other sites out of a server that listens on this machine alone.

import type { Failure } from '#core/errors.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i
const PORT_SUFFIX = /:\d+$/
const READ_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}

/** `127.0.0.1:3000` → `127.0.0.1`, `[::1]:3000` → `[::1]`. */
function hostNameOf(host: string): string {
  return host.replace(PORT_SUFFIX, '').toLowerCase()
}

export type Guard = (request: Request) => Failure | null

/**
 * A browser sends a page's requests to whatever its host name resolves to, so a name that an attacker points at
 * 127.0.0.1 would reach us as if it were ours (DNS rebinding), and any page may send a form to a local port. On loopback
 * every request must therefore name a host of this machine, and one that changes something must come from no page or
 * from a page of this very server. Elsewhere keys protect, and proxies rename hosts.
 */
export function createGuard(options: {
  boundHost: string
  /** Names under which a proxy in front of a loopback server is reached. */
  allowedHosts: readonly string[]
}): Guard {
  if (!isLoopback(options.boundHost)) return () => null
  const allowed = new Set(options.allowedHosts.map((host) => host.toLowerCase()))
  const isOurs = (host: string) => isLoopback(hostNameOf(host)) || allowed.has(hostNameOf(host))
  // Clients repeat one or two Host values for ever; remembering the last good one keeps the check off the hot path.
  let lastGoodHost = ''
  return (request) => {
    const host = request.headers.get('host')
    if (host !== null && host !== lastGoodHost) {
      if (!isOurs(host)) return REFUSED_HOST
      lastGoodHost = host
    }
    if (READ_METHODS.includes(request.method)) return null
    const origin = request.headers.get('origin')
    if (origin !== null) return isSameOrigin(origin, host) ? null : REFUSED_ORIGIN
    // Browsers that leave out Origin still say where a request came from.
    return request.headers.get('sec-fetch-site') === 'cross-site' ? REFUSED_ORIGIN : null
  }
}

function isSameOrigin(origin: string, host: string | null): boolean {
  if (host === null) return false
  const lower = host.toLowerCase()
  return origin.toLowerCase() === `http://${lower}` || origin.toLowerCase() === `https://${lower}`
}

const REFUSED_HOST: Failure = {
  code: 'forbidden',
  message:
    'This server answers only to the names of this machine (localhost, 127.0.0.1); the Host header names another.',
  details: [],
}

const REFUSED_ORIGIN: Failure = {
  code: 'forbidden',
  message: 'Pages of other sites may not change anything here; the Origin header names one.',
  details: [],
}
