// Model files that are too large for an archive, in a folder, each under its hash.

import { constants } from 'node:fs'
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelFileStore } from './open-language-model.ts'

const SHA256 = /^[0-9a-f]{64}$/

export interface FolderStore extends ModelFileStore {
  /** Takes a file in without reading it; the caller knows its hash. A second time changes nothing. */
  add(path: string, sha256: string): Promise<void>
}

/** The folder is made when the first file comes. */
export function createFileStore(folder: string): FolderStore {
  const pathOf = (sha256: string) => join(folder, sha256)
  return {
    async read(sha256) {
      if (!SHA256.test(sha256)) return null
      const bytes = await readFile(pathOf(sha256)).catch(() => null)
      return bytes === null ? null : new Uint8Array(bytes)
    },
    async add(path, sha256) {
      if (!SHA256.test(sha256)) throw new Error(`${sha256} is no sha256`)
      await mkdir(folder, { recursive: true })
      const there = pathOf(sha256)
      if (await Bun.file(there).exists()) return
      const unfinished = `${there}.${process.pid}.part`
      await rm(unfinished, { force: true })
      // Not a second name of the file: whoever changes theirs must not change this one.
      await copyFile(path, unfinished, constants.COPYFILE_FICLONE)
      await rename(unfinished, there)
    },
  }
}
