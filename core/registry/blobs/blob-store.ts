// The port to files that several machines share: artifacts and uploads, each whole or not there, under a key.

/** `artifacts/<sha256>` or `uploads/<id>`. */
export type BlobKey = `artifacts/${string}` | `uploads/${string}`

export interface BlobStore {
  /** Durable when it resolves. null, and nothing left behind, where the content is longer than `maximumBytes`. */
  write(
    key: BlobKey,
    content: Uint8Array | ReadableStream<Uint8Array>,
    maximumBytes: number,
  ): Promise<{ readonly sha256: string; readonly sizeBytes: number } | null>
  /** null where there is none. */
  read(key: BlobKey): Promise<Uint8Array | null>
  has(key: BlobKey): Promise<boolean>
  /** No error where there is none. */
  remove(key: BlobKey): Promise<void>
  /** Every key of a kind, and when it was last written, in milliseconds since 1970. */
  list(
    kind: 'artifacts' | 'uploads',
  ): Promise<readonly { readonly key: BlobKey; readonly writtenAtMs: number }[]>
}

const KEY = /^(?:artifacts\/[0-9a-f]{64}|uploads\/[0-9a-f]{32})$/

/** Throws for anything that could name another file. */
export function checkKey(key: BlobKey): BlobKey {
  if (!KEY.test(key)) throw new Error('A file is named by its sha256 or its upload.')
  return key
}
