// Files in a bucket of S3, or of what speaks its protocol.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from 'bun'
import { writeDurably } from '../durable-file.ts'
import { RegistryUnavailable } from '../registry-unavailable.ts'
import { type BlobKey, type BlobStore, checkKey } from './blob-store.ts'

export interface S3Settings {
  readonly bucket: string
  /** In front of every key, without a slash at the end; '' where the bucket is Parley's alone. */
  readonly prefix: string
  /** Of another server than Amazon's; null for theirs. */
  readonly endpoint: string | null
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Nothing is asked of the server before the first file. */
export function createS3Blobs(settings: S3Settings): BlobStore {
  const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey } = settings
  const client = new S3Client({
    bucket,
    region,
    accessKeyId,
    secretAccessKey,
    ...(endpoint !== null && { endpoint }),
  })
  const inFront = prefix === '' ? '' : `${prefix}/`
  const nameOf = (key: BlobKey) => `${inFront}${checkKey(key)}`
  return {
    write: (key, content, maximumBytes) =>
      content instanceof Uint8Array
        ? writeBytes(client, nameOf(key), content, maximumBytes)
        : writeStream(client, nameOf(key), content, maximumBytes),
    async read(key) {
      try {
        return await client.file(nameOf(key)).bytes()
      } catch (error) {
        if (codeOf(error) === 'NoSuchKey') return null
        throw explain(error)
      }
    },
    has: (key) => asked(() => client.exists(nameOf(key))),
    remove: (key) => asked(() => client.delete(nameOf(key))),
    async list(kind) {
      const found: { key: BlobKey; writtenAtMs: number }[] = []
      let continuationToken: string | undefined
      do {
        const page = await asked(() =>
          client.list({
            prefix: `${inFront}${kind}/`,
            ...(continuationToken !== undefined && { continuationToken }),
          }),
        )
        for (const { key, lastModified } of page.contents ?? []) {
          const writtenAtMs = Date.parse(String(lastModified))
          found.push({ key: key.slice(inFront.length) as BlobKey, writtenAtMs })
        }
        continuationToken = page.isTruncated === true ? page.nextContinuationToken : undefined
      } while (continuationToken !== undefined)
      return found
    },
  }
}

async function writeBytes(
  client: S3Client,
  name: string,
  content: Uint8Array,
  maximumBytes: number,
) {
  if (content.byteLength > maximumBytes) return null
  await asked(() => client.write(name, content))
  const sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex')
  return { sha256, sizeBytes: content.byteLength }
}

/** By way of a file: what turns out to be too long, or breaks off, must never have been there. */
async function writeStream(
  client: S3Client,
  name: string,
  content: ReadableStream<Uint8Array>,
  maximumBytes: number,
) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-upload-'))
  try {
    const file = { folder, temporaryName: 'upload', finalName: 'upload', content, maximumBytes }
    const written = await writeDurably(file)
    if (written === null) return null
    await asked(() => client.write(name, Bun.file(join(folder, 'upload'))))
    return written
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explain(error)
  }
}

/** What the server said is for the log; the sentence names neither key nor bucket. */
function explain(error: unknown): unknown {
  const code = codeOf(error)
  if (code === null) return error
  const reason = REASONS[code] ?? 'its store of files does not answer as it should'
  return new RegistryUnavailable(`Files cannot be stored or read now: ${reason}.`, { cause: error })
}

const REASONS: Readonly<Record<string, string>> = {
  ConnectionRefused: 'S3 cannot be reached',
  ConnectionClosed: 'S3 closed the connection',
  Timeout: 'S3 does not answer',
  AccessDenied: 'S3 refuses the key',
  InvalidAccessKeyId: 'S3 does not know the key',
  SignatureDoesNotMatch: 'S3 refuses the secret of the key',
  NoSuchBucket: 'the bucket does not exist',
}

function codeOf(error: unknown): string | null {
  const isS3 = error instanceof Error && (error.name === 'S3Error' || 'code' in error)
  return isS3 && 'code' in error && typeof error.code === 'string' ? error.code : null
}
