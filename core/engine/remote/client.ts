// Talks to inference servers that the operator named: metadata and predictions, under limits of time and size.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { isObject } from '#core/open-inference/body.ts'
import { parseRemoteAddress, type RemoteAddress } from './address.ts'

export interface RemoteEngines {
  /** `invalid_input` for an address that cannot be used. */
  address(text: string): Outcome<RemoteAddress>
  /** What the server says of the model, as it came. `unavailable` where it does not. */
  metadata(address: RemoteAddress, signal?: AbortSignal): Promise<Outcome<unknown>>
  /** The bytes of the answer. `invalid_input` where the server refused the rows, `unavailable` where it has no answer. */
  infer(address: RemoteAddress, body: string, signal?: AbortSignal): Promise<Outcome<Uint8Array>>
}

export interface RemoteEnginesOptions {
  /** Origins such as `http://triton:8000`; nothing else is connected to. */
  readonly allowed: readonly string[]
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** For the whole of one request. */
  readonly timeoutMs?: number
}

/** Longer than any model that somebody waits for in a chat. */
const TIMEOUT_MS = 10_000
/** 100,000 rows of 40 class probabilities as text. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** The part of a server's own message that is passed on. */
const MAX_SHOWN = 300
/** Statuses by which a server says that the request, not itself, is at fault. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422])

export function createRemoteEngines(options: RemoteEnginesOptions): RemoteEngines {
  const { allowed, fetch, timeoutMs = TIMEOUT_MS } = options
  const ask = async (
    { origin }: RemoteAddress,
    url: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<Uint8Array>> => {
    if (!allowed.includes(origin)) return unavailable(origin, 'may not be asked any more')
    const late = AbortSignal.timeout(timeoutMs)
    const bounded = signal === undefined ? late : AbortSignal.any([signal, late])
    try {
      // A redirect could lead to an address that nobody allowed.
      const response = await fetch(url, { ...init, redirect: 'manual', signal: bounded })
      const bytes = await readUpTo(response, MAX_ANSWER_BYTES)
      if (bytes === null) return unavailable(origin, 'answered more than can be read')
      if (response.ok) return succeed(bytes)
      if (!REFUSED.has(response.status)) {
        return unavailable(origin, `answered with status ${response.status}`)
      }
      return fail('invalid_input', `The model's server refused this: ${errorIn(bytes)}`)
    } catch {
      signal?.throwIfAborted()
      return unavailable(origin, late.aborted ? 'did not answer in time' : 'cannot be reached')
    }
  }
  return {
    address: (text) => parseRemoteAddress(text, allowed),
    async metadata(address, signal) {
      const answer = await ask(address, address.url, { method: 'GET' }, signal)
      if (!answer.ok) return answer
      const parsed = parse(answer.value)
      return parsed === undefined
        ? unavailable(address.origin, 'answered what is no JSON')
        : succeed(parsed)
    },
    infer: (address, body, signal) =>
      ask(address, `${address.url}/infer`, { method: 'POST', headers: JSON_TYPE, body }, signal),
  }
}

const JSON_TYPE = { 'content-type': 'application/json' } as const

/** Null past the limit; what is left is not read. */
async function readUpTo(response: Response, maximumBytes: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.byteLength
    if (size > maximumBytes) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces, size)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

const LINE_BREAKS = /\s+/g

/** Text of another program: shortened, on one line, and only ever shown. */
function errorIn(bytes: Uint8Array): string {
  const parsed = parse(bytes)
  const told = isObject(parsed) ? parsed['error'] : undefined
  const text = typeof told === 'string' ? told.replace(LINE_BREAKS, ' ').trim() : ''
  if (text === '') return 'it gave no reason.'
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

export function unavailable(origin: string, what: string): Outcome<never> {
  return fail('unavailable', `The model's server at ${origin} ${what}. Try again in a moment.`)
}
