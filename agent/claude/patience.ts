// Keeps the client library from waiting as long as a server asks: a person sits in front of the chat.

/** Longer waits end the request at once, because the interpreter can answer meanwhile. */
const MAX_RETRY_WAIT_MS = 5000

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Tells the library not to retry answers whose `retry-after` is too far off; all others pass unchanged. */
export function impatient(fetchIt: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetchIt(input, init)
    if (response.ok || retryAfterMs(response.headers) <= MAX_RETRY_WAIT_MS) return response
    const headers = new Headers(response.headers)
    headers.set('x-should-retry', 'false')
    return new Response(response.body, { status: response.status, headers })
  }
}

/** 0 where nothing is said; a date counts as far off, as Anthropic's API never sends one. */
function retryAfterMs(headers: Headers): number {
  const milliseconds = headers.get('retry-after-ms')
  if (milliseconds !== null) return Number(milliseconds)
  const seconds = headers.get('retry-after')
  if (seconds === null) return 0
  const value = Number(seconds) * 1000
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}
