// Files by path, inside folders that the person allowed and nowhere else, whatever links or dots a path holds.

import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { MAX_FILE_BYTES } from '../limits.ts'

export interface LocalFile {
  readonly fileName: string
  readonly sizeBytes: number
  /** To be read once; closes itself at its end, or by `close`. */
  readonly content: ReadableStream<Uint8Array>
  close(): Promise<void>
}

const HOME = /^~(?=$|[/\\])/

/** Folders that exist, with every link in them followed; throws a sentence that names the first that does not. */
export async function openFolders(folders: readonly string[]): Promise<Outcome<readonly string[]>> {
  const real: string[] = []
  for (const folder of folders) {
    try {
      real.push(await realpath(resolve(withHome(folder))))
    } catch {
      return fail('invalid_input', `The folder ${folder} cannot be read.`)
    }
  }
  return succeed(real)
}

/** A relative path is looked for in each allowed folder in turn. */
export async function openAllowed(
  path: string,
  folders: readonly string[],
): Promise<Outcome<LocalFile>> {
  const wanted = withHome(path)
  const candidates = isAbsolute(wanted) ? [wanted] : folders.map((folder) => join(folder, wanted))
  for (const candidate of candidates) {
    const real = await realpath(candidate).catch(() => null)
    if (real === null || !folders.some((folder) => isInside(real, folder))) continue
    return openFile(real)
  }
  // The same words whether it is missing or forbidden: a client must not learn what lies elsewhere.
  return fail('not_found', `There is no file “${path}” in the folders that were allowed.`, [
    { path: 'path', message: 'cannot be read' },
  ])
}

function withHome(path: string): string {
  return path.replace(HOME, homedir())
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** No link is followed any more, and pipes and devices, which never end, are refused. */
async function openFile(path: string): Promise<Outcome<LocalFile>> {
  let handle: FileHandle
  try {
    handle = await open(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    )
  } catch {
    return fail('not_found', 'That file cannot be read.', [
      { path: 'path', message: 'cannot be read' },
    ])
  }
  const status = await handle.stat()
  if (!status.isFile() || status.size > MAX_FILE_BYTES) {
    await handle.close()
    return status.isFile()
      ? fail('too_large', `The file is larger than ${MAX_FILE_BYTES / 1024 ** 2} MB.`)
      : fail('invalid_input', 'That is a folder or a device, not a file.', [
          { path: 'path', message: 'is not a file' },
        ])
  }
  return succeed({
    fileName: basename(path),
    sizeBytes: status.size,
    content: streamOf(handle),
    close: () => handle.close(),
  })
}

const PIECE_BYTES = 256 * 1024

function streamOf(handle: FileHandle): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(PIECE_BYTES), 0, PIECE_BYTES)
      if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
      controller.close()
      await handle.close()
    },
    cancel: () => handle.close(),
  })
}
