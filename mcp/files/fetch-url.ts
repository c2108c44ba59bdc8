// Downloads a file from the public internet, refusing every address that leads inside, redirects included.

import { lookup as systemLookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type Failure, type Outcome, succeed } from '#core/errors.ts'
import { DOWNLOAD_DEADLINE_MS, MAX_FILE_BYTES, MAX_REDIRECTS, MAX_URL_LENGTH } from '../limits.ts'
import { fileNameOf } from './file-name.ts'
import { isPublicAddress } from './public-address.ts'

export interface Download {
  readonly fileName: string
  /** Errors where the download breaks off; `failure` then says why. */
  readonly content: ReadableStream<Uint8Array>
  failure(): Failure | null
}

export type UrlFetcher = (url: string, signal: AbortSignal) => Promise<Outcome<Download>>

export interface UrlFetcherOptions {
  /** All addresses of a host name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly isAllowed?: (address: string) => boolean
  readonly maximumBytes?: number
  readonly deadlineMs?: number
}

interface Settings extends Required<UrlFetcherOptions> {}

export function createUrlFetcher(options: UrlFetcherOptions = {}): UrlFetcher {
  const settings: Settings = {
    resolve: resolveAll,
    isAllowed: isPublicAddress,
    maximumBytes: MAX_FILE_BYTES,
    deadlineMs: DOWNLOAD_DEADLINE_MS,
    ...options,
  }
  return async (text, signal) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(settings.deadlineMs)])
    let address = text
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const url = parseAddress(address)
      if (!url.ok) return url
      const response = await open(url.value, settings, bounded)
      if (!response.ok) return response
      const next = redirectOf(response.value, url.value)
      if (next === null) return read(response.value, url.value, settings, bounded)
      response.value.destroy()
      address = next
    }
    return refuse('The address redirects too often.')
  }
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address)
}

function parseAddress(text: string): Outcome<URL> {
  if (text.length > MAX_URL_LENGTH) return refuse('The address is too long.')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return refuse('That is not a web address.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse('Files are fetched over https or http only.')
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('An address with a user name or password in it is not fetched.')
  }
  return succeed(url)
}

/** Answers with the response's head; the connection goes to an address that was checked, never to a second look-up. */
async function open(
  url: URL,
  settings: Settings,
  signal: AbortSignal,
): Promise<Outcome<IncomingMessage>> {
  const host = url.hostname.replace(BRACKETS, '')
  const addresses = isIP(host) > 0 ? [host] : await settings.resolve(host).catch(() => [])
  const [address] = addresses
  if (address === undefined) return refuse('No machine of that name was found.')
  // One bad address among good ones is a trick to reach it by chance.
  if (!addresses.every(settings.isAllowed)) return refuse(INTERNAL)
  const lookup: LookupFunction = (_host, { all }, done) => {
    const family = isIP(address)
    if (all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
  const start = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const request = start(url, { lookup, signal, headers: HEADERS }, (response) =>
      resolve(checkHead(response, settings)),
    )
    request.on('error', () => resolve(signal.aborted ? timedOut() : refuse(UNREACHABLE)))
    request.end()
  })
}

const BRACKETS = /^\[|\]$/g
/** Packed answers could grow without a bound that we see. */
const HEADERS = { 'user-agent': 'Parley', accept: '*/*', 'accept-encoding': 'identity' } as const
const UNREACHABLE = 'The file could not be fetched from that address.'
const INTERNAL =
  'That address leads into a private network or to this machine; files are fetched from the public internet only.'
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

function checkHead(response: IncomingMessage, settings: Settings): Outcome<IncomingMessage> {
  const status = response.statusCode ?? 0
  if (status === 200 || REDIRECTS.has(status)) {
    if (Number(response.headers['content-length'] ?? 0) <= settings.maximumBytes) {
      return succeed(response)
    }
    response.destroy()
    return { ok: false, failure: tooLarge(settings) }
  }
  response.destroy()
  return refuse(`The server there answered with status ${status} instead of a file.`)
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): string | null {
  if (!REDIRECTS.has(statusCode)) return null
  const { location = '' } = headers
  return URL.canParse(location, from) ? new URL(location, from).href : location
}

function read(
  response: IncomingMessage,
  url: URL,
  settings: Settings,
  signal: AbortSignal,
): Outcome<Download> {
  let failure: Failure | null = null
  const breakOff = (controller: ReadableStreamDefaultController, reason: Failure) => {
    failure = reason
    controller.error(new Error(reason.message))
    response.destroy()
  }
  let received = 0
  const pieces = response[Symbol.asyncIterator]()
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next().catch(() => null)
      if (next === null || signal.aborted) {
        return breakOff(controller, signal.aborted ? LATE : BROKEN_OFF)
      }
      if (next.done === true) return controller.close()
      const piece: Uint8Array = next.value
      received += piece.byteLength
      if (received > settings.maximumBytes) breakOff(controller, tooLarge(settings))
      else controller.enqueue(new Uint8Array(piece))
    },
    cancel() {
      response.destroy()
    },
  })
  const fileName = fileNameOf(response.headers['content-disposition'], url)
  return succeed({ fileName, content, failure: () => failure })
}

const BROKEN_OFF = unfetched('The download broke off.')
const LATE: Failure = {
  code: 'unavailable',
  message: 'The file did not arrive in time.',
  details: [],
}
const MIB = 1024 * 1024

function tooLarge({ maximumBytes }: Settings): Failure {
  return {
    code: 'too_large',
    message: `The file is larger than ${Math.round(maximumBytes / MIB)} MB.`,
    details: [],
  }
}

function timedOut(): Outcome<never> {
  return { ok: false, failure: LATE }
}

function refuse(message: string): Outcome<never> {
  return { ok: false, failure: unfetched(message) }
}

function unfetched(message: string): Failure {
  return {
    code: 'invalid_input',
    message,
    details: [{ path: 'url', message: 'cannot be fetched' }],
  }
}
