// JSON requests to this very server: answers as values, problems in words, and news of a server that is gone.

import type { ErrorCode, FailureDetail } from '#core/errors.ts'
import { keyHeaders, reportStatus } from './key.ts'

/** Why something did not work, in words to show where it happened. */
export interface Problem {
  readonly kind: 'refused' | 'unreachable' | 'stopped'
  readonly code: ErrorCode | null
  readonly message: string
  readonly details: readonly FailureDetail[]
  /** What finds it in the server's log. */
  readonly requestId?: string
  /** Where the message is a question: what says yes to it. */
  readonly confirmation?: string
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

const GONE_MESSAGE = 'Parley does not answer. Is the server still running?'

export const STOPPED: Problem = { kind: 'stopped', code: null, message: 'Stopped.', details: [] }
export const UNREACHABLE: Problem = {
  kind: 'unreachable',
  code: null,
  message: GONE_MESSAGE,
  details: [],
}

type ReachListener = (reachable: boolean) => void
const listeners = new Set<ReachListener>()

/** Tells whether the last request reached the server; returns unsubscribe. */
export function onReach(listener: ReachListener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function reportReach(reachable: boolean): void {
  for (const listener of listeners) listener(reachable)
}

export interface JsonRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Never throws. */
export async function requestJson<T>(path: string, request: JsonRequest = {}): Promise<Answer<T>> {
  const response = await send(path, request, 'application/json')
  if (!response.ok) return response
  if (!response.value.ok) return { ok: false, problem: await problemOf(response.value) }
  try {
    const value: T = await response.value.json()
    return { ok: true, value }
  } catch {
    return failed(request.signal)
  }
}

/** The response whatever its status; only a server that cannot be reached is a problem. */
export async function send(
  path: string,
  { method, body, signal }: JsonRequest,
  accept: string,
): Promise<Answer<Response>> {
  try {
    const response = await fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        accept,
        ...keyHeaders(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
      cache: 'no-store',
    })
    reportReach(true)
    reportStatus(response.status)
    return { ok: true, value: response }
  } catch {
    return failed(signal)
  }
}

function failed(signal: AbortSignal | undefined): Answer<never> {
  if (signal?.aborted === true) return { ok: false, problem: STOPPED }
  reportReach(false)
  return { ok: false, problem: UNREACHABLE }
}

export async function problemOf(response: Response): Promise<Problem> {
  return readProblem(response.status, await response.text().catch(() => ''))
}

interface ErrorShape {
  readonly error?: {
    readonly code?: ErrorCode
    readonly message?: string
    readonly details?: readonly FailureDetail[]
    readonly request_id?: string
    readonly confirmation?: string
  }
}

/** Reads the body that every error of the server has; anything else (a proxy's page) becomes its status. */
export function readProblem(status: number, text: string): Problem {
  let body: ErrorShape | null = null
  try {
    body = JSON.parse(text)
  } catch {
    body = null
  }
  return {
    kind: 'refused',
    code: body?.error?.code ?? null,
    message: body?.error?.message ?? `The server answered with status ${status}.`,
    details: body?.error?.details ?? [],
    ...(body?.error?.request_id !== undefined && { requestId: body.error.request_id }),
    ...(body?.error?.confirmation !== undefined && { confirmation: body.error.confirmation }),
  }
}
