// Files in one folder, on this machine or on a disk that all machines mount.

import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrivateFolder, TEMPORARY_SUFFIX, writeDurably } from '../durable-file.ts'
import { errorCode } from '../registry-unavailable.ts'
import { type BlobKey, type BlobStore, checkKey } from './blob-store.ts'

export async function openFolderBlobs(folder: string, randomId: () => string): Promise<BlobStore> {
  for (const kind of ['artifacts', 'uploads']) await makePrivateFolder(join(folder, kind))
  const pathOf = (key: BlobKey) => join(folder, checkKey(key))
  return {
    write(key, content, maximumBytes) {
      const [kind = '', name = ''] = checkKey(key).split('/')
      return writeDurably({
        folder: join(folder, kind),
        temporaryName: `${name}-${randomId()}`,
        finalName: name,
        content,
        maximumBytes,
      })
    },
    async read(key) {
      try {
        return await Bun.file(pathOf(key)).bytes()
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null
        throw error
      }
    },
    has: (key) => Bun.file(pathOf(key)).exists(),
    remove: (key) => rm(pathOf(key), { force: true }),
    async list(kind) {
      const names = await readdir(join(folder, kind))
      const found = await Promise.all(
        names
          .filter((name) => !name.endsWith(TEMPORARY_SUFFIX))
          .map(async (name) => {
            const status = await stat(join(folder, kind, name)).catch(() => null)
            const key = `${kind}/${name}` as BlobKey
            return status === null ? null : { key, writtenAtMs: status.mtimeMs }
          }),
      )
      return found.filter((one) => one !== null)
    },
  }
}
