// Files that are either whole and on the disk or not there: written aside, synced, renamed, and the folder synced.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

type FileHandle = Awaited<ReturnType<typeof open>>

/** Marks a file that is still being written; whoever dies in the middle leaves one, and the sweep takes it away. */
export const TEMPORARY_SUFFIX = '.part'

export interface WrittenFile {
  readonly sha256: string
  readonly sizeBytes: number
}

/** Models and uploads are nobody's business but the owner's of the process. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/**
 * Writes `content` to `folder/<finalName>`. null, and nothing left behind, where it is longer than `maximumBytes`; any
 * error leaves nothing behind either.
 */
export async function writeDurably(options: {
  readonly folder: string
  readonly temporaryName: string
  readonly finalName: string
  readonly content: Uint8Array | ReadableStream<Uint8Array>
  readonly maximumBytes: number
}): Promise<WrittenFile | null> {
  const temporary = join(options.folder, `${options.temporaryName}${TEMPORARY_SUFFIX}`)
  try {
    const written = await writeTemporary(temporary, options.content, options.maximumBytes)
    if (written === null) {
      await rm(temporary, { force: true })
      return null
    }
    await rename(temporary, join(options.folder, options.finalName))
    await syncFolder(options.folder)
    return written
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** The same for bytes at hand, where a lock is held and nothing may wait. */
export function writeDurablyNow(options: {
  readonly folder: string
  readonly temporaryName: string
  readonly finalName: string
  readonly content: Uint8Array
}): void {
  const temporary = join(options.folder, `${options.temporaryName}${TEMPORARY_SUFFIX}`)
  try {
    writeFileSync(temporary, options.content, { flag: 'wx', mode: 0o600, flush: true })
    renameSync(temporary, join(options.folder, options.finalName))
    syncFolderNow(options.folder)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

async function writeTemporary(
  file: string,
  content: Uint8Array | ReadableStream<Uint8Array>,
  maximumBytes: number,
): Promise<WrittenFile | null> {
  const hasher = new Bun.CryptoHasher('sha256')
  let sizeBytes = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    const chunks = content instanceof Uint8Array ? [content] : content
    // Leaving the loop early cancels the stream, so a sender of too much is not read to the end.
    for await (const chunk of chunks) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > maximumBytes) return null
      hasher.update(chunk)
      await writeWhole(handle, chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { sha256: hasher.digest('hex'), sizeBytes }
}

/** A write may take less than it was given, at a full disk or a signal. */
async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0
  while (offset < chunk.byteLength) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.byteLength - offset)
    offset += bytesWritten
  }
}

/** A rename is on the disk only when its folder is. Windows can neither open nor sync a folder, and needs not to. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function syncFolderNow(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
