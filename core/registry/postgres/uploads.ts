// Uploads on many machines: rows in PostgreSQL, contents in the shared store of files.

import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { BlobKey, BlobStore } from '../blobs/blob-store.ts'
import { UPLOAD_LIFETIME_MS, type UploadRecord } from '../registry.ts'
import { RegistryUnavailable, storageReason } from '../registry-unavailable.ts'
import {
  describeBytes,
  MAX_WAITING_UPLOAD_BYTES,
  MAX_WAITING_UPLOADS,
  type NewUpload,
  NOTHING_WAITS,
  tooManyWait,
  type Waiting,
} from '../upload-limits.ts'
import { LOCK, type PostgresDatabase, type Transaction } from './database.ts'
import { uploads } from './schema.ts'

const keyOf = (id: string): BlobKey => `uploads/${id}`

export function openUploads(options: {
  readonly queries: PostgresDatabase
  readonly blobs: BlobStore
  readonly now: () => number
  readonly randomId: () => string
}) {
  const { queries, blobs, now, randomId } = options
  const find = async (id: string): Promise<UploadRecord | null> => {
    const [row] = await queries.select().from(uploads).where(eq(uploads.id, id))
    if (row === undefined || row.createdAtMs <= now() - UPLOAD_LIFETIME_MS) return null
    return toRecord(row)
  }
  const waiting = async (
    owner: string,
    asked: PostgresDatabase | Transaction = queries,
  ): Promise<Waiting> => {
    const [found] = await asked
      .select({
        count: sql<number>`count(*)::int`,
        bytes: sql<number>`coalesce(sum(${uploads.sizeBytes}), 0)::float8`,
        oldestMs: sql<number | null>`min(${uploads.createdAtMs})::float8`,
      })
      .from(uploads)
      .where(and(eq(uploads.owner, owner), gt(uploads.createdAtMs, now() - UPLOAD_LIFETIME_MS)))
    return found ?? NOTHING_WAITS
  }
  /** The row goes first: a row without its file would be an upload that cannot be read. */
  const remove = async (id: string): Promise<void> => {
    const [row] = await queries.delete(uploads).where(eq(uploads.id, id)).returning()
    if (row !== undefined) await blobs.remove(keyOf(row.id))
  }
  return {
    find,
    async create(upload: NewUpload): Promise<Outcome<UploadRecord>> {
      const before = await waiting(upload.owner)
      const room = MAX_WAITING_UPLOAD_BYTES - before.bytes
      if (before.count >= MAX_WAITING_UPLOADS || room <= 0) return tooManyWait(before, now())
      const id = randomId()
      const written = await receive(blobs, id, {
        ...upload,
        maximumBytes: Math.min(upload.maximumBytes, room),
      })
      if (!written.ok) {
        const isFull = written.failure.code === 'too_large' && room < upload.maximumBytes
        return isFull ? tooManyWait(before, now()) : written
      }
      const { fileName, owner } = upload
      const row = { id, fileName, owner, createdAtMs: now(), ...written.value }
      const after = await queries.transaction(async (transaction) => {
        // Others of the same person may have come in beside it, here or on another machine: one at a time is counted.
        await transaction.execute(
          sql`SELECT pg_advisory_xact_lock(${LOCK.uploads}::int, hashtext(${owner}))`,
        )
        const found = await waiting(owner, transaction)
        const isTooMuch =
          found.count >= MAX_WAITING_UPLOADS ||
          found.bytes + row.sizeBytes > MAX_WAITING_UPLOAD_BYTES
        if (!isTooMuch) await transaction.insert(uploads).values(row)
        return isTooMuch ? found : null
      })
      if (after === null) return succeed(toRecord(row))
      await blobs.remove(keyOf(id))
      return tooManyWait(after, now())
    },
    async read(id: string): Promise<Uint8Array> {
      const record = await find(id)
      const bytes = record === null ? null : await blobs.read(keyOf(record.id))
      if (bytes === null) throw new RegistryUnavailable('The upload is gone or has expired.')
      return bytes
    },
    delete: remove,
    /** Takes away expired uploads, and files without a row that nobody has written to since `orphansBeforeMs`. */
    async sweep(orphansBeforeMs: number): Promise<void> {
      const expired = await queries
        .select({ id: uploads.id })
        .from(uploads)
        .where(lt(uploads.createdAtMs, now() - UPLOAD_LIFETIME_MS))
      for (const { id } of expired) await remove(id)
      const known = await queries.select({ id: uploads.id }).from(uploads)
      const rows = new Set(known.map(({ id }) => keyOf(id)))
      for (const { key, writtenAtMs } of await blobs.list('uploads')) {
        if (!rows.has(key) && writtenAtMs < orphansBeforeMs) await blobs.remove(key)
      }
    },
  }
}

/** A full disk and a sender that breaks off are things that happen, not bugs. */
async function receive(
  blobs: BlobStore,
  id: string,
  { content, maximumBytes }: NewUpload,
): Promise<Outcome<{ readonly sha256: string; readonly sizeBytes: number }>> {
  try {
    const written = await blobs.write(keyOf(id), content, maximumBytes)
    if (written !== null) return succeed(written)
    return fail('too_large', `The file is larger than ${describeBytes(maximumBytes)}.`)
  } catch (error) {
    if (error instanceof RegistryUnavailable) return fail('unavailable', error.message)
    const reason = storageReason(error)
    if (reason !== null) return fail('unavailable', `The upload could not be stored: ${reason}.`)
    if (content instanceof Uint8Array) throw error
    return fail('cancelled', 'The upload broke off before it was complete.')
  }
}

function toRecord(row: typeof uploads.$inferSelect): UploadRecord {
  const { id, fileName, sizeBytes, sha256, owner } = row
  const createdAt = new Date(row.createdAtMs).toISOString()
  return { id, fileName, sizeBytes, sha256, owner, createdAt }
}
