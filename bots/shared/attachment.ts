// Fetches a file that came with a message and keeps it as an upload of the person; never longer, larger or other than expected.

import { fail, type Outcome } from '#core/errors.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { UploadRecord } from '#core/registry/registry.ts'

/** The same as an upload over HTTP. */
export const MAX_ATTACHMENT_BYTES = 256 * 1024 * 1024
/** A platform's file store that has sent nothing at all by then will not. */
const DOWNLOAD_TIMEOUT_MS = 60_000
const MAX_FILE_NAME = 200
const HTML_NAME = /\.html?$/i

export interface Attachment {
  readonly url: string
  readonly fileName: string
  /** As the platform says; checked again while the bytes come. */
  readonly sizeBytes: number | null
  /** `Authorization` where the platform wants one. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface AttachmentContext {
  readonly ports: Pick<Ports, 'registry'>
  readonly owner: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Origins (`https://files.slack.com`) that may be asked: the token must not go anywhere else. */
  readonly allowedOrigins: readonly string[]
  readonly signal: AbortSignal
}

/**
 * `too_large`, `unsupported_file` (a sign-in page came instead of the file), `unavailable` (it could not be fetched);
 * every message says what to do.
 */
export async function receiveAttachment(
  attachment: Attachment,
  context: AttachmentContext,
): Promise<Outcome<UploadRecord>> {
  const fileName = safeFileName(attachment.fileName)
  if ((attachment.sizeBytes ?? 0) > MAX_ATTACHMENT_BYTES) return tooLarge(fileName)
  const origin = URL.canParse(attachment.url) ? new URL(attachment.url).origin : null
  if (origin === null || !context.allowedOrigins.includes(origin)) {
    return fail('unsupported_file', `I do not fetch “${fileName}” from where it is kept.`)
  }
  const response = await request(attachment, context)
  if (response === null || !response.ok || response.body === null) {
    await response?.body?.cancel().catch(() => undefined)
    return fail(
      'unavailable',
      `I could not fetch “${fileName}”${response === null ? '' : ` (the file store answered ${response.status})`}. Please send the file again.`,
    )
  }
  if (isSignInPage(response, fileName)) {
    await response.body.cancel().catch(() => undefined)
    return fail(
      'unsupported_file',
      `Instead of “${fileName}” I was given a sign-in page: this app may not read files. Whoever runs it has to add the permission to read files and install it again.`,
    )
  }
  return store(response.body, fileName, context)
}

async function request(
  attachment: Attachment,
  context: AttachmentContext,
): Promise<Response | null> {
  try {
    return await context.fetch(attachment.url, {
      // A redirect would carry the token elsewhere.
      redirect: 'error',
      headers: { ...attachment.headers },
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]),
    })
  } catch {
    return null
  }
}

function isSignInPage(response: Response, fileName: string): boolean {
  const type = response.headers.get('content-type') ?? ''
  return type.toLowerCase().startsWith('text/html') && !HTML_NAME.test(fileName)
}

async function store(
  content: ReadableStream<Uint8Array>,
  fileName: string,
  { ports, owner }: AttachmentContext,
): Promise<Outcome<UploadRecord>> {
  try {
    const stored = await ports.registry.createUpload({
      fileName,
      owner,
      content,
      maximumBytes: MAX_ATTACHMENT_BYTES,
    })
    return stored.ok || stored.failure.code !== 'too_large' ? stored : tooLarge(fileName)
  } catch {
    return fail(
      'unavailable',
      `“${fileName}” broke off before it was here. Please send the file again.`,
    )
  }
}

function tooLarge(fileName: string): Outcome<never> {
  return fail(
    'too_large',
    `“${fileName}” is larger than the ${MAX_ATTACHMENT_BYTES / 1024 / 1024} MB that I take in a chat. Use the command line or POST /api/models for larger files.`,
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: taking control characters out is the purpose
const UNSAFE = /[\u0000-\u001f\u007f/\\]+/g

/** A name for people and for formats; it is never used as a path. */
function safeFileName(name: string): string {
  const safe = name.replace(UNSAFE, '_').slice(-MAX_FILE_NAME).trim()
  return safe === '' ? 'file' : safe
}
