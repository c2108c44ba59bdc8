// What a single-file Parley runs first: puts its sources and libraries into a folder of the user's cache, once, and starts them there.

import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'

/** The readers, the trainer and the scorer of batches start this very file again, naming their own source. */
const OWN_SOURCE = /\.ts$/
const OWNER_ONLY = 0o700
const DONE = '.complete'

const [tree] = Bun.embeddedFiles
if (tree === undefined) throw new Error('this file was built without its sources')
const name = nameOf(tree)
const [runtime = '', , first, ...rest] = process.argv
const named = first === undefined ? null : folderNamedBy(first)
const folder = named ?? (await unpacked(tree))
const source = named !== null && first !== undefined ? first : join(folder, 'bin/parley.ts')
// As if Bun had been called with that source.
process.argv = [runtime, source, ...(named !== null || first === undefined ? [] : [first]), ...rest]
await import(source)

function nameOf(file: Blob): string {
  const path = 'name' in file ? String(file.name) : ''
  return basename(path).split('.')[0] ?? ''
}

/** Where a source of this build is named: processes are started without the environment that says where the home is. */
function folderNamedBy(path: string): string | null {
  const at = path.indexOf(`${sep}${name}${sep}`)
  if (at < 0 || !OWN_SOURCE.test(path)) return null
  const target = path.slice(0, at + 1 + name.length)
  return isUsable(target) ? target : null
}

/** The folder of this build, unpacked; another process may be doing the same. Its name holds a hash of what is in it. */
async function unpacked(archive: Blob): Promise<string> {
  for (const place of [join(homedir(), '.cache'), tmpdir()]) {
    const target = join(place, `parley-${process.getuid?.() ?? 'user'}`, name)
    if (isUsable(target)) return target
    try {
      await unpack(archive, target)
      return target
    } catch (error) {
      if (isUsable(target)) return target
      if (place === tmpdir()) throw error
    }
  }
  throw new Error('no folder to unpack into')
}

/** Complete, and nobody else's: a folder in /tmp may be anybody's. */
function isUsable(target: string): boolean {
  const found = statSync(join(target, DONE), { throwIfNoEntry: false })
  const parent = statSync(dirname(target), { throwIfNoEntry: false })
  const own = process.getuid?.()
  const isOwnFolder = own === undefined || (parent?.uid === own && (parent.mode & 0o022) === 0)
  return found !== undefined && isOwnFolder
}

async function unpack(archive: Blob, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true, mode: OWNER_ONLY })
  const partial = mkdtempSync(`${target}-`)
  try {
    const tar = Bun.zstdDecompressSync(await archive.bytes())
    await new Bun.Archive(tar).extract(partial)
    writeFileSync(join(partial, DONE), '')
    renameSync(partial, target)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
