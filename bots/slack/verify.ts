// Proves that a request over HTTP came from Slack, just now.

import { createHmac, timingSafeEqual } from 'node:crypto'

/** Slack's own window; both ways, because a clock that is ahead would keep a replay valid for longer. */
const WINDOW_SECONDS = 5 * 60
const WHOLE_SECONDS = /^\d{1,12}$/

export function isFromSlack(
  headers: Headers,
  rawBody: string,
  options: { readonly signingSecret: string; readonly nowMs: number },
): boolean {
  const timestamp = headers.get('x-slack-request-timestamp') ?? ''
  const signature = headers.get('x-slack-signature') ?? ''
  if (!WHOLE_SECONDS.test(timestamp)) return false
  if (Math.abs(options.nowMs / 1000 - Number(timestamp)) > WINDOW_SECONDS) return false
  const expected = Buffer.from(sign(options.signingSecret, timestamp, rawBody))
  const given = Buffer.from(signature)
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given)
}

/** `v0=` and the HMAC-SHA256 of `v0:timestamp:body`. */
export function sign(signingSecret: string, timestamp: string, rawBody: string): string {
  const hmac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${rawBody}`)
  return `v0=${hmac.digest('hex')}`
}
