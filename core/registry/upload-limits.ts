// How much of one person may wait to be deployed, and what is said when it is too much.

import type { Outcome } from '#core/errors.ts'
import { UPLOAD_LIFETIME_MS } from './registry.ts'

/** Files of one person that wait at once: a busy day's work. More is a program that forgets what it sent. */
export const MAX_WAITING_UPLOADS = 500

/** And their size together: sixteen of the largest that the HTTP server takes. */
export const MAX_WAITING_UPLOAD_BYTES = 4 * 1024 ** 3

export interface NewUpload {
  readonly fileName: string
  readonly owner: string
  readonly content: Uint8Array | ReadableStream<Uint8Array>
  readonly maximumBytes: number
}

export interface Waiting {
  readonly count: number
  readonly bytes: number
  readonly oldestMs: number | null
}

export const NOTHING_WAITS: Waiting = { count: 0, bytes: 0, oldestMs: null }

/** It may work again when the oldest of them expires. */
export function tooManyWait({ oldestMs }: Waiting, nowMs: number): Outcome<never> {
  const endsMs = (oldestMs ?? nowMs) + UPLOAD_LIFETIME_MS
  return {
    ok: false,
    failure: {
      code: 'rate_limited',
      message: `Too many files of yours wait here: ${MAX_WAITING_UPLOADS} at once and ${describeBytes(MAX_WAITING_UPLOAD_BYTES)} together is the most. Delete some (DELETE /api/uploads/HANDLE), or wait: each is kept for a day.`,
      details: [],
      retryAfterSeconds: Math.max(1, Math.ceil((endsMs - nowMs) / 1000)),
    },
  }
}

export function describeBytes(bytes: number): string {
  const mebibyte = 1024 * 1024
  return bytes >= mebibyte ? `${Math.floor(bytes / mebibyte)} MB` : `${bytes} bytes`
}
