// Reads request bodies under limits that hold while the bytes arrive.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { JSON_BODY_DEADLINE_MS } from '../limits.ts'
import { locateJsonFault } from './json-position.ts'

/** Bodies up to this size with a declared length are read in one native call; the rest goes through the counting reader. */
const DIRECT_READ_BYTES = 1024 * 1024

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/** Bytes as a person says them: `8 MB`. */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`
}

export function tooLarge(what: string, maximumBytes: number): Outcome<never> {
  return fail(
    'too_large',
    `${what} is larger than the limit of ${describeBytes(maximumBytes)} (${maximumBytes} bytes).`,
  )
}

/** The declared length, or null for a chunked body. */
export function declaredLength(request: Request): number | null {
  const header = request.headers.get('content-length')
  if (header === null) return null
  const length = Number(header)
  return Number.isSafeInteger(length) && length >= 0 ? length : null
}

/** The media type in lower case without parameters; '' where there is none. */
export function mediaTypeOf(request: Request): string {
  const header = request.headers.get('content-type') ?? ''
  const end = header.indexOf(';')
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
}

/** Parses a JSON body once. 415 for another type, 413 past the limit, 400 with the place of the fault. */
export async function readJson(request: Request, maximumBytes: number): Promise<Outcome<unknown>> {
  const direct = startJsonText(request, maximumBytes)
  if (direct !== null) return parseJson(request, await direct)
  if (!isJson(request)) {
    return fail(
      'unsupported_file',
      'This takes JSON: send it with the header "Content-Type: application/json".',
    )
  }
  const bytes = await readBytes(request, maximumBytes, 'The body', JSON_BODY_DEADLINE_MS)
  return bytes.ok ? parseJson(request, new TextDecoder().decode(bytes.value)) : bytes
}

/**
 * The text of a small JSON body of declared length, read in one native call; null where `readJson` must take its time or
 * say what is wrong. For the way of a prediction, where one promise less can be measured.
 */
export function startJsonText(request: Request, maximumBytes: number): Promise<string> | null {
  if (!isJson(request)) return null
  const declared = declaredLength(request)
  if (declared === null || declared > Math.min(maximumBytes, DIRECT_READ_BYTES)) return null
  return request.text()
}

export function parseJson(request: Request, text: string): Outcome<unknown> {
  try {
    return succeed(JSON.parse(text))
  } catch {
    return malformedJson(request, text)
  }
}

function isJson(request: Request): boolean {
  const type = request.headers.get('content-type')
  return type === 'application/json' || (type !== null && JSON_TYPE.test(type))
}

function malformedJson(request: Request, text: string): Outcome<never> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') {
    return fail('unsupported_file', 'Compressed bodies are not read here; send the JSON plain.')
  }
  const fault = locateJsonFault(text)
  const where =
    fault === null ? '' : ` Line ${fault.line}, column ${fault.column}: ${fault.message}.`
  return fail('malformed_request', `The body is not valid JSON.${where}`)
}

/** Reads a whole body, refusing it at the byte that passes the limit. */
export async function readBytes(
  request: Request,
  maximumBytes: number,
  what: string,
  deadlineMs: number,
): Promise<Outcome<Uint8Array>> {
  const declared = declaredLength(request)
  if (declared !== null && declared > maximumBytes) return tooLarge(what, maximumBytes)
  if (request.body === null) return succeed(new Uint8Array(0))
  const reader = withDeadline(request.body, deadlineMs).getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const next = await readNext(reader)
    if (next === 'late') return lateBody(deadlineMs)
    if (next.done) break
    size += next.value.byteLength
    if (size > maximumBytes) {
      await reader.cancel()
      return tooLarge(what, maximumBytes)
    }
    pieces.push(next.value)
  }
  return succeed(Buffer.concat(pieces, size))
}

async function readNext(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<{ done: false; value: Uint8Array } | { done: true } | 'late'> {
  try {
    const next = await reader.read()
    return next.done ? { done: true } : { done: false, value: next.value }
  } catch (error) {
    if (error instanceof BodyDeadline) return 'late'
    throw error
  }
}

/** Thrown into the reader of a body whose sender is too slow. */
export class BodyDeadline extends Error {}

export function lateBody(deadlineMs: number): Outcome<never> {
  return fail(
    'malformed_request',
    `The body did not arrive within ${Math.round(deadlineMs / 1000)} seconds.`,
  )
}

/** The same stream, which fails with `BodyDeadline` when it is not at its end in time. */
export function withDeadline(
  body: ReadableStream<Uint8Array>,
  deadlineMs: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  return new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setTimeout(() => {
        controller.error(new BodyDeadline())
        reader.cancel().catch(() => undefined)
      }, deadlineMs)
    },
    async pull(controller) {
      try {
        const next = await reader.read()
        if (!next.done) return controller.enqueue(next.value)
        clearTimeout(timer)
        controller.close()
      } catch (error) {
        clearTimeout(timer)
        controller.error(error)
      }
    },
    async cancel(reason) {
      clearTimeout(timer)
      await reader.cancel(reason)
    },
  })
}
