// The folder of artifacts: ONNX graphs and original files, each under its own sha256.

import { existsSync, unlinkSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  makePrivateFolder,
  syncFolder,
  TEMPORARY_SUFFIX,
  writeDurably,
  writeDurablyNow,
} from './durable-file.ts'
import { errorCode, RegistryUnavailable } from './registry-unavailable.ts'

const SHA256_PATTERN = /^[0-9a-f]{64}$/

export interface ArtifactStore {
  /** Stores the bytes durably and returns their sha256; storing the same again costs a read. */
  put(content: Uint8Array): Promise<string>
  /** Throws RegistryUnavailable where the artifact is gone or no longer what it was. */
  read(sha256: string): Promise<Uint8Array>
  /** Puts back what was taken away since `put`; without waiting, inside the transaction that is to name it. */
  restore(sha256: string, content: Uint8Array): void
  /** Names of all whole artifacts. */
  list(): Promise<readonly string[]>
  /** Milliseconds since 1970 of the last write; null where it is gone. */
  writtenAtMs(sha256: string): Promise<number | null>
  /** Without waiting, inside the transaction that made sure that no version names it. */
  remove(sha256: string): void
}

export async function openArtifactFolder(
  folder: string,
  randomId: () => string,
): Promise<ArtifactStore> {
  await makePrivateFolder(folder)
  const pathOf = (sha256: string) => {
    if (!SHA256_PATTERN.test(sha256)) throw new Error('An artifact is named by a sha256.')
    return join(folder, sha256)
  }
  return {
    async put(content) {
      const sha256 = hash(content)
      if (await holds(pathOf(sha256), content.byteLength, sha256)) {
        // The other writer may have renamed and not yet synced.
        await syncFolder(folder)
        return sha256
      }
      await writeDurably({
        folder,
        temporaryName: `${sha256}-${randomId()}`,
        finalName: sha256,
        content,
        maximumBytes: content.byteLength,
      })
      return sha256
    },
    async read(sha256) {
      const bytes = await readIfThere(pathOf(sha256))
      if (bytes === null) throw new RegistryUnavailable('A stored model file is missing.')
      if (hash(bytes) !== sha256) throw new RegistryUnavailable('A stored model file is damaged.')
      return bytes
    },
    restore(sha256, content) {
      if (existsSync(pathOf(sha256))) return
      writeDurablyNow({
        folder,
        temporaryName: `${sha256}-${randomId()}`,
        finalName: sha256,
        content,
      })
    },
    list: async () => (await readdir(folder)).filter((name) => SHA256_PATTERN.test(name)),
    async writtenAtMs(sha256) {
      return (await statIfThere(pathOf(sha256)))?.mtimeMs ?? null
    },
    remove(sha256) {
      try {
        unlinkSync(pathOf(sha256))
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
      }
    },
  }
}

/** What a killed writer left: temporary names in `folder` that nobody has written to since `beforeMs`. */
export async function listStaleTemporaries(folder: string, beforeMs: number): Promise<string[]> {
  const stale: string[] = []
  for (const name of await readdir(folder)) {
    if (!name.endsWith(TEMPORARY_SUFFIX)) continue
    const file = join(folder, name)
    const status = await statIfThere(file)
    if (status !== null && status.mtimeMs < beforeMs) stale.push(file)
  }
  return stale
}

/** A damaged file counts as absent, so that uploading it again heals it. */
async function holds(file: string, sizeBytes: number, sha256: string): Promise<boolean> {
  const status = await statIfThere(file)
  if (status === null || status.size !== sizeBytes) return false
  const bytes = await readIfThere(file)
  return bytes !== null && hash(bytes) === sha256
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await Bun.file(file).bytes()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

async function statIfThere(file: string): Promise<{ size: number; mtimeMs: number } | null> {
  try {
    return await stat(file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

function hash(bytes: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
}
