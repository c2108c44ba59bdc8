// The tiny models of tests/fixtures/transformers: their files, what the library answered, and archives made of them.

import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { zipSync } from 'fflate'

export const TRANSFORMERS = resolve(import.meta.dir, '../fixtures/transformers')

/** Every file of a folder by its path in it. */
export async function folderFiles(name: string): Promise<Record<string, Uint8Array>> {
  const folder = join(TRANSFORMERS, name)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: Record<string, Uint8Array> = {}
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files[path.slice(folder.length + 1)] = await Bun.file(path).bytes()
  }
  return files
}

/** As people zip it: the folder itself, or what is in it. */
export async function zippedFolder(
  name: string,
  change: (files: Record<string, Uint8Array>) => Record<string, Uint8Array> = (files) => files,
): Promise<Uint8Array> {
  return zipSync(change(await folderFiles(name)))
}
