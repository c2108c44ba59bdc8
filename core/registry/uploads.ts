// Uploads: a file streamed to the disk under a limit, its row, and its end a day later.

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { SqliteRegistryDatabase } from './database.ts'
import {
  makePrivateFolder,
  TEMPORARY_SUFFIX,
  type WrittenFile,
  writeDurably,
} from './durable-file.ts'
import { UPLOAD_LIFETIME_MS, type UploadRecord } from './registry.ts'
import { errorCode, RegistryUnavailable, storageReason } from './registry-unavailable.ts'
import { uploads } from './schema.ts'
import {
  describeBytes,
  MAX_WAITING_UPLOAD_BYTES,
  MAX_WAITING_UPLOADS,
  type NewUpload,
  NOTHING_WAITS,
  tooManyWait,
  type Waiting,
} from './upload-limits.ts'

export interface UploadStore {
  /** Fails with too_large while it is read, and with rate_limited where too much of the owner waits already. */
  create(upload: NewUpload): Promise<Outcome<UploadRecord>>
  find(id: string): UploadRecord | null
  read(id: string): Promise<Uint8Array>
  delete(id: string): Promise<void>
  /** Takes away expired uploads, and files without a row that nobody has written to since `orphansBeforeMs`. */
  sweep(orphansBeforeMs: number): Promise<void>
}

export async function openUploadStore(options: {
  readonly folder: string
  readonly queries: SqliteRegistryDatabase
  readonly now: () => number
  readonly randomId: () => string
  /** Of one owner's waiting files together; smaller in tests. */
  readonly maximumWaitingBytes?: number
}): Promise<UploadStore> {
  const { folder, queries, now, randomId } = options
  const maximumWaitingBytes = options.maximumWaitingBytes ?? MAX_WAITING_UPLOAD_BYTES
  await makePrivateFolder(folder)
  const byId = queries
    .select()
    .from(uploads)
    .where(eq(uploads.id, sql.placeholder('id')))
    .prepare()
  const find = (id: string): UploadRecord | null => {
    const row = byId.get({ id })
    if (row === undefined || row.createdAtMs <= now() - UPLOAD_LIFETIME_MS) return null
    return toRecord(row)
  }
  const ofOwner = queries
    .select({
      count: sql<number>`count(*)`,
      bytes: sql<number>`coalesce(sum(${uploads.sizeBytes}), 0)`,
      oldestMs: sql<number | null>`min(${uploads.createdAtMs})`,
    })
    .from(uploads)
    .where(
      and(
        eq(uploads.owner, sql.placeholder('owner')),
        gt(uploads.createdAtMs, sql.placeholder('sinceMs')),
      ),
    )
    .prepare()
  const waiting = (owner: string): Waiting =>
    ofOwner.get({ owner, sinceMs: now() - UPLOAD_LIFETIME_MS }) ?? NOTHING_WAITS
  // Files on their way in this process, by owner: they have no row yet.
  const receiving = new Map<string, number>()
  // The row goes first: a row without its file would be an upload that cannot be read.
  const remove = async (id: string): Promise<void> => {
    const row = queries.delete(uploads).where(eq(uploads.id, id)).returning().get()
    if (row !== undefined) await rm(join(folder, row.id), { force: true })
  }
  return {
    async create(upload) {
      const before = waiting(upload.owner)
      const count = before.count + (receiving.get(upload.owner) ?? 0)
      if (count >= MAX_WAITING_UPLOADS) return tooManyWait(before, now())
      const id = randomId()
      receiving.set(upload.owner, (receiving.get(upload.owner) ?? 0) + 1)
      const room = maximumWaitingBytes - before.bytes
      const written = await receive(folder, id, {
        ...upload,
        maximumBytes: Math.min(upload.maximumBytes, room),
      }).finally(() => {
        receiving.set(upload.owner, (receiving.get(upload.owner) ?? 1) - 1)
        if (receiving.get(upload.owner) === 0) receiving.delete(upload.owner)
      })
      if (!written.ok) {
        const isFull = written.failure.code === 'too_large' && room < upload.maximumBytes
        return isFull ? tooManyWait(before, now()) : written
      }
      // Others of the same person may have come in beside it.
      if (waiting(upload.owner).bytes + written.value.sizeBytes > maximumWaitingBytes) {
        await rm(join(folder, id), { force: true })
        return tooManyWait(before, now())
      }
      const row = {
        id,
        fileName: upload.fileName,
        owner: upload.owner,
        createdAtMs: now(),
        ...written.value,
      }
      queries.insert(uploads).values(row).run()
      return succeed(toRecord(row))
    },
    find,
    async read(id) {
      const record = find(id)
      if (record === null) throw new RegistryUnavailable('The upload is gone or has expired.')
      return await Bun.file(join(folder, record.id)).bytes()
    },
    delete: remove,
    async sweep(orphansBeforeMs) {
      const expired = queries
        .select({ id: uploads.id })
        .from(uploads)
        .where(lt(uploads.createdAtMs, now() - UPLOAD_LIFETIME_MS))
        .all()
      for (const { id } of expired) await remove(id)
      for (const name of await readdir(folder)) {
        if (name.endsWith(TEMPORARY_SUFFIX) || byId.get({ id: name }) !== undefined) continue
        const file = join(folder, name)
        if (await isOlder(file, orphansBeforeMs)) await rm(file, { force: true })
      }
    },
  }
}

/** A full disk and a sender that breaks off are things that happen, not bugs. */
async function receive(
  folder: string,
  id: string,
  upload: NewUpload,
): Promise<Outcome<WrittenFile>> {
  try {
    const written = await writeDurably({
      folder,
      temporaryName: id,
      finalName: id,
      content: upload.content,
      maximumBytes: upload.maximumBytes,
    })
    if (written !== null) return succeed(written)
    return fail('too_large', `The file is larger than ${describeBytes(upload.maximumBytes)}.`)
  } catch (error) {
    const reason = storageReason(error)
    if (reason !== null) return fail('unavailable', `The upload could not be stored: ${reason}.`)
    if (upload.content instanceof Uint8Array) throw error
    return fail('cancelled', 'The upload broke off before it was complete.')
  }
}

async function isOlder(file: string, beforeMs: number): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs < beforeMs
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

function toRecord(row: typeof uploads.$inferSelect): UploadRecord {
  const { id, fileName, sizeBytes, sha256, owner } = row
  return {
    id,
    fileName,
    sizeBytes,
    sha256,
    owner,
    createdAt: new Date(row.createdAtMs).toISOString(),
  }
}
